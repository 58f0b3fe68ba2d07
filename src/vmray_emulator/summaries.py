"""The summary inside an analysis archive, version 2: `logs/summary_v2.json`.

The keys are those of a real 4.2 archive that public clients read; those of the network, of scanners and of
parents of processes are known from a client of later servers. A real archive has more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.ioc_objects import file_hashes
from vmray_emulator.summary_detections import anti_virus, yara
from vmray_emulator.summary_network import addresses, network
from vmray_emulator.summary_processes import processes
from vmray_emulator.summary_references import reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vmray_emulator.findings import Findings, IocSpec
    from vmray_emulator.store import Record

# IOC list to (map in the summary, prefix of its keys, key of references under `artifacts`).
_MAPS: Final = {
    "files": ("files", "file", "ref_files"),
    "filenames": ("filenames", "filename", "ref_filenames"),
    "mutexes": ("mutexes", "mutex", "ref_mutexes"),
    "registry": ("registry_records", "registry_record", "ref_registry_records"),
    "processes": ("processes", "process", "ref_processes"),
    "urls": ("urls", "url", "ref_urls"),
    "domains": ("domains", "domain", "ref_domains"),
    "ips": ("ip_addresses", "ip_address", "ref_ip_addresses"),
    "emails": ("emails", "email", "ref_emails"),
    "email_addresses": ("email_addresses", "email_address", "ref_email_addresses"),
}
# IOC list to the key of the value, for lists whose entries have a plain value.
_VALUE_KEYS: Final = {
    "filenames": "filename",
    "mutexes": "name",
    "registry": "reg_key_name",
    "urls": "url",
    "domains": "domain",
    "ips": "ip_address",
    "emails": "sender",
    "email_addresses": "email_address",
}
# Key of a hash in an IOC to its key in the summary.
_HASH_KEYS: Final = {
    "md5_hash": "md5",
    "sha1_hash": "sha1",
    "sha256_hash": "sha256",
    "imp_hash": "imphash",
    "ssdeep_hash": "ssdeep",
}
# Further fields of entries with a plain value (in a real 4.2 archive each of them has operations).
_MORE: Final[dict[str, dict[str, Any]]] = {
    "filenames": {"operations": ["access"]},
    "mutexes": {"operations": ["access", "create"]},
    "registry": {"operations": ["access", "write"]},
    "urls": {"sources": ["pcap"]},
    "domains": {"sources": ["pcap"]},
    "ips": {"sources": ["pcap"]},
    "emails": {"subject": "Your invoice", "recipients": ["eve@victim.example"]},
}


def _entry(name: str, spec: IocSpec) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "_type": _MAPS[name][1],
        "is_ioc": bool(spec.get("ioc", True)),
        "is_artifact": True,
        "verdict": spec["verdict"],
    }
    value = str(spec["value"])
    if name == "files":
        hashes = {_HASH_KEYS[key]: digest for key, digest in file_hashes(value).items()}
        entry |= {
            "hash_values": {"_type": "hash_values", **hashes},
            "size": 20480,
            "is_sample": "Sample File" in spec.get("categories", []),
            "categories": [one.lower().replace(" ", "_") for one in spec.get("categories", ["Dropped File"])],
            "classifications": spec.get("classifications", []),
            "threat_names": spec.get("threat_names", []),
            "ref_filenames": [],
        }
        if "dropped_file" in entry["categories"]:
            entry["archive_path"] = f"extracted_files/{hashes['sha1']}.bin"
    else:
        entry |= {_VALUE_KEYS[name]: value, **_MORE.get(name, {})}
    return entry


def _maps(findings: Findings) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the maps of artifacts, and the references to all their entries."""
    maps: dict[str, Any] = {}
    references: dict[str, Any] = {"_type": "artifacts"}
    for name, (key, prefix, pointer) in _MAPS.items():
        entries = {
            f"{prefix}_{number}": {} if name == "processes" else _entry(name, spec)
            for number, spec in enumerate(findings.iocs.get(name, []), start=1)
        }
        if entries:
            maps[key] = entries
        references[pointer] = [reference(key, entry) for entry in entries]
    for name in ("urls", "domains"):
        for entry, spec in zip(
            maps.get(_MAPS[name][0], {}).values(), findings.iocs.get(name, []), strict=True
        ):
            entry["ref_ip_addresses"] = _addresses(findings, spec)
    return maps, references


def _addresses(findings: Findings, spec: IocSpec) -> list[dict[str, Any]]:
    """Return references to the addresses of a URL or domain."""
    return [
        reference("ip_addresses", f"ip_address_{number}")
        for number, ip in enumerate(findings.iocs.get("ips", []), start=1)
        if ip["value"] in spec.get("ip_addresses", [])
    ]


def _vti(findings: Findings, analysis: Record) -> dict[str, Any]:
    matches = {
        f"vti_match_{number}": {
            "_type": "vti_match",
            "analysis_score": indicator["score"],
            "category": indicator["category"].lower().replace(" ", "_"),
            "category_desc": indicator["category"],
            "operation": indicator["operation"].lower().replace(" ", "_"),
            "operation_desc": indicator["operation"],
            "technique_desc": indicator["operation"],
            "artifacts": [],
            "classifications": indicator["classifications"],
            "threat_names": [],
        }
        for number, indicator in enumerate(findings.indicators, start=1)
    }
    version = analysis["analysis_vti_built_in_rules_version"]
    score_type = "static" if analysis["analysis_job_type"].startswith("only_static") else "default"
    return {"_type": "vti", "built_in_rules_version": version, "score_type": score_type, "matches": matches}


def _mitre(findings: Findings) -> dict[str, Any]:
    techniques = {
        f"technique_{technique['technique_id']}": {
            "_type": "mitre_attack_technique",
            "technique_id": technique["technique_id"],
            "description": technique["technique"],
            "tactics": technique["tactics"],
            "technique_version": "1.0",
            "ref_vti_matches": [
                reference("vti", "matches", f"vti_match_{place + 1}") for place in technique["indicators"]
            ],
        }
        for technique in findings.techniques
    }
    return {"v4": {"matrix_version": "2019-04-25T20:53:07.719000", "techniques": techniques}}


def _metadata(sample: Record, analysis: Record, processes: int) -> dict[str, Any]:
    return {
        "_type": "analysis_metadata",
        "analysis_id": analysis["analysis_id"],
        "analysis_duration": 120.0,
        "creation_time": analysis["analysis_created"],
        "is_execution_successful": True,
        "number_of_processes": processes,
        "result_code": analysis["analysis_result_code"],
        "result_str": analysis["analysis_result_str"],
        "sample_id": sample["sample_id"],
        "sample_type": sample["sample_type"],
        "submission_filename": sample["sample_filename"],
        "termination_reason": "Timeout",
        "verdict": analysis["analysis_verdict"],
        "platform_information": {
            "_type": "platform_information",
            "platform_version": analysis["analysis_analyzer_version"],
        },
    }


def _connections(analysis: Record, findings: Findings, maps: dict[str, Any]) -> dict[str, Any]:
    """Return the network, and the addresses that it refers to. A static analysis has no network."""
    found = {} if analysis["analysis_job_type"].startswith("only_static") else network(findings)
    if not found:
        return {}
    return {"ip_addresses": {**maps.get("ip_addresses", {}), **addresses()}, "network": found}


def _extracted(maps: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the files that the archive contains."""
    return [
        {"_type": "extracted_file", "ref_file": reference("files", key)}
        for key, entry in maps.get("files", {}).items()
        if "archive_path" in entry
    ]


def summary_v2(
    sample: Record, analysis: Record, findings: Findings, screenshots: Sequence[str]
) -> dict[str, Any]:
    """Return `logs/summary_v2.json` of an analysis.

    Args:
        sample: The sample.
        analysis: The analysis.
        findings: What the analysis found.
        screenshots: Names of the screenshots.
    """
    maps, references = _maps(findings)
    tree = processes(sample, findings)
    return {
        "_type": "summary",
        "version": "2.1",
        "analysis_metadata": _metadata(sample, analysis, len(tree)),
        "artifacts": references,
        **maps,
        "processes": tree,
        **_connections(analysis, findings, maps),
        "extracted_files": _extracted(maps),
        "yara": yara(findings),
        "anti_virus": anti_virus(findings),
        "classifications": findings.classifications or [],
        "threat_names": findings.threat_names or [],
        "vti": _vti(findings, analysis),
        "mitre_attack": _mitre(findings),
        "screenshots": [
            {"_type": "screenshot", "timedelta": 1000 * number, "ref_file": reference("screenshots", name)}
            for number, name in enumerate(screenshots)
        ],
        "remarks": {
            "_type": "remarks",
            "errors": [],
            "infos": [],
            "warnings": [{"_type": "remark", "message": "The analysis ended at its time limit"}],
        },
        "virtual_machine": {
            "_type": "virtual_machine",
            "name": analysis["analysis_vm_name"],
            "description": analysis["analysis_vm_name"],
            "architecture": "x86 64-bit",
            "operating_system": "Windows 10",
        },
    }
