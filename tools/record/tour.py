"""Send the requests of a recording: only reads, unless a file to submit is given."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Options of all requests: a timeout, and no redirects, so that the key reaches no other server.
_CALM: Final[dict[str, Any]] = {"timeout": 120.0, "allow_redirects": False}
_POLL: Final = 10.0
_LOOK_AT: Final = 100
#: Data that belongs to a sample and to a submission: name of the capture to path.
_OF_SAMPLE: Final = {
    "iocs": "/sample/{}/iocs",
    "artifacts": "/sample/{}/iocs/all_artifacts/True",
    "vtis": "/sample/{}/vtis",
    "mitre_attack": "/sample/{}/mitre_attack",
    "analyses": "/analysis/sample/{}",
    "submissions": "/submission/sample/{}",
}
_OF_SUBMISSION: Final = {
    "analyses_of_submission": "/analysis/submission/{}",
    "reputation_lookups": "/reputation_lookup/submission/{}",
}


class TourError(Exception):
    """A request of the recording failed."""


@dataclass(frozen=True, slots=True)
class Guide:
    """Sends requests to one server.

    Attributes:
        root: Root without `/rest`.
        api_key: The key.
        verify: Whether the certificate is checked.
    """

    root: str
    api_key: str
    verify: bool = True

    def ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - as requests takes them
        """Send one request, and return the body of its response.

        Raises:
            TourError: The request failed, or its response is not a successful JSON response.
        """
        headers = {"Authorization": f"api_key {self.api_key}"}
        url = f"{self.root}/rest{path}"
        try:
            with requests.Session() as session:
                answer = session.request(method, url, headers=headers, verify=self.verify, **_CALM, **more)
            body = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise TourError(f"{method} {path}: {type(error).__name__}") from None
        if answer.status_code != requests.codes.ok or not isinstance(body, dict):
            raise TourError(f"{method} {path}: status {answer.status_code}")
        return body

    def get(self, path: str, **query: str) -> dict[str, Any]:
        """Read."""
        return self.ask("GET", path, params=query)


def conversation(
    guide: Guide, submission: int | None, submit: Path | None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read the server's data and one submission: the given, a new, or the newest finished submission.

    Args:
        guide: The server.
        submission: ID of the submission.
        submit: A file to submit, which costs quota.

    Yields:
        The name of a capture and the body.

    Raises:
        TourError: A request failed, or there is no submission to read.
    """
    yield "system_info", guide.get("/system_info")
    if submit is not None:
        with submit.open("rb") as file:
            answer = guide.ask("POST", "/sample/submit", files={"sample_file": (submit.name, file)})
        yield "submit", answer
        submission = _submitted(answer)
    number = _newest(guide) if submission is None else submission
    item = _finished(guide, number)
    yield "submission", item
    for name, path in _OF_SUBMISSION.items():
        yield name, guide.get(path.format(number))
    yield from _about_sample(guide, item["data"]["submission_sample_id"])


def _about_sample(guide: Guide, number: int) -> Iterator[tuple[str, dict[str, Any]]]:
    sample = guide.get(f"/sample/{number}")
    yield "sample", sample
    yield "samples_by_hash", guide.get(f"/sample/sha256/{sample['data']['sample_sha256hash']}")
    for name, path in _OF_SAMPLE.items():
        yield name, guide.get(path.format(number))


def _submitted(answer: dict[str, Any]) -> int:
    submissions = answer["data"]["submissions"]
    if not submissions:
        raise TourError(
            "the file was rejected: " + "; ".join(one["error_msg"] for one in answer["data"]["errors"])
        )
    number: int = submissions[0]["submission_id"]
    return number


def _newest(guide: Guide) -> int:
    for submission in guide.get("/submission", _limit=str(_LOOK_AT), _order="desc")["data"]:
        if submission["submission_finished"]:
            number: int = submission["submission_id"]
            return number
    raise TourError(f"none of the newest {_LOOK_AT} submissions is finished")


def _finished(guide: Guide, number: int) -> dict[str, Any]:
    """Wait until a submission is finished; the server's limits bound the time."""
    while True:
        item = guide.get(f"/submission/{number}")
        if item["data"]["submission_finished"]:
            return item
        time.sleep(_POLL)
