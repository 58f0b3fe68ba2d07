"""Get Sample Report: everything about a sample, why it has its verdict, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.actions.expected import ENRICHED, ENRICHMENT_FIELDS, sample_table
from tests.actions.lab import items_of, outcome
from tests.support.example import Example, known_hashes
from tests.support.outcome import FINE, optional_part

from vmray_emulator import KNOWN_SHA256

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun
    from vmray_emulator import EmbeddedEmulator

ACTION = "Get Sample Report"
STRONG = {"category": "Persistence", "operation": "Installs a service", "score": 5}
WEAK = {"category": "Discovery", "operation": "Reads the host name", "score": 1}
HARMLESS = {"category": "Reputation", "operation": "Has a trusted signature", "score": -1}
INDICATORS = [WEAK, HARMLESS, STRONG]
TECHNIQUES = [
    {"technique_id": "T1082", "technique": "System Information", "tactics": ["Discovery"], "indicators": [0]},
    {"technique_id": "T1543", "technique": "System Process", "tactics": ["Persistence"], "indicators": [2]},
]
SHA256 = "c7" * 32
TEN = ["domains", "email_addresses", "emails", "filenames", "files", "ips", "mutexes", "processes"]
TEN += ["registry", "urls"]


def several(number: int) -> Example:
    """So many hashes, each with a sample of its own."""
    return known_hashes(number, result="malicious", indicators=[STRONG], techniques=[])


def by_id(number: int) -> Example:
    """So many samples that the parameter names by their ids."""
    ids = tuple(str(5001 + each) for each in range(number))

    def setup(vmray: EmbeddedEmulator) -> None:
        for each in ids:
            vmray.control.add_sample(sha256=f"{int(each):064x}", indicators=[STRONG])

    return Example(
        "samples by their ids",
        setup=setup,
        ids=ids,
        parameters={"Samples": ",".join(ids)},
        result="malicious",
        several=by_id,
    )


def a_locked_report(vmray: EmbeddedEmulator) -> None:
    """Let VMRay know one sample whose report was bought as a verdict only."""
    vmray.control.add_sample(locked=True, indicators=[STRONG])
    for name in ("iocs", "vtis", "mitre_attack"):
        path = f"/rest/sample/5001/{name}"
        vmray.control.inject({"path": path}, {"kind": "status", "status": 403}, 1000)


EXAMPLES = [
    Example(
        setup=lambda vmray: vmray.control.load_scenario("known-sample"),
        entities=(("FILEHASH", KNOWN_SHA256),),
        result="malicious",
        several=several,
        failed_json=[{"subject": KNOWN_SHA256.upper(), "entity": KNOWN_SHA256.upper(), "sample_id": None}],
    ),
    Example("an unknown hash", entities=(("FILEHASH", "ab" * 32),), result="not_found"),
    by_id(1),
]
SITUATIONS = [
    Example("a locked report", setup=a_locked_report, parameters={"Samples": "5001"}, result="malicious"),
]


def _names(part: str) -> dict[str, Any]:
    """The outcomes of a request that older servers do not know: the sample has the same names."""
    return {**optional_part(f"{part} could not be read"), "403": FINE, "404": FINE}


OUTCOMES = {
    "GET /sample/{id}/iocs": optional_part("IOCs could not be read"),
    "GET /sample/{id}/vtis": optional_part("threat indicators could not be read"),
    "GET /sample/{id}/mitre_attack": optional_part("MITRE techniques could not be read"),
    "GET /sample/{id}/threat_names": _names("threat names"),
    "GET /sample/{id}/classifications": _names("classifications"),
    "GET /analysis/sample/{id}": optional_part("analyses could not be read"),
}


def report(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with(ACTION, **parameters)


def json_of(run: ActionRun, *members: str) -> list[Any]:
    """Some members of the only row."""
    (row,) = items_of(run)
    return [row[name] for name in members]


def test_the_whole_output_of_an_entity(lab: Lab) -> None:
    """Given a known hash, then its row, tables, link, enrichment and insight are the specified ones."""
    lab.vmray.control.add_sample(
        sha256=SHA256,
        indicators=INDICATORS,
        techniques=TECHNIQUES,
        iocs={
            "domains": ["c2.invalid"],
            "filenames": [{"value": "a.exe", "verdict": "suspicious"}],
            "ips": [],
        },
        threat_names=["Gen.Loader"],
        classifications=["Dropper"],
    )
    lab.hashes(SHA256)

    run = report(lab)

    shown, name, sample = outcome(run), SHA256.upper(), lab.samples()[0]
    assert (shown["state"], shown["value"]) == ("completed", "malicious")
    assert shown["message"] == (
        f"Successfully retrieved the reports for the following samples from VMRay: {name}"
    )
    assert [run.json_result[each] for each in ("outcome", "complete", "left_out", "errors")] == [
        *("malicious", True, None, []),
    ]
    (row,) = items_of(run)
    assert list(row) == [
        *(
            "subject",
            "entity",
            "sample_id",
            "outcome",
            "verdict",
            "sample",
            "threat_names",
            "classifications",
        ),
        *("iocs", "threat_indicators", "mitigating_indicators", "mitre_attack_techniques"),
        *("why", "why_text", "worst_child", "speaks_against", "missing"),
        *("children", "children_truncated", "notes", "web_link", "reason"),
    ]
    assert list(row["iocs"]) == TEN
    assert (row["sample"], row["web_link"]) == (sample, sample["sample_webif_url"])
    assert [each["operation"] for each in row["threat_indicators"]] == ["Installs a service"]
    assert [each["operation"] for each in row["mitigating_indicators"]] == ["Has a trusted signature"]
    assert [each["technique_id"] for each in row["mitre_attack_techniques"]] == ["T1543", "T1082"]
    assert row["why"] == [
        {"indicator_id": 3, **_named(STRONG), "techniques": ["T1543 System Process"]},
        {"indicator_id": 1, **_named(WEAK), "techniques": ["T1082 System Information"]},
    ]
    assert row["why_text"].splitlines()[:4] == [
        *("Verdict:", "- Malicious", "Strongest threat indicators:"),
        "- 5/5 Persistence: Installs a service → T1543 System Process",
    ]
    assert shown["tables"] == {
        name: sample_table(sample),
        f"{name} - IOCs - Domains": ["IOC,Verdict,Details", "c2[.]invalid,Malicious,DNS; HTTPS"],
        f"{name} - IOCs - Filenames": shown["tables"][f"{name} - IOCs - Filenames"],
        f"{name} - Threat Indicators": [
            "Score,Category,Operation,Classifications",
            "5,Persistence,Installs a service,",
        ],
        f"{name} - MITRE Techniques": [
            "Technique,Name,Tactics,Score,Proof",
            "T1543,System Process,Persistence,5,5/5 Persistence: Installs a service",
            "T1082,System Information,Discovery,1,1/5 Discovery: Reads the host name",
        ],
    }
    assert shown["links"] == {"VMRay sample 5001": [sample["sample_webif_url"]]}
    assert lab.enrichment(SHA256).keys() == ENRICHMENT_FIELDS
    assert lab.enrichment(SHA256)["VMRay_ioc_domains"] == "c2.invalid"
    assert lab.flags() == {name: (True, True)}
    assert "Has a trusted signature" in lab.insights()[name]
    assert lab.seen()[0] == f"GET /rest/sample/sha256/{SHA256}"
    parts = ("classifications", "iocs", "mitre_attack", "threat_names", "vtis")
    assert sorted(lab.seen()[1:]) == [
        "GET /rest/analysis/sample/5001",
        *(f"GET /rest/sample/5001/{each}" for each in parts),
    ]


def _named(indicator: dict[str, Any]) -> dict[str, Any]:
    return {name: indicator[name] for name in ("score", "category", "operation")}


def test_the_enrichment_is_that_of_scan_hash(lab: Lab) -> None:
    """Given the same filters, then an entity gets the same values from both actions."""
    lab.vmray.control.load_scenario("known-sample")
    filters = {"Max_IOCs_To_Return": "10", "IOC_Type_Filter": "ips, files, emails, urls, domains"}
    lab.hashes(KNOWN_SHA256)
    report(lab, **filters)
    enrichment = lab.enrichment(KNOWN_SHA256)

    lab.hashes(KNOWN_SHA256)
    run = lab.run("Scan Hash")

    assert run.message == f"{ENRICHED}{KNOWN_SHA256.upper()}"
    assert enrichment == lab.enrichment(KNOWN_SHA256)


def test_samples_of_all_kinds_keep_their_order(lab: Lab) -> None:
    """Given ids and hashes, known and unknown, then each has a row; insights of the case name the sample."""
    relations = [
        {
            "relation_type": "Dropped File",
            "relation_child_sample_id": 7,
            "relation_child_sample_verdict": word,
        }
        for word in ("clean", "malicious")
    ]
    relations[1]["relation_child_sample_id"] = 8
    lab.vmray.control.add_sample(sha256=SHA256, verdict="clean", sample_child_relations=relations)
    lab.vmray.control.add_sample(verdict="suspicious")
    patch = {"kind": "patch", "set": {"data.sample_webif_url": "javascript:alert(1)"}}
    lab.vmray.control.inject({"path": "/rest/sample/5002"}, patch)

    run = report(
        lab, Samples=f"9999, {SHA256}, 5002", Only_Suspicious_Insight="true", IOC_Verdict_Filter="All"
    )

    assert [(each["subject"], each["sample_id"], each["outcome"]) for each in items_of(run)] == [
        ("sample 9999", 9999, "not_found"),
        ("sample 5001", 5001, "clean"),
        ("sample 5002", 5002, "suspicious"),
    ]
    assert (run.result_value, run.json_result["complete"]) == ("suspicious", True)
    assert [each["class"] for each in run.json_result["errors"]] == ["not_found"]
    assert f"samples from VMRay: {SHA256}, 5002" in run.message
    assert (
        "Action wasn't able to retrieve the reports for the following samples from VMRay: 9999" in run.message
    )
    child = items_of(run)[1]
    assert [each["sample_id"] for each in child["children"]] == [8, 7]
    assert child["worst_child"]["path"][1] == {"sample_id": 8, "name": None, "relation": "Dropped File"}
    assert run.tables["VMRay sample 5001 - Children"] == [
        "Relation,Sample ID,Verdict",
        "Dropped File,8,Malicious",
        "Dropped File,7,Clean",
    ]
    assert (items_of(run)[2]["web_link"], list(run.links)) == (None, ["VMRay sample 5001"])
    (insight,) = lab.case.insights
    assert insight["title"] == "VMRay sample 5002"


def test_a_sample_that_is_given_by_its_id_and_its_hash(lab: Lab) -> None:
    """Given both, then both have their rows, and the case has one link and one insight."""
    sha256 = lab.vmray.control.add_sample()["sample_sha256hash"]

    run = report(lab, Samples=f"5001, {sha256}")

    assert [each["sample_id"] for each in items_of(run)] == [5001, 5001]
    assert [len(each) for each in run.links.values()] == [1]
    assert [each["title"] for each in lab.case.insights] == ["VMRay sample 5001"]


def test_a_locked_report_and_a_wrong_hash(lab: Lab) -> None:
    """Given a locked report, then its verdict is the outcome; a text that is no hash does not stop it."""
    a_locked_report(lab.vmray)
    sha256 = lab.samples()[0]["sample_sha256hash"]
    lab.hashes("no hash", sha256)

    run = report(lab, Create_Insight="false")

    lab.vmray.control.clear_faults()
    note = (
        "its report is locked (purchased as a verdict only); "
        "IOCs, threat indicators and MITRE techniques are not available"
    )
    wrong, locked = items_of(run)
    assert (wrong["outcome"], locked["outcome"], run.result_value) == ("failed", "malicious", "malicious")
    assert (locked["notes"], locked["missing"], locked["reason"]) == ([note], [note], note)
    assert all(found == [] for found in locked["iocs"].values())
    assert [each["class"] for each in run.json_result["errors"]] == ["unsupported", "locked"]
    assert not run.json_result["complete"]
    assert f"\n{sha256.upper()}: {note}" in run.message
    assert lab.case.insights == []


def test_a_large_result_keeps_each_verdict(lab: Lab) -> None:
    """Given more than the platform accepts, then tables and IOCs are omitted, but no verdict."""
    long = [{"value": f"{number}-{'x' * 400}.invalid", "verdict": "malicious"} for number in range(60)]
    for _ in range(12):
        lab.vmray.control.add_sample(iocs=dict.fromkeys(("domains", "urls", "mutexes"), long))
    ids = ", ".join(str(5001 + number) for number in range(12))

    run = report(lab, Samples=ids, Max_IOCs_To_Return="60")
    small = lab.run(ACTION, {"Samples": ids, "Max IOCs To Return": "60"}, max_json_result_size=1)

    assert run.json_result["left_out"] is None
    assert small.json_result["left_out"] == "the tables and links, all but the 10 worst IOCs per type"
    assert [each["verdict"] for each in items_of(small)] == ["malicious"] * 12
    assert {len(each["iocs"]["urls"]) for each in items_of(small)} == {10}
    assert (small.tables, small.links) == ({}, {})
    assert "Result: result exceeds the platform's size limit; omitted: the tables" in small.message
    output = small.rounds[-1].output
    assert output is not None
    assert len(output["ResultObjectJson"]) <= 2**20
