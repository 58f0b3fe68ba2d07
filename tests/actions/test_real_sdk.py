"""All five actions on both SDKs: what they say, write and ask is the same to the letter."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from tests.actions.lab import Lab, outcome
from tests.actions.uploading import made

if TYPE_CHECKING:
    from pathlib import Path

    from secops_lab.host import ActionRun
    from secops_lab.platform import LocalPlatform
    from vmray_emulator import EmbeddedEmulator

HASH = "c7" * 32
TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
STEPS = {
    "Ping": {},
    "Scan Hash": {},
    "Scan URL": {"Tag Names": "phish", "Comment": "x < y"},
    "Upload File And Get Report": {"Sample File Path": "FILE"},
    "Add Tag to Submission": {"Submission ID": "6001", "Tag Name": "überprüft"},
}


def story(lab: Lab, file: Path) -> list[Any]:
    """Run all five, the look-ups with several outcomes, and tell all that came of it."""
    lab.vmray.control.reset()
    lab.vmray.control.set_lifecycle("immediate")
    lab.secops.forget_requests()
    lab.vmray.control.add_sample(
        filename="<b>.exe",
        sha256=HASH,
        iocs={"domains": ["c2.example"]},
        sample_created="2026-01-15T09:30:00",
    )
    lab.open_case(
        ("FILEHASH", HASH),
        ("FILEHASH", "ab" * 16),
        ("FILEHASH", "no hash"),
        ("DestinationURL", "http://evil.example/Aé?x=1"),
    )
    told: list[Any] = []
    for action, parameters in STEPS.items():
        run = lab.run(action, {k: str(file) if v == "FILE" else v for k, v in parameters.items()})
        told.append([action, outcome(run), states(run), sorted(lab.seen())])
    told.append([lab.flags(), lab.insights(), [lab.enrichment(name) for name in lab.flags()]])
    told.append([each["additional_properties"] for each in lab.case.entities])
    told.append(sorted(f"{call.method} {re.sub('[0-9]+', 'N', call.path)}" for call in lab.secops.requests()))
    return list(json.loads(TIMES.sub("TIME", json.dumps(told))))


def states(run: ActionRun) -> list[str]:
    """How each run ended."""
    return [each.state.value for each in run.rounds]


@pytest.mark.parametrize("soar_sdk", ["real"], indirect=True)
def test_both_sdks_tell_the_same(
    vmray: EmbeddedEmulator, secops: LocalPlatform, soar_sdk: Path | None, tmp_path: Path
) -> None:
    """Outputs of all runs, then entities and insights of the case, then the calls that the platform saw."""
    file = made(tmp_path, "invoice.exe")
    reference = story(Lab(vmray, secops), file)

    told = story(Lab(vmray, secops, sdk=soar_sdk), file)

    for number, (one, other) in enumerate(zip(told, reference, strict=True)):
        assert one == other, f"part {number} of the story"
    assert [part[1]["state"] for part in told[: len(STEPS)]] == ["completed"] * len(STEPS)
