"""Profiles of files: what the analyses of an upload find.

All names and addresses are reserved ones (RFC 2606, RFC 5737). Nothing here is real.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vmray_emulator.findings import Findings, IocSpec
from vmray_emulator.ioc_objects import file_hashes

if TYPE_CHECKING:
    from vmray_emulator.json_types import Json


def ioc(value: str, verdict: str | None, **more: Json) -> IocSpec:
    """Make an IOC in compact form."""
    return {"value": value, "verdict": verdict, **more}


def indicator(category: str, operation: str, score: int, *classifications: str) -> dict[str, Any]:
    """Make a threat indicator in compact form."""
    return {
        "category": category,
        "operation": operation,
        "score": score,
        "classifications": list(classifications),
    }


def technique(technique_id: str, name: str, tactic: str, *indicators: int) -> dict[str, Any]:
    """Make a technique in compact form, with the positions of its indicators."""
    return {
        "technique_id": technique_id,
        "technique": name,
        "tactics": [tactic],
        "indicators": list(indicators),
    }


def _host_iocs(sha256: str, name: str) -> dict[str, list[IocSpec]]:
    """Return the IOCs of a dropper on its host."""
    tag = sha256[:8]
    temp = f"C:\\Users\\eve\\AppData\\Local\\Temp\\{tag}"
    desktop = f"C:\\Users\\eve\\Desktop\\{name}"
    itself = {**file_hashes(name), "sha256_hash": sha256}
    dropper = {"threat_names": ["Gen.Loader"], "classifications": ["Dropper"]}
    return {
        "files": [
            ioc(desktop, "malicious", hashes=[itself], categories=["Sample File"], **dropper),
            ioc(f"{temp}\\upd.exe", "malicious", **dropper),
            ioc(f"{temp}\\loader.dll", "suspicious"),
            ioc(f"{temp}\\readme.txt", "clean", mime_type="text/plain"),
        ],
        "filenames": [
            ioc(f"{temp}\\upd.exe", "malicious"),
            ioc("C:\\Windows\\System32\\kernel32.dll", "clean", ioc=False),
        ],
        "mutexes": [
            ioc(f"Global\\{tag}-once", "suspicious"),
            ioc("Local\\ZonesCacheCounterMutex", "clean"),
        ],
        "registry": [
            ioc("HKEY_CURRENT_USER\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\Updater", "malicious"),
            ioc("HKEY_LOCAL_MACHINE\\Software\\Policies\\Microsoft\\Windows Defender", "suspicious"),
        ],
        "processes": [
            ioc(f'"{temp}\\upd.exe" --silent', "malicious", **dropper),
            ioc("C:\\Windows\\System32\\cmd.exe /c ping 192.0.2.1", "suspicious"),
        ],
    }


def _network_iocs(tag: str) -> dict[str, list[IocSpec]]:
    """Return the IOCs of a dropper in the network."""
    return {
        "urls": [
            ioc(f"http://c2.{tag}.example/gate.php", "malicious", ip_addresses=["192.0.2.10"]),
            ioc(f"https://cdn.{tag}.example/payload.bin", "suspicious", ip_addresses=["198.51.100.7"]),
            ioc("https://www.example.com/", "clean"),
        ],
        "domains": [
            ioc(f"c2.{tag}.example", "malicious", ip_addresses=["192.0.2.10"]),
            ioc(f"cdn.{tag}.example", "suspicious", ip_addresses=["198.51.100.7"]),
            ioc("www.example.com", "clean"),
        ],
        "ips": [
            ioc("192.0.2.10", "malicious", domains=[f"c2.{tag}.example"]),
            ioc(
                "198.51.100.7",
                "suspicious",
                domains=[f"cdn.{tag}.example"],
                country="France",
                country_code="FR",
            ),
            ioc("203.0.113.53", None, protocols=["UDP", "DNS"], ioc=False),
        ],
        "emails": [ioc(f"billing@{tag}.example", "malicious", subject="Invoice overdue", nr_attachments=1)],
        "email_addresses": [ioc(f"billing@{tag}.example", "malicious", subjects=["Invoice overdue"])],
    }


def malicious_exe(sha256: str, name: str) -> Findings:
    """Describe an executable that installs itself and contacts its server: all IOC types, five indicators."""
    return Findings(
        profile="malicious-exe",
        verdict="malicious",
        score=100,
        classifications=["Dropper", "Spyware"],
        threat_names=["Gen.Loader"],
        reputation="malicious",
        iocs=_host_iocs(sha256, name) | _network_iocs(sha256[:8]),
        indicators=[
            indicator("Antivirus", "Malicious content was detected by heuristic scan", 5, "Dropper"),
            indicator("Persistence", "Installs system startup script or application", 4),
            indicator("Network Connection", "Sends data to a command and control server", 4, "Spyware"),
            indicator("Defense Evasion", "Changes the settings of the antivirus", 3),
            indicator("Mutex", "Creates mutex", 1),
        ],
        techniques=[
            technique("T1547.001", "Registry Run Keys / Startup Folder", "Persistence", 1),
            technique("T1071.001", "Web Protocols", "Command and Control", 2),
            technique("T1562.001", "Disable or Modify Tools", "Defense Evasion", 3),
        ],
    )


def dropper(sha256: str, name: str) -> Findings:
    """Describe the malicious executable whose dropped file becomes a sample of its own."""
    findings = malicious_exe(sha256, name)
    findings.profile = "dropper"
    findings.children = [("upd.exe", "malicious-exe")]
    return findings


def container() -> Findings:
    """Describe a harmless container whose content is a dropper: three levels of samples."""
    findings = clean()
    findings.profile, findings.children = (
        "container",
        [("setup.exe", "dropper"), ("readme.txt", "clean-document")],
    )
    return findings


def suspicious(sha256: str, name: str) -> Findings:
    """Describe a script or macro that downloads a file."""
    tag = sha256[:8]
    return Findings(
        profile="suspicious-script",
        verdict="suspicious",
        score=55,
        classifications=["Downloader"],
        iocs={
            "files": [ioc(f"C:\\Users\\eve\\Desktop\\{name}", "suspicious", categories=["Sample File"])],
            "processes": [ioc(f"powershell.exe -w hidden -enc {tag}", "suspicious")],
            "urls": [ioc(f"http://files.{tag}.example/a.ps1", "suspicious")],
            "domains": [ioc(f"files.{tag}.example", "suspicious")],
            "ips": [ioc("198.51.100.21", "suspicious"), ioc("203.0.113.9", "clean")],
        },
        indicators=[
            indicator("Execution", "Starts a hidden interpreter", 3),
            indicator("Network Connection", "Downloads a file", 3, "Downloader"),
            indicator("Obfuscation", "Decodes its own code", 2),
        ],
        techniques=[technique("T1059.001", "PowerShell", "Execution", 0)],
    )


def clean() -> Findings:
    """Describe a file without harmful behaviour."""
    return Findings(
        profile="clean-document",
        verdict="clean",
        score=5,
        reputation="not_suspicious",
        iocs={"domains": [ioc("www.example.org", "clean"), ioc("time.example", None, ioc=False)]},
        indicators=[indicator("Reputation", "Contacts a domain that is known to be harmless", -1)],
    )


def eicar() -> Findings:
    """Describe the EICAR test file, which every scanner knows and which does nothing."""
    return Findings(
        profile="eicar",
        verdict="malicious",
        score=100,
        classifications=["EICAR"],
        threat_names=["EICAR", "EICAR-Test-File (not a virus)"],
        reputation="blacklisted",
        indicators=[
            indicator("Antivirus", "Malicious content was detected by heuristic scan", 5, "EICAR"),
            indicator("Reputation", "Malicious file detected via reputation", 4, "EICAR"),
        ],
    )


def failed() -> Findings:
    """Describe a file whose analyses all fail: no verdict, no report."""
    return Findings(profile="failed", failing=["static", "dynamic", "web"])


def partly_failed() -> Findings:
    """Describe a file whose dynamic analysis fails and whose static analysis succeeds."""
    findings = clean()
    findings.profile, findings.failing = "partly-failed", ["dynamic"]
    return findings


def locked(sha256: str, name: str) -> Findings:
    """Describe a malicious executable under a Verdict quota: its reports are locked."""
    findings = malicious_exe(sha256, name)
    findings.profile, findings.locked = "locked", True
    return findings


def no_verdict() -> Findings:
    """Describe a file whose analyses succeed without a verdict."""
    return Findings(profile="no-verdict", verdict="not_available")
