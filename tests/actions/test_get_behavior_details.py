"""Get Behavior Details: all sections of an analysis; older summaries, locked reports, encrypted archives."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.actions.lab import items_of, outcome
from tests.support.example import Example, known_analyses, known_hashes
from tests.support.outcome import FINE, noted, optional_part
from tests.support.unfinished import unfinished

from vmray_emulator import KNOWN_SHA256

if TYPE_CHECKING:
    from tests.actions.lab import Lab

    from secops_lab.host import ActionRun

ACTION = "Get Behavior Details"
SHA256 = "c7" * 32
SUMMARY = "GET /rest/analysis/9001/archive/logs/summary_v2.json"
CONFIGURATIONS = "GET /rest/analysis/9001/archive?filenames=malware_configurations%2F%2A"
NOTHING: dict[str, Any] = {
    "processes": [],
    "network": {"connections": [], "dns": [], "http": []},
    "yara": [],
    "antivirus": [],
    "malware_configuration": [],
    "remarks": [],
    "truncated": [],
}


def several(number: int) -> Example:
    """So many hashes, each with a sample of its own."""
    return known_hashes(number)


def of_analyses(number: int = 1) -> Example:
    """So many analyses."""
    return known_analyses(of_analyses, number)


def encrypted(number: int = 1) -> Example:
    """So many hashes, for a user of VMRay who encrypts archives."""
    settings = {"archive_cipher": "traditional"}
    return replace(
        known_hashes(number), situation="an encrypted archive", settings=settings, several=encrypted
    )


def older(number: int = 1) -> Example:
    """So many hashes, whose analyses have the older summary only."""
    settings = {"refused_paths": [["/analysis/*/archive/logs/summary_v2.json", 404]]}
    return replace(
        known_hashes(number, iocs={"ips": ["198.51.100.7"]}),
        situation="an older summary",
        settings=settings,
        several=older,
    )


EXAMPLES = [
    Example(
        setup=lambda vmray: vmray.control.load_scenario("known-sample"),
        entities=(("FILEHASH", KNOWN_SHA256),),
        result="done",
        several=several,
        failed_json=[
            {
                "subject": KNOWN_SHA256.upper(),
                "sample_id": None,
                "analysis_id": None,
                "entity": KNOWN_SHA256.upper(),
                "machine": None,
                "web_link": None,
                **NOTHING,
            }
        ],
    ),
    Example(
        "an unfinished submission",
        setup=unfinished,
        parameters={"Samples": "5001"},
        result="pending",
        shows_texts=False,
    ),
]
SITUATIONS = [of_analyses(), encrypted(), older()]

OUTCOMES = {
    "GET /analysis/{id}/archive/logs/summary_v2.json": {"404": noted("only the older summary")},
    "GET /analysis/{id}/archive/logs/summary.json": {"404": noted("VMRay has no summary of this analysis")},
    "GET /analysis/{id}/archive?filenames": {
        **optional_part("the malware configuration could not be read"),
        "404": FINE,
    },
    "GET /download_password": optional_part("the malware configuration could not be read"),
}


def behavior(lab: Lab, **parameters: str) -> ActionRun:
    """Run the action; parameters are given with `_` for blanks."""
    return lab.run_with(ACTION, **parameters)


def test_the_behavior_of_an_entity(lab: Lab) -> None:
    """Given a known hash, then JSON, tables and insight have each section of its analysis."""
    lab.vmray.control.add_sample(
        sha256=SHA256,
        iocs={
            "processes": ['"C:\\Temp\\upd.exe" --silent', {"value": "cmd.exe /c", "verdict": "clean"}],
            "domains": [{"value": "c2.invalid", "ip_addresses": ["198.51.100.7"]}],
            "ips": ["198.51.100.7"],
            "urls": [{"value": "http://c2.invalid/gate", "ip_addresses": ["198.51.100.7"]}],
        },
        indicators=[{"category": "Persistence", "operation": "Installs itself", "score": 4}],
    )
    lab.hashes(SHA256)

    run = behavior(lab)

    shown = outcome(run)
    (item,) = items_of(run)
    assert item == {
        "subject": "sample 5001",
        "sample_id": 5001,
        "analysis_id": 9001,
        "entity": SHA256.upper(),
        "machine": None,
        "web_link": "https://vmray.example/user/analysis/view?id=9001&sub=%2Freport%2Foverview.html",
        "processes": [
            {
                "pid": 1000,
                "parent_pid": None,
                "depth": 0,
                "name": "known.exe",
                "command_line": '"C:\\Users\\eve\\Desktop\\known.exe"',
                "verdict": "malicious",
                "indicators": [],
            },
            {
                "pid": 1001,
                "parent_pid": 1000,
                "depth": 1,
                "name": "upd.exe",
                "command_line": '"C:\\Temp\\upd.exe" --silent',
                "verdict": "malicious",
                "indicators": ["Persistence: Installs itself"],
            },
            {
                "pid": 1002,
                "parent_pid": 1001,
                "depth": 2,
                "name": "cmd.exe",
                "command_line": "cmd.exe /c",
                "verdict": "clean",
                "indicators": [],
            },
        ],
        "network": {
            "connections": [
                {
                    "protocol": "tcp",
                    "ip": "198.51.100.7",
                    "port": 80,
                    "direction": "outbound",
                    "verdict": "malicious",
                },
                {
                    "protocol": "udp",
                    "ip": "203.0.113.53",
                    "port": 53,
                    "direction": "outbound",
                    "verdict": None,
                },
            ],
            "dns": [{"name": "c2.invalid", "answers": ["198.51.100.7"], "verdict": "malicious"}],
            "http": [
                {
                    "method": "POST",
                    "url": "http://c2.invalid/gate",
                    "status": 200,
                    "headers": [
                        {"name": "Host", "value": "c2.invalid"},
                        {"name": "User-Agent", "value": "Mozilla/5.0 (emulated)"},
                        {"name": "Cookie", "value": None},
                    ],
                    "verdict": "malicious",
                }
            ],
        },
        "yara": [
            {
                "rule": "Gen_Known",
                "ruleset": "Malware",
                "verdict": "malicious",
                "score": 5,
                "classifications": ["Trojan"],
                "threat_names": ["Gen.Known"],
            }
        ],
        "antivirus": [
            {
                "engine": "Emulated Antivirus",
                "threat": "Gen.Known",
                "classification": "Trojan",
                "verdict": "malicious",
            }
        ],
        "malware_configuration": [
            {
                "file": "malware_configurations/malware_configuration_0.json",
                "configuration": {
                    "family": "Gen.Known",
                    "version": "1.2",
                    "c2": [{"host": "c2.invalid", "port": 443}, {"host": "198.51.100.7", "port": 443}],
                    "mutexes": [],
                    "campaign": "emulated",
                    "sleep_seconds": 60,
                },
            }
        ],
        "remarks": [{"level": "warning", "message": "The analysis ended at its time limit"}],
        "truncated": [],
        "outcome": "done",
        "reason": None,
    }
    assert "secret-of-the-victim" not in json.dumps(run.json_result)
    assert (shown["state"], shown["value"], shown["links"], run.attachments) == ("completed", "done", {}, {})
    assert run.message == (
        "Successfully retrieved behavior details of the following samples from VMRay: " + SHA256.upper()
    )
    assert shown["tables"]["VMRay connections"] == [
        "Analysis,Protocol,Address,Port,Direction,Verdict",
        "9001,tcp,198[.]51[.]100[.]7,80,outbound,malicious",
        "9001,udp,203[.]0[.]113[.]53,53,outbound,",
    ]
    assert [*shown["tables"]] == [
        "VMRay processes",
        "VMRay connections",
        "VMRay DNS queries",
        "VMRay HTTP requests",
        "VMRay YARA matches",
        "VMRay antivirus matches",
        "VMRay malware configurations",
        "VMRay remarks",
    ]
    html = lab.insights()[SHA256.upper()]
    assert '<p>&nbsp;&nbsp;&nbsp;&nbsp;<span style="color:#d93025">upd.exe</span> (1001)' in html
    assert "<p>campaign: emulated</p>" in html
    assert "hxxp://c2[.]invalid/gate" in html
    assert lab.seen() == [
        f"GET /rest/sample/sha256/{SHA256}",
        "GET /rest/submission/sample/5001",
        "GET /rest/analysis/submission/6001",
        SUMMARY,
        CONFIGURATIONS,
    ]


def test_only_the_wanted_sections_are_read(lab: Lab) -> None:
    """Given the section Malware Configuration only, then no summary is requested, and others are empty."""
    lab.vmray.control.add_sample()

    run = behavior(lab, Samples="5001", Sections="malware configuration", Create_Insight="false")

    (item,) = items_of(run)
    assert {name: item[name] for name in NOTHING} == {
        **NOTHING,
        "malware_configuration": item["malware_configuration"],
    }
    assert item["malware_configuration"]
    assert SUMMARY not in lab.seen()
    assert lab.case.insights == []


def test_a_locked_report_an_older_summary_and_what_does_not_exist(lab: Lab) -> None:
    """Given four analyses, then each row has its own outcome, and the reasons name what is missing."""
    for number in range(1, 5):
        lab.vmray.control.add_sample(
            sha256=f"{number:064x}",
            locked=number == 1,
            failed=number == 3,
            iocs={"ips": ["198.51.100.7"]},
        )
    lab.vmray.control.inject(
        {"path": SUMMARY.replace("9001", "9002").removeprefix("GET ")}, {"kind": "status", "status": 404}
    )

    run = behavior(lab, Analysis_IDs="9001,9002,9003,9004,9999")

    rows = items_of(run)
    assert [row["outcome"] for row in rows] == ["locked", "done", "failed", "done", "not_found"]
    assert rows[1]["network"]["connections"] == [
        {"protocol": None, "ip": "198.51.100.7", "port": None, "direction": None, "verdict": "malicious"}
    ]
    assert rows[1]["remarks"][0]["level"] == "note"
    assert rows[1]["reason"].startswith("VMRay has only the older summary of this analysis")
    assert run.state.value == "completed"
    assert (
        "Action wasn't able to retrieve behavior details of the following analyses from VMRay:" in run.message
    )


def test_encrypted_configurations_and_a_password_that_stays_secret(lab: Lab) -> None:
    """Given an archive in either cipher, then the traditional one is opened; the password is nowhere."""
    lab.vmray.control.configure(archive_cipher="traditional", sample_password="s3cret-of-vmray")
    lab.vmray.control.add_sample()
    opened = behavior(lab, Samples="5001")
    everything = json.dumps([opened.results, opened.message, lab.case.insights, repr(opened.rounds)])
    lab.vmray.control.configure(archive_cipher="aes")
    unread = behavior(lab, Samples="5001")

    assert items_of(opened)[0]["malware_configuration"][0]["configuration"]["family"] == "Gen.Known"
    assert "s3cret-of-vmray" not in everything
    (item,) = items_of(unread)
    assert (item["malware_configuration"], item["outcome"]) == ([], "done")
    note = "the malware configuration is encrypted with AES by the settings of the VMRay user"
    assert (item["remarks"][0], item["reason"]) == ({"level": "note", "message": note}, note)
