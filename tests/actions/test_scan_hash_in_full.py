"""Scan Hash with a known malicious hash: all requests, the whole output, and all changes to the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.actions.expected import ENRICHED, ENRICHMENT_FIELDS, entity_result, sample_table
from tests.actions.lab import completed, outcome

if TYPE_CHECKING:
    from tests.actions.expected import Json
    from tests.actions.lab import Lab

SHA256 = "c7" * 32
ENTITY = SHA256.upper()
TABLES = {
    f"{ENTITY} - IOCs - Domains": ["IOC,Verdict,Details", "c2[.]example,Malicious,DNS; HTTPS"],
    f"{ENTITY} - IOCs - Emails": [
        "IOC,Verdict,Details",
        "billing[@]c2[.]example,Malicious,Your invoice",
    ],
    f"{ENTITY} - IOCs - Files": [
        "IOC,Verdict,Details",
        f"{'5e' * 32},Malicious,C:\\Temp\\upd.exe; Dropped File",
    ],
    f"{ENTITY} - IOCs - IPs": [
        "IOC,Verdict,Details",
        "192[.]0[.]2[.]10,Malicious,TCP; HTTPS",
        "198[.]51[.]100[.]7,Suspicious,TCP; HTTPS",
    ],
    f"{ENTITY} - IOCs - URLs": [
        "IOC,Verdict,Details",
        "hxxp://c2[.]example/gate[.]php?a=1 2,Malicious,Contacted",
    ],
    f"{ENTITY} - Threat Indicators": [
        "Score,Category,Operation,Classifications",
        "5,Antivirus,Known malware  or worse,Dropper",
        "4,Persistence,Installs a startup entry,",
    ],
}
ENRICHMENT = {
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
INSIGHT = (
    '<h2><strong>Verdict: <span style="color:#d93025">Malicious</span></strong></h2>'
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
)


@pytest.fixture
def added(lab: Lab) -> Json:
    """Add a malicious executable with IOCs; some of their types are not shown by default."""
    return lab.vmray.control.add_sample(
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


def test_a_known_malicious_hash_is_reported_in_full(lab: Lab, added: Json) -> None:
    """The test compares message, JSON, tables, enrichment and insight, and then the requests."""
    iocs = lab.read("/sample/5001/iocs")["iocs"]
    persistence, _mutex, antivirus = lab.read("/sample/5001/vtis")["threat_indicators"]
    shown = {
        "domains": [iocs["domains"][1]],
        "ips": [iocs["ips"][1], iocs["ips"][0]],
        "files": iocs["files"],
        "emails": iocs["emails"],
        "urls": iocs["urls"],
    }
    lab.hashes(SHA256)

    run = lab.run("Scan Hash")

    assert outcome(run) == completed(
        f"{ENRICHED}{ENTITY}",
        value=True,
        json_result=[
            {"Entity": ENTITY, "EntityResult": entity_result(added, shown, [antivirus, persistence])}
        ],
        tables={ENTITY: sample_table(added)} | TABLES,
    )
    assert lab.enrichment(SHA256) == ENRICHMENT
    assert lab.enrichment(SHA256).keys() == ENRICHMENT_FIELDS
    assert lab.flags() == {ENTITY: (True, True)}
    assert lab.insights() == {ENTITY: INSIGHT}
    assert lab.seen()[0] == f"GET /rest/sample/sha256/{SHA256}"
    assert sorted(lab.seen()[1:]) == ["GET /rest/sample/5001/iocs", "GET /rest/sample/5001/vtis"]
