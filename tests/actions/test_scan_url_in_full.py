"""Scan URL with a phishing page: all requests, the whole output, and all changes to the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.actions.expected import ENRICHED, ENRICHMENT_FIELDS, entity_result, sample_table
from tests.actions.lab import completed, outcome

if TYPE_CHECKING:
    from tests.actions.lab import Lab

URL = "https://Login.Phish.Example/Office365?User=A,b&x=1"
ENTITY = URL.upper()
TABLES = {
    f"{ENTITY} - IOCs - Domains": [
        "IOC,Verdict,Details",
        "login[.]phish[.]example,Malicious,DNS; HTTPS",
    ],
    f"{ENTITY} - IOCs - IPs": ["IOC,Verdict,Details", "192[.]0[.]2[.]80,Malicious,TCP; HTTPS"],
    f"{ENTITY} - IOCs - URLs": [
        "IOC,Verdict,Details",
        "hxxps://Login[.]Phish[.]Example/Office365?User=A b&x=1,Malicious,Sample",
        "hxxps://collect[.]phish[.]example/post,Malicious,Contacted",
    ],
    f"{ENTITY} - Threat Indicators": [
        "Score,Category,Operation,Classifications",
        "5,Heuristics,The page imitates a known login,Phishing",
        "4,Reputation,Malicious host was detected via reputation,",
        "3,Network Connection,Sends form data to another host,",
    ],
}
FOUND = {
    "VMRay_ioc_domains": "login.phish.example",
    "VMRay_ioc_emails": "",
    "VMRay_ioc_files": "",
    "VMRay_ioc_ips": "192.0.2.80",
    "VMRay_ioc_mutexes": "",
    "VMRay_ioc_processes": "",
    "VMRay_ioc_registry": "",
    "VMRay_ioc_urls": f"{URL}, https://collect.phish.example/post",
    "VMRay_threat_indicator_operations": "The page imitates a known login, "
    "Malicious host was detected via reputation, Sends form data to another host",
    "VMRay_threat_indicator_category": "Heuristics, Reputation, Network Connection",
}
INSIGHT = (
    '<h2><strong>Verdict: <span style="color:#d93025">Malicious</span></strong></h2>'
    "<p><strong>Threat names:</strong> Phish.Login</p>"
    "<p><strong>Classifications:</strong> Phishing</p>"
    "<p><strong>Type:</strong> URL</p>"
    "<p><strong>Name:</strong> sample.url</p>"
    "<p><strong>URL:</strong> hxxps://Login[.]Phish[.]Example/Office365?User=A,b&amp;x=1</p>"
    "<p><strong>First seen by VMRay:</strong> CREATED</p>"
    "<p><strong>IOCs</strong></p><ul>"
    "<li>Domains (1): login[.]phish[.]example (Malicious)</li>"
    "<li>IPs (1): 192[.]0[.]2[.]80 (Malicious)</li>"
    "<li>URLs (2): hxxps://Login[.]Phish[.]Example/Office365?User=A,b&amp;x=1 (Malicious), "
    "hxxps://collect[.]phish[.]example/post (Malicious)</li></ul>"
    "<p><strong>Threat indicators</strong></p><ul>"
    "<li>5/5 Heuristics: The page imitates a known login</li>"
    "<li>4/5 Reputation: Malicious host was detected via reputation</li>"
    "<li>3/5 Network Connection: Sends form data to another host</li></ul>"
)
ASKED = [
    "GET /rest/submission?submission_submission_metadata=KEY",
    "POST /rest/sample/submit",
    "GET /rest/submission/6001",
    "GET /rest/submission?submission_parent_submission_id=6001",
    "GET /rest/sample/5001",
]


def test_a_phishing_page_is_submitted_awaited_and_reported(lab: Lab) -> None:
    """The URL is submitted once, in its original spelling. The result has the name of the entity."""
    lab.urls(URL)

    run = lab.run("Scan URL")

    asked = lab.seen()
    (sample,) = lab.samples()
    iocs = lab.read("/sample/5001/iocs")["iocs"]
    indicators = lab.read("/sample/5001/vtis")["threat_indicators"]
    assert [each["score"] for each in indicators] == [5, 4, 3, 2]
    shown = {"domains": iocs["domains"], "ips": iocs["ips"], "urls": [iocs["urls"][0], iocs["urls"][2]]}
    assert outcome(run) == completed(
        f"{ENRICHED}{ENTITY}",
        value=True,
        json_result=[{"Entity": ENTITY, "EntityResult": entity_result(sample, shown, indicators[:3])}],
        tables={ENTITY: sample_table(sample)} | TABLES,
    )
    enrichment = lab.enrichment(URL)
    assert enrichment.keys() == ENRICHMENT_FIELDS
    assert {name: enrichment[name] for name in FOUND} == FOUND
    assert {enrichment["VMRay_sample_url"], sample["sample_url"]} == {URL}
    assert lab.flags() == {ENTITY: (True, True)}
    assert lab.insights() == {ENTITY: INSIGHT.replace("CREATED", sample["sample_created"])}
    assert asked[:-2] == ASKED
    assert sorted(asked[-2:]) == ["GET /rest/sample/5001/iocs", "GET /rest/sample/5001/vtis"]
