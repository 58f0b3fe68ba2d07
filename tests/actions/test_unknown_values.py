"""Values that this version does not know: VMRay's own word is shown, and nothing vanishes behind a filter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.actions.expected import ENRICHED
from tests.actions.uploading import made, upload

if TYPE_CHECKING:
    from pathlib import Path

    from tests.actions.lab import Lab

OTHER = "this version of the integration does not know VMRay's verdict"
# For one hash each: verdict and severity of its sample, whether it is suspicious, the word that is shown.
VERDICTS: dict[str, tuple[dict[str, Any], bool, str]] = {
    "aa" * 32: ({"sample_verdict": "high_risk"}, False, "high_risk"),
    "ab" * 32: ({"sample_verdict": "high_risk", "sample_severity": "malicious"}, True, "high_risk"),
    "ac" * 32: ({"sample_verdict": "<b>Bad</b>"}, False, "&lt;b&gt;Bad&lt;/b&gt;"),
    "ad" * 32: ({"sample_verdict": 4}, False, "4"),
    "ae" * 32: ({"sample_verdict": ["malicious"]}, False, "[&quot;malicious&quot;]"),
    "af" * 32: ({"sample_verdict": "x" * 300}, False, "x" * 59 + "…"),
    "ba" * 32: ({"sample_verdict": "not_available"}, False, "Unknown"),
    "bb" * 32: ({"sample_verdict": None, "sample_severity": "unknown"}, False, "Unknown"),
}


def test_a_verdict_that_is_not_known_is_shown_in_the_words_of_vmray(lab: Lab) -> None:
    """Insight, note and JSON have VMRay's own word; null and not_available have no note."""
    for sha256, (fields, _, _) in VERDICTS.items():
        lab.vmray.control.add_sample(sha256=sha256, **{"sample_severity": "unknown", **fields})
    lab.hashes(*VERDICTS)

    run = lab.run("Scan Hash")

    documented, _, notes = run.message.partition("\n\nDetails:\n")
    assert documented == ENRICHED + "\n".join(each.upper() for each in VERDICTS)
    noted = [line.partition(": ")[0].lower() for line in notes.splitlines() if OTHER in line]
    assert noted == [sha256 for sha256, (_, _, word) in VERDICTS.items() if word != "Unknown"]
    assert len(notes.splitlines()) == len(noted)
    for row, (sha256, (fields, suspicious, word)) in zip(run.json_result, VERDICTS.items(), strict=True):
        assert row["EntityResult"]["sample_verdict"] == fields["sample_verdict"]
        assert lab.flags()[sha256.upper()] == (True, suspicious)
        assert f"{word}</span>" in lab.insights()[sha256.upper()]


def test_iocs_and_indicators_with_unknown_values_are_returned_and_counted(lab: Lab) -> None:
    """They pass the default filters, rank before the clean ones, and a note for each kind counts them."""
    verdicts = ["clean", "high_risk", "malicious", {"level": 9}, None]
    domains = [{"domain": f"d{number}.example", "verdict": each} for number, each in enumerate(verdicts)]
    scores = ["critical", 5, None, 2, "4.0"]
    indicators = [{"category": "c", "operation": str(each), "score": each} for each in scores]
    sha256 = "aa" * 32
    lab.vmray.control.add_sample(sha256=sha256, indicators=indicators)
    odd = {"domains": domains, "urls": ["http://evil.example/"], "ips": "192.0.2.1"}
    lab.vmray.control.inject({"path": "/rest/sample/*/iocs"}, {"kind": "patch", "set": {"data.iocs": odd}})
    lab.hashes(sha256)

    run = lab.run("Scan Hash")

    (found,) = run.json_result
    shown = [each["verdict"] for each in found["EntityResult"]["iocs"]["domains"]]
    assert shown == ["malicious", "high_risk", {"level": 9}]
    operations = [each["operation"] for each in found["EntityResult"]["threat_indicators"]]
    assert operations == ["5", "4.0", "critical"]
    entity, other = sha256.upper(), "that this version of the integration does not know"
    assert run.message.splitlines()[3:] == [
        f'{entity}: 2 IOCs with a verdict {other} ("high_risk", "{{"level": 9}}"), returned without a filter',
        f"{entity}: 2 IOCs in a form {other}, not returned",
        f"{entity}: 1 threat indicator with a score {other}, returned without a filter",
    ]
    assert "d1[.]example,high_risk," in run.tables[f"{entity} - IOCs - Domains"][2]
    assert run.tables[f"{entity} - Threat Indicators"][3].startswith("critical,c,critical")
    assert "critical/5" in lab.insights()[entity]


def test_iocs_that_are_not_returned_are_counted(lab: Lab) -> None:
    """Given types that are not known, and an object in place of a list, then notes count what is missing."""
    odd: dict[str, Any] = {
        "certificates": [{"serial": "1"}, {"serial": "2"}],
        "Domains": [{"domain": "c2.example"}],
        "crypto_wallets": [],
        "filenames": [{"filename": "a.exe"}],
        "urls": {"url": "http://c2.example/"},
    }
    sha256 = "aa" * 32
    lab.vmray.control.add_sample(sha256=sha256)
    lab.vmray.control.inject({"path": "/rest/sample/*/iocs"}, {"kind": "patch", "set": {"data.iocs": odd}})
    lab.hashes(sha256)

    run = lab.run("Scan Hash")

    entity, other = sha256.upper(), "that this version of the integration does not know"
    assert run.message.splitlines()[3:] == [
        f"{entity}: 1 IOC in a form {other}, not returned",
        f'{entity}: 3 IOCs of a type {other} ("certificates", "Domains"), not returned',
    ]


def test_a_row_of_an_upload_has_the_words_of_vmray(lab: Lab, tmp_path: Path) -> None:
    """Given a verdict that is not known, then row and message have VMRay's own word, with a note."""
    verdict = {"kind": "patch", "set": {"data.sample_verdict": "High Risk", "data.sample_severity": None}}
    lab.vmray.control.inject({"path": "/rest/sample/5001"}, verdict)
    path = made(tmp_path, "invoice.exe")

    run = upload(lab, path)

    (row,) = run.json_result["files"]
    assert (row["verdict"], row["result"]) == ("High Risk", "ok")
    assert run.message.splitlines()[-3:] == [
        f"{path}: verdict High Risk, submission 6001",
        f"{path}: VMRay's verdict of submission 6001 is malicious",
        f'{path}: {OTHER} "High Risk"',
    ]
