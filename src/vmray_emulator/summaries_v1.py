"""The older summary in an analysis archive, `logs/summary.json`, with the keys that public clients read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.ioc_objects import file_hashes

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vmray_emulator.findings import Findings, IocSpec
    from vmray_emulator.store import Record

# IOC list to the key that holds the value.
_VALUE_KEYS: Final = {
    "domains": "domain",
    "emails": "sender",
    "files": "norm_filename",
    "ips": "ip_address",
    "mutexes": "mutex_name",
    "processes": "cmd_line",
    "registry": "reg_key_name",
    "urls": "url",
}


def summary_v1(
    sample: Record, analysis: Record, findings: Findings, screenshots: Sequence[str]
) -> dict[str, Any]:
    """Return `logs/summary.json` of an analysis; arguments as for `summaries.summary_v2`."""
    techniques = [
        {"id": technique["technique_id"], "description": technique["technique"]}
        for technique in findings.techniques
    ]
    return {
        "analysis_details": {
            "execution_successful": True,
            "termination_reason": "Timeout",
            "result_str": analysis["analysis_result_str"],
        },
        "sample_details": {"sample_type": sample["sample_type"]},
        "vm_and_analyzer_details": {"vm_name": analysis["analysis_vm_name"]},
        "artifacts": _artifacts_v1(findings.iocs),
        "classifications": findings.classifications or [],
        "extracted_files": [_extracted_file(spec) for spec in findings.iocs.get("files", [])],
        "mitre_attack": {"techniques": techniques},
        "screenshots": [{"screenshot_archive_path": f"screenshots/{name}"} for name in screenshots],
        "vti": _vti_v1(analysis, findings),
    }


def _extracted_file(spec: IocSpec) -> dict[str, Any]:
    hashes = file_hashes(str(spec["value"]))
    return {
        **{key: hashes[key] for key in ("md5_hash", "sha1_hash", "sha256_hash")},
        "norm_filename": spec["value"],
        "ioc": bool(spec.get("ioc", True)),
    }


def _vti_v1(analysis: Record, findings: Findings) -> dict[str, Any]:
    matches = [
        {
            "category_desc": indicator["category"],
            "operation_desc": indicator["operation"],
            "technique_desc": indicator["operation"],
            "rule_score": indicator["score"],
            "rule_classifications": indicator["classifications"],
            "threat_names": [],
        }
        for indicator in findings.indicators
    ]
    return {
        "vti_rule_type": "Default",
        "vti_score": analysis["analysis_vti_score"],
        "vti_rule_matches": matches,
    }


def _artifacts_v1(iocs: Mapping[str, Sequence[IocSpec]]) -> dict[str, Any]:
    return {
        name: [
            {
                key: spec["value"],
                "ioc": bool(spec.get("ioc", True)),
                "severity": spec["verdict"] or "unknown",
            }
            for spec in iocs.get(name, [])
        ]
        for name, key in _VALUE_KEYS.items()
    }
