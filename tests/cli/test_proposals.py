"""`run` on the embedded emulator fills in what an action needs and what is not given."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

import pytest
from tests.support.registry import ACTIONS, every_action

from secops_lab.manifest import ActionSpec, ParameterSpec
from secops_lab.runs.case_files import CaseFiles
from secops_lab.runs.lab import Order
from secops_lab.runs.proposals import NOTHING, Meaning, Proposal, meaning_of, propose
from secops_lab.runs.vmray import embedded_vmray
from vmray_emulator.scenarios import KNOWN_SHA256

if TYPE_CHECKING:
    from tests.cli.conftest import Cli
    from tests.support.registry import Case


def action(*parameters: str, mandatory: tuple[str, ...] = (), entities: tuple[str, ...] = ()) -> ActionSpec:
    """Return an action with these parameters, none of which has a default."""
    specs = [ParameterSpec(name, "string", name in mandatory, "", "") for name in (*parameters, *mandatory)]
    return ActionSpec("Toy", "toy", "", tuple(specs), entity_types=entities)


def proposed(spec: ActionSpec, order: Order) -> tuple[list[str], list[str]]:
    """Return the types of entities and the names of parameters that are proposed."""
    proposal = propose(spec, order)
    return list(proposal.entities), list(proposal.parameters)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("Submission ID", Meaning.SUBMISSION),
        ("Submission IDs", Meaning.SUBMISSION),
        ("Samples", Meaning.SAMPLE),
        ("Sample ID", Meaning.SAMPLE),
        ("Analysis IDs", Meaning.ANALYSIS),
        ("Sample File Path", Meaning.FILE),
        ("Files", Meaning.FILE),
        ("URLs", Meaning.URL),
        ("Tag Name", Meaning.TAG),
        ("Tags To Add", Meaning.TAG),
        ("Tags To Remove", None),
        ("Job IDs", None),
        ("File Name", None),
        ("File Source", None),
        ("Max Recursive Samples", None),
        ("Include Child Samples", None),
    ],
)
def test_the_name_of_a_parameter_gives_its_meaning(name: str, meaning: Meaning | None) -> None:
    """Given a name in any letter case, then its meaning is known, or no value is proposed."""
    assert meaning_of(name) is meaning_of(name.upper()) is meaning


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        (action(), ([], [])),
        (action("Samples", entities=("FILEHASH",)), (["FILEHASH"], [])),
        (action("URLs", entities=("DestinationURL", "USER")), (["DestinationURL"], [])),
        (action("Tag Names", mandatory=("Files",)), ([], ["Files"])),
        (action(mandatory=("Submission ID", "Tag Name", "Colour")), ([], ["Submission ID", "Tag Name"])),
        (action("Submission IDs", "Job IDs", "Wait"), ([], ["Submission IDs"])),
        (
            action("Submission IDs", "Analysis IDs", "Tags To Add", "Tags To Remove"),
            ([], ["Submission IDs", "Tags To Add"]),
        ),
        (action("Tag Names", "Comment"), ([], [])),
    ],
)
def test_an_action_gets_what_it_must_have_and_something_to_work_on(
    spec: ActionSpec, expected: tuple[list[str], list[str]]
) -> None:
    """Given nothing from the user, then mandatory parameters, or declared entities, or the first ids."""
    assert proposed(spec, Order("Toy")) == expected


def test_what_the_user_gives_is_not_proposed() -> None:
    """Given an entity, a subject or a file, then only the other mandatory parameters are proposed."""
    spec = action("Samples", "Max", mandatory=("Tag Name",), entities=("FILEHASH",))
    reading = action("Samples", "Max", entities=("FILEHASH",))
    submitting = action("Comment", mandatory=("Files",))

    assert proposed(spec, Order("Toy", [("FILEHASH", "ab")])) == ([], ["Tag Name"])
    assert proposed(spec, Order("Toy", parameters={"Tag Name": ""})) == ([], [])
    assert proposed(reading, Order("Toy", parameters={"Samples": "5"})) == ([], [])
    assert proposed(reading, Order("Toy", parameters={"Max": "5"})) == (["FILEHASH"], [])
    assert proposed(submitting, Order("Toy", files=CaseFiles({}, [("a", b"")]))) == ([], [])


def test_values_are_those_of_the_known_sample_of_the_emulator() -> None:
    """Given each meaning, then ids and hash are of one sample, and the URL has one; each stored once."""
    names = {each.name: each for each in Meaning}
    with embedded_vmray("known-sample", "immediate") as vmray:
        assert vmray.control is not None
        proposal = Proposal(["FILEHASH"], names)
        order = proposal.filled(Order("Toy", [("ADDRESS", "192.0.2.1")], {"Max": "5"}), vmray)
        assert proposal.filled(order, vmray).parameters == order.parameters
        assert NOTHING.filled(order, vmray) is order
        assert [each["sample_url"] for each in vmray.control.samples()] == [None, order.parameters["URL"]]
    assert order.entities == [("ADDRESS", "192.0.2.1"), ("FILEHASH", KNOWN_SHA256)]
    assert order.parameters == {
        "Max": "5",
        "SUBMISSION": "6001",
        "SAMPLE": "5001",
        "ANALYSIS": "9001",
        "FILE": "/bin/ls",
        "URL": "http://phishing.example/login",
        "TAG": "secops-demo",
    }


@every_action
def test_each_action_has_all_it_needs(case: Case) -> None:
    """Given an action of the integration, then mandatory parameters or declared entities are proposed."""
    proposal = propose(case.action, Order(case.action.name))
    needed = {each.name for each in case.action.parameters if each.mandatory and not each.default}
    assert needed <= proposal.parameters.keys()
    if not needed:
        assert tuple(proposal.entities) == case.action.entity_types


def test_some_actions_need_something() -> None:
    """The integration has actions with proposals of both kinds; otherwise the tests above prove nothing."""
    proposals = [propose(each, Order(each.name)) for each in ACTIONS]
    assert any(each.entities for each in proposals)
    assert any(each.parameters for each in proposals)


def test_the_command_prints_what_it_fills_in(cli: Cli) -> None:
    """Given no parameters, then stderr has the options to copy, stdout is as usual, and the tag is there."""
    finished = cli("run", "Add Tag to Submission", "--json")
    assert finished.returncode == 0, finished.stderr
    assert "Successfully added tag secops-demo to submission " in json.loads(finished.stdout)["message"]
    _, _, options = finished.stderr.partition("not given, so filled in for the emulator: ")
    assert [word.partition("=")[0] for word in shlex.split(options.splitlines()[0])] == [
        "--param",
        "Submission ID",
        "--param",
        "Tag Name",
    ]


def test_an_entity_is_filled_in(cli: Cli) -> None:
    """Given an action that works on hashes, then the case has the hash of the known sample."""
    finished = cli("run", "Scan Hash")
    assert finished.returncode == 0, finished.stderr
    assert f"--entity FILEHASH={KNOWN_SHA256}" in finished.stderr
    assert f"Verdict: malicious · {KNOWN_SHA256.upper()}" in finished.stdout
