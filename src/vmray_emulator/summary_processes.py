"""The processes of a summary: a tree of several levels, linked by monitor ids and by references.

The keys are those that public clients read in archives of 4.2 and later servers. The tree is invented: the
sample is its root, the first process among the IOCs is a child of the root, and process N of the IOCs is a
child of process N / 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from vmray_emulator.summary_references import reference

if TYPE_CHECKING:
    from vmray_emulator.findings import Findings, IocSpec
    from vmray_emulator.store import Record

_FOLDER: Final = "C:\\Users\\eve\\Desktop\\"
_FIRST_PID: Final = 1000


def processes(sample: Record, findings: Findings) -> dict[str, Any]:
    """Return the processes by key: first those among the IOCs, then the sample itself, which is no IOC."""
    specs = findings.iocs.get("processes", [])
    entries = {
        f"process_{number}": _process(number, spec, findings) for number, spec in enumerate(specs, start=1)
    }
    return {**entries, f"process_{len(specs) + 1}": _root(sample, findings, has_iocs=bool(specs))}


def _root(sample: Record, findings: Findings, *, has_iocs: bool) -> dict[str, Any]:
    """Return the process of the sample; for a URL, the browser."""
    name = "iexplore.exe" if sample["sample_url"] else str(sample["sample_filename"])
    path = f"C:\\Program Files\\Internet Explorer\\{name}" if sample["sample_url"] else f"{_FOLDER}{name}"
    matches = [] if has_iocs else list(range(1, len(findings.indicators) + 1))
    return {
        **_common(f'"{path}"', path, findings.verdict),
        "is_ioc": False,
        "is_artifact": False,
        "os_pid": _FIRST_PID,
        "monitor_id": 1,
        "origin_monitor_id": 0,
        "monitor_reason": "analysis_target",
        "ref_vti_matches": [reference("vti", "matches", f"vti_match_{number}") for number in matches],
    }


def _process(number: int, spec: IocSpec, findings: Findings) -> dict[str, Any]:
    """Return the process of an IOC. Indicators belong to the processes in turn."""
    count, parent = len(findings.iocs["processes"]), number // 2
    command_line = str(spec["value"])
    matches = range(number, len(findings.indicators) + 1, count)
    return {
        **_common(command_line, _image(command_line), spec["verdict"]),
        "is_ioc": bool(spec.get("ioc", True)),
        "is_artifact": True,
        "os_pid": _FIRST_PID + number,
        "monitor_id": number + 1,
        "origin_monitor_id": parent + 1,
        "monitor_reason": "child_process",
        "ref_parent_process": reference("processes", f"process_{parent or count + 1}"),
        "ref_vti_matches": [reference("vti", "matches", f"vti_match_{match}") for match in matches],
    }


def _image(command_line: str) -> str:
    if command_line.startswith('"'):
        return command_line[1:].split('"', maxsplit=1)[0]
    return command_line.split(" ", maxsplit=1)[0]


def _common(command_line: str, path: str, verdict: str | None) -> dict[str, Any]:
    return {
        "_type": "process",
        "verdict": verdict,
        "cmd_line": command_line,
        "filename": path,
        "image_name": path.replace("\\", "/").rsplit("/", 1)[-1],
        "bitness": 64,
        "exit_code": 0,
    }
