"""The client methods that read techniques, names, analyses, jobs, relations and network schemes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vm_ray.core.api.vmray_connect import connect
from vm_ray.core.api.vmray_models import Analysis, Job, objects
from vm_ray.core.api.vmray_request_errors import InvalidResponseError, NotFoundError
from vm_ray.core.api.vmray_submit_options import SubmitOptions
from vm_ray.core.api.vmray_verdicts import Verdict

if TYPE_CHECKING:
    from vm_ray.core.api.vmray_client import Client
    from vmray_emulator import EmbeddedEmulator

TECHNIQUE = {"technique_id": "T1112", "technique": "Modify Registry", "tactics": ["Defense Evasion"]}


@pytest.fixture
def client(emulator: EmbeddedEmulator) -> Client:
    """Return a client of the emulator."""
    return connect(emulator.url, emulator.api_key)


def test_the_techniques_of_a_sample(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given a sample with one technique, then the aggregate is finished and holds VMRay's object."""
    emulator.control.add_sample(techniques=[TECHNIQUE])
    found = client.get_techniques(5001)
    assert found.finished
    assert [each["technique_id"] for each in objects(found.content)] == ["T1112"]


def test_threat_names_and_classifications(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given a sample, then its names come with their sources, apart from those of its child samples."""
    emulator.control.add_sample(threat_names=["Gen.Loader"], classifications=["Dropper"])
    names, classes = client.get_threat_names(5001), client.get_classifications(5001)
    assert [each["threat_name"] for each in objects(names["sample_threat_names"])] == ["Gen.Loader"]
    assert [each["classification_name"] for each in objects(classes["sample_classifications"])] == ["Dropper"]


def test_one_analysis(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given an analysis, then its sample, machine and verdict are read."""
    emulator.control.add_sample()
    found = client.get_analysis(9001)
    assert (found.analysis_id, found.sample_id, found.analyzer) == (9001, 5001, "vmray")
    assert (found.verdict, found.succeeded, found.locked) == (Verdict.MALICIOUS, True, False)
    assert found.created


def test_the_jobs_of_a_submission(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given a submission that runs, then its jobs are listed; an unknown job is not found."""
    emulator.control.set_lifecycle("manual")
    client.submit_url("https://a.example/", SubmitOptions())
    jobs = client.list_jobs_of_submission(6001)
    assert jobs
    assert client.get_job(jobs[0].job_id) == jobs[0]
    assert client.list_analyses_of_job(jobs[0].job_id) == []
    with pytest.raises(NotFoundError):
        client.get_job(9_999)


def test_the_searches(client: Client, emulator: EmbeddedEmulator) -> None:
    """Given two URLs on a host, then samples and submissions are found, and a truncated list says so."""
    for path in ("a", "b"):
        emulator.control.add_sample(url=f"http://a.example/{path}")
    query = "url like %//a.example%"

    samples, submissions = client.search_samples(query), client.search_submissions(query)

    assert (sorted(each.sample_id for each in samples[0]), samples[1]) == ([5001, 5002], False)
    assert (sorted(each.submission_id for each in submissions[0]), submissions[1]) == ([6001, 6002], False)
    emulator.control.configure(max_api_items=1)
    assert [(len(found), more) for found, more in (client.search_samples(query),)] == [(1, True)]
    assert [(len(found), more) for found, more in (client.search_submissions(query),)] == [(1, True)]


def test_the_network_schemes(client: Client) -> None:
    """Given a server, then the names of its network schemes are read."""
    assert "Isolated" in client.list_network_schemes()


def test_the_id_of_a_sample_is_optional_in_an_analysis() -> None:
    """Given an analysis without a usable sample id, then the id is None; a job needs an id."""
    assert Analysis.from_json({"analysis_id": 1, "analysis_sample_id": "x"}).sample_id is None
    with pytest.raises(InvalidResponseError, match="job_id"):
        Job.from_json({"job_status": "queued"})
