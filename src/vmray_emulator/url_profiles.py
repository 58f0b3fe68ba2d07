"""Profiles of URLs: what the analyses of a URL find. Names and addresses are reserved ones."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from vmray_emulator.file_profiles import indicator, ioc, technique
from vmray_emulator.findings import Findings

if TYPE_CHECKING:
    from vmray_emulator.findings import IocSpec


def _url_iocs(url: str, verdict: str) -> dict[str, list[IocSpec]]:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    return {
        "urls": [
            ioc(url, verdict, categories=["Sample"]),
            ioc("https://fonts.example/style.css", "clean", content_types=["text/css"]),
        ],
        "domains": [ioc(host, verdict, ip_addresses=["192.0.2.80"])] if host else [],
        "ips": [ioc("192.0.2.80", verdict, domains=[host] if host else [])],
    }


def phishing(url: str) -> Findings:
    """Describe a page that asks for a password."""
    iocs = _url_iocs(url, "malicious")
    iocs["urls"].append(ioc("https://collect.phish.example/post", "malicious", methods=["POST"]))
    return Findings(
        profile="phishing-url",
        verdict="malicious",
        score=95,
        classifications=["Phishing"],
        threat_names=["Phish.Login"],
        reputation="malicious",
        iocs=iocs,
        indicators=[
            indicator("Heuristics", "The page imitates a known login", 5, "Phishing"),
            indicator("Reputation", "Malicious host was detected via reputation", 4),
            indicator("Network Connection", "Sends form data to another host", 3),
            indicator("Obfuscation", "Hides text from the reader", 2),
        ],
        techniques=[technique("T1566.002", "Spearphishing Link", "Initial Access", 0)],
    )


def suspicious_url(url: str) -> Findings:
    """Describe a page with suspicious behaviour."""
    return Findings(
        profile="suspicious-url",
        verdict="suspicious",
        score=50,
        iocs=_url_iocs(url, "suspicious"),
        indicators=[
            indicator("Heuristics", "The page redirects several times", 3),
            indicator("Network Connection", "Contacts a new domain", 1),
        ],
    )


def clean_url(url: str) -> Findings:
    """Describe a harmless page."""
    return Findings(
        profile="clean-url",
        verdict="clean",
        score=5,
        reputation="not_suspicious",
        iocs=_url_iocs(url, "clean"),
    )
