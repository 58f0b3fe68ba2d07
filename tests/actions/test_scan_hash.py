"""Scan Hash on its main path: what is asked, what is returned, what is written into the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.expected import (
    ENRICHED,
    ENRICHMENT_FIELDS,
    NONE_ENRICHED,
    NOT_ENRICHED,
    details,
    entity_result,
    sample_table,
)
from tests.actions.lab import completed, outcome

if TYPE_CHECKING:
    from tests.actions.lab import Lab

SHA256 = "c7" * 32
UNKNOWN = "ab" * 32
UNSUPPORTED = "unsupported hash type (expected MD5, SHA-1 or SHA-256)"


def test_a_known_malicious_hash_is_reported_in_full(lab: Lab) -> None:
    """Every sink at once, each value written out: message, JSON, tables, enrichment, insight."""
    added = lab.vmray.control.add_sample(
        filename="invoice.exe",
        md5="0a" * 16,
        sha1="1b" * 20,
        sha256=SHA256,
        classifications=["Dropper", "Spyware"],
        threat_names=["Gen.Loader"],
        iocs={
            "domains": [{"value": "fine.example", "verdict": "clean"}, "c2.example"],
            "ips": [{"value": "198.51.100.7", "verdict": "suspicious"}, "192.0.2.10"],
            "files": [{"value": "C:\\Temp\\upd.exe", "hashes": [{"sha256_hash": "5e" * 32}]}],
            "emails": [{"value": "billing@c2.example", "recipients": []}],
            "urls": ["http://c2.example/gate.php?a=1,2"],
            "mutexes": ["Global\\once"],
        },
        indicators=[
            {"category": "Persistence", "operation": "Installs a startup entry", "score": 4},
            {"category": "Mutex", "operation": "Creates mutex", "score": 2},
            {
                "category": "Antivirus",
                "operation": "Known malware, or worse",
                "score": 5,
                "classifications": ["Dropper"],
            },
        ],
        sample_created="2026-01-15T09:30:00",
        sample_ssdeephash="3:N1KTxKWiUgdhHn:C1N3an",
        sample_parent_sample_ids=[17, 18],
    )
    assert added["sample_id"] == 5001
    iocs = lab.read("/sample/5001/iocs")["iocs"]
    persistence, _mutex, antivirus = lab.read("/sample/5001/vtis")["threat_indicators"]
    fine, c2 = iocs["domains"]
    relay, server = iocs["ips"]
    lab.hashes(SHA256)
    entity = SHA256.upper()

    run = lab.run("Scan Hash")

    assert outcome(run) == completed(
        f"{ENRICHED}{entity}",
        value=True,
        json_result=[
            {
                "Entity": entity,
                "EntityResult": entity_result(
                    added,
                    {
                        "domains": [c2],
                        "ips": [server, relay],
                        "files": iocs["files"],
                        "emails": iocs["emails"],
                        "urls": iocs["urls"],
                    },
                    [antivirus, persistence],
                ),
            }
        ],
        tables={
            entity: sample_table(added),
            f"{entity} - IOCs - Domains": ["IOC,Verdict,Details", "c2[.]example,Malicious,DNS; HTTPS"],
            f"{entity} - IOCs - Emails": [
                "IOC,Verdict,Details",
                "billing[@]c2[.]example,Malicious,Your invoice",
            ],
            f"{entity} - IOCs - Files": [
                "IOC,Verdict,Details",
                f"{'5e' * 32},Malicious,C:\\Temp\\upd.exe; Dropped File",
            ],
            f"{entity} - IOCs - IPs": [
                "IOC,Verdict,Details",
                "192[.]0[.]2[.]10,Malicious,TCP; HTTPS",
                "198[.]51[.]100[.]7,Suspicious,TCP; HTTPS",
            ],
            f"{entity} - IOCs - URLs": [
                "IOC,Verdict,Details",
                "hxxp://c2[.]example/gate[.]php?a=1 2,Malicious,Contacted",
            ],
            f"{entity} - Threat Indicators": [
                "Score,Category,Operation,Classifications",
                "5,Antivirus,Known malware  or worse,Dropper",
                "4,Persistence,Installs a startup entry,",
            ],
        },
    )
    assert fine["domain"] == "fine.example"
    assert lab.enrichment(SHA256) == {
        "VMRay_sample_vti_score": "100",
        "VMRay_sample_child_sample_ids": "",
        "VMRay_sample_id": "5001",
        "VMRay_sample_sha1hash": "1b" * 20,
        "VMRay_sample_classifications": "Dropper, Spyware",
        "VMRay_sample_last_md_score": "",
        "VMRay_sample_last_vt_score": "",
        "VMRay_sample_severity": "malicious",
        "VMRay_sample_url": "",
        "VMRay_sample_imphash": "",
        "VMRay_sample_highest_vti_score": "100",
        "VMRay_sample_container_type": "",
        "VMRay_sample_webif_url": "https://vmray.example/samples/5001",
        "VMRay_sample_type": "Windows Exe (x86-64)",
        "VMRay_sample_created": "2026-01-15T09:30:00",
        "VMRay_sample_last_reputation_severity": "unknown",
        "VMRay_sample_filesize": "48128",
        "VMRay_sample_parent_sample_ids": "17, 18",
        "VMRay_sample_ssdeephash": "3:N1KTxKWiUgdhHn:C1N3an",
        "VMRay_sample_md5hash": "0a" * 16,
        "VMRay_sample_sha256hash": SHA256,
        "VMRay_sample_highest_vti_severity": "malicious",
        "VMRay_sample_priority": "1",
        "VMRay_sample_is_multipart": "False",
        "VMRay_sample_score": "100",
        "VMRay_sample_filename": "invoice.exe",
        "VMRay_ioc_domains": "c2.example",
        "VMRay_ioc_ips": "192.0.2.10, 198.51.100.7",
        "VMRay_ioc_urls": "http://c2.example/gate.php?a=1,2",
        "VMRay_ioc_files": "5e" * 32,
        "VMRay_ioc_emails": "billing@c2.example",
        "VMRay_ioc_mutexes": "",
        "VMRay_ioc_processes": "",
        "VMRay_ioc_registry": "",
        "VMRay_threat_indicator_operations": "Known malware, or worse, Installs a startup entry",
        "VMRay_threat_indicator_category": "Antivirus, Persistence",
    }
    assert lab.enrichment(SHA256).keys() == ENRICHMENT_FIELDS
    assert lab.flags() == {entity: (True, True)}
    assert lab.insights() == {
        entity: '<h2><strong>Verdict: <span style="color:#d93025">Malicious</span></strong></h2>'
        "<p><strong>Threat names:</strong> Gen.Loader</p>"
        "<p><strong>Classifications:</strong> Dropper, Spyware</p>"
        "<p><strong>Type:</strong> Windows Exe (x86-64)</p>"
        "<p><strong>Name:</strong> invoice.exe</p>"
        "<p><strong>First seen by VMRay:</strong> 2026-01-15T09:30:00</p>"
        "<p><strong>IOCs</strong></p><ul>"
        "<li>Domains (1): c2[.]example (Malicious)</li>"
        "<li>Emails (1): billing[@]c2[.]example (Malicious)</li>"
        f"<li>Files (1): {'5e' * 32} (Malicious)</li>"
        "<li>IPs (2): 192[.]0[.]2[.]10 (Malicious), 198[.]51[.]100[.]7 (Suspicious)</li>"
        "<li>URLs (1): hxxp://c2[.]example/gate[.]php?a=1,2 (Malicious)</li></ul>"
        "<p><strong>Threat indicators</strong></p><ul>"
        "<li>5/5 Antivirus: Known malware, or worse</li>"
        "<li>4/5 Persistence: Installs a startup entry</li></ul>"
    }
    assert lab.seen()[0] == f"GET /rest/sample/sha256/{SHA256}"
    assert sorted(lab.seen()[1:]) == ["GET /rest/sample/5001/iocs", "GET /rest/sample/5001/vtis"]


@pytest.mark.parametrize(
    ("verdict", "suspicious", "colour", "word"),
    [
        ("malicious", True, "#d93025", "Malicious"),
        ("suspicious", True, "#c26401", "Suspicious"),
        ("clean", False, "#188038", "Clean"),
        ("not_available", False, "#70757a", "Unknown"),
        (None, False, "#70757a", "Unknown"),
    ],
)
def test_the_verdict_decides_on_suspicion_and_colour(
    lab: Lab, verdict: str | None, colour: str, word: str, *, suspicious: bool
) -> None:
    """Malicious and suspicious samples make the entity suspicious; clean and unknown ones do not."""
    sample = lab.vmray.control.add_sample(sha256=SHA256, verdict=verdict)
    lab.hashes(SHA256)

    run = lab.run("Scan Hash")

    entity = SHA256.upper()
    assert outcome(run) == completed(
        f"{ENRICHED}{entity}",
        value=True,
        json_result=[{"Entity": entity, "EntityResult": entity_result(sample)}],
        tables={entity: sample_table(sample)},
    )
    assert lab.flags() == {entity: (True, suspicious)}
    assert lab.insights()[entity].startswith(
        f'<h2><strong>Verdict: <span style="color:{colour}">{word}</span></strong></h2>'
    )
    assert "<p>None that pass the filters of this action.</p>" in lab.insights()[entity]


@pytest.mark.parametrize("kind", ["md5", "sha1", "sha256"])
def test_each_kind_of_hash_is_looked_up_as_what_it_is(lab: Lab, kind: str) -> None:
    """The platform upper-cases identifiers; VMRay is asked in lower case, in the path of the hash's kind."""
    sample = lab.vmray.control.add_sample()
    lab.hashes(sample[f"sample_{kind}hash"])

    run = lab.run("Scan Hash")

    assert run.is_success
    assert lab.seen()[0] == f"GET /rest/sample/{kind}/{sample[f'sample_{kind}hash']}"


def test_known_unknown_and_unsupported_hashes_are_told_apart(lab: Lab) -> None:
    """What was found is enriched; each of the others is named, in order, with its own reason."""
    sample = lab.vmray.control.add_sample(sha256=SHA256)
    lab.hashes(UNKNOWN, SHA256, "d" * 128, "xyz", "g" * 64)
    known, unknown, sha512, odd, no_hex = SHA256.upper(), UNKNOWN.upper(), "D" * 128, "XYZ", "G" * 64

    run = lab.run("Scan Hash")

    assert outcome(run) == completed(
        f"{ENRICHED}{known}\n{NOT_ENRICHED}{unknown}\n{sha512}\n{odd}\n{no_hex}"
        + details(
            f"{unknown}: not found in VMRay",
            f"{sha512}: {UNSUPPORTED}",
            f"{odd}: {UNSUPPORTED}",
            f"{no_hex}: {UNSUPPORTED}",
        ),
        value=True,
        json_result=[{"Entity": known, "EntityResult": entity_result(sample)}],
        tables={known: sample_table(sample)},
    )
    assert lab.flags() == {known: (True, True)} | dict.fromkeys(
        (unknown, sha512, odd, no_hex), (False, False)
    )
    assert [lab.enrichment(name) for name in (unknown, sha512, odd, no_hex)] == [{}, {}, {}, {}]
    assert lab.insights().keys() == {known}
    assert sorted(lab.seen()) == [
        "GET /rest/sample/5001/iocs",
        "GET /rest/sample/5001/vtis",
        f"GET /rest/sample/sha256/{UNKNOWN}",
        f"GET /rest/sample/sha256/{SHA256}",
    ]


def test_several_enriched_entities_stand_one_a_line_in_their_order(lab: Lab) -> None:
    """Whatever is answered first, results and message keep the order of the entities."""
    hashes = lab.vmray.control.add_known_samples(12, iocs_per_type=0)
    lab.hashes(*hashes)

    run = lab.run("Scan Hash")

    entities = [each.upper() for each in hashes]
    assert run.message == ENRICHED + "\n".join(entities)
    assert [each["Entity"] for each in run.json_result] == entities
    assert [title for title in run.tables if " - " not in title] == entities


def test_not_found_is_no_failed_playbook(lab: Lab) -> None:
    """Nothing was enriched: the action completes, and its script result is False."""
    lab.hashes(UNKNOWN)

    run = lab.run("Scan Hash")

    assert outcome(run) == completed(
        NONE_ENRICHED + details(f"{UNKNOWN.upper()}: not found in VMRay"), value=False, json_result=[]
    )
    assert lab.flags() == {UNKNOWN.upper(): (False, False)}
    assert lab.insights() == {}
    assert lab.seen() == [f"GET /rest/sample/sha256/{UNKNOWN}"]


def test_an_unsupported_hash_costs_no_request(lab: Lab) -> None:
    """VMRay is not asked about something that cannot be a hash of its."""
    lab.hashes("d" * 128)

    run = lab.run("Scan Hash")

    assert outcome(run) == completed(
        NONE_ENRICHED + details(f"{'D' * 128}: {UNSUPPORTED}"), value=False, json_result=[]
    )
    assert lab.seen() == []


def test_entities_of_other_types_are_left_alone(lab: Lab) -> None:
    """Scan Hash takes FILEHASH entities only, and says so where there is none."""
    lab.open_case(("DestinationURL", "http://evil.example/"), ("HOSTNAME", "pc-17"))

    run = lab.run("Scan Hash")

    assert outcome(run) == completed(
        NONE_ENRICHED + details("Entities: none of type FILEHASH in the scope of this action"),
        value=False,
        json_result=[],
    )
    assert lab.seen() == []
    assert set(lab.flags().values()) == {(False, False)}
