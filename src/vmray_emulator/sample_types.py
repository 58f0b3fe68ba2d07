"""The type of an upload, recognised by its first bytes, its members and its name.

The names are values of `sample_type` (vendor's OpenAPI document 2026.2.1). The rules of VMRay are not public,
these rules are those of the emulator.
"""

from __future__ import annotations

import zipfile
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

HEAD_BYTES: Final = 4096
# Position of the offset of the PE header in a DOS header. The DLL bit in the high byte of characteristics.
_PE_POINTER: Final = 0x3C
_PE_DLL: Final = 0x20

_MAGIC: Final = (
    (b"%PDF", "PDF Document"),
    (b"{\\rtf", "RTF Document"),
    (b"\xca\xfe\xba\xbe", "macOS Executable"),
    (b"\xcf\xfa\xed\xfe", "macOS Executable"),
    (b"\xfe\xed\xfa\xcf", "macOS Executable"),
    (b"FWS", "Macromedia Flash"),
    (b"CWS", "Macromedia Flash"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "Windows Exe (Shell Link)"),
    (b"Rar!", "Archive"),
    (b"7z\xbc\xaf\x27\x1c", "Archive"),
    (b"\x1f\x8b", "Archive"),
)
_SUFFIXES: Final = {
    ".ps1": "PowerShell Script",
    ".bat": "Windows Batch File",
    ".cmd": "Windows Batch File",
    ".vbs": "VBScript",
    ".js": "JScript",
    ".wsf": "Windows Script File",
    ".hta": "HTML Application",
    ".htm": "HTML Document",
    ".html": "HTML Document",
    ".mht": "MHTML Document",
    ".svg": "SVG Image",
    ".py": "Python Script",
    ".sh": "Shell Script",
    ".eml": "Email (EML)",
    ".iso": "ISO Disk Image",
    ".udf": "UDF Disk Image",
    ".dmg": "macOS DMG",
}
_CFB_SUFFIXES: Final = {
    ".doc": "Word Document",
    ".xls": "Excel Document",
    ".ppt": "Powerpoint Document",
    ".msg": "Email (MSG)",
    ".msi": "MSI Setup",
    ".msp": "Windows Installer Patch",
    ".pub": "Microsoft Publisher Document",
    ".vsd": "Microsoft Visio Document",
}
_ZIP_MEMBERS: Final = (
    ("word/", "Word Document"),
    ("xl/", "Excel Document"),
    ("ppt/", "Powerpoint Document"),
    ("META-INF/MANIFEST.MF", "Java Archive"),
)

EXECUTABLES: Final = (
    "Windows Exe",
    "Windows DLL",
    "Windows Driver",
    "MSI Setup",
    "Windows Installer",
    "Linux ELF",
    "Executable and Linkable",
    "macOS",
)
SCRIPTS: Final = (
    "PowerShell Script",
    "Windows Batch File",
    "VBScript",
    "JScript",
    "Windows Script File",
    "HTML Application",
)


def sample_type(path: Path, name: str) -> str:
    """Return the `sample_type` of a stored upload."""
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(b"MZ"):
        return _portable_executable(head)
    if head.startswith(b"\x7fELF"):
        return _elf(head)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(path)
    suffix = PurePosixPath(name.lower()).suffix
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _CFB_SUFFIXES.get(suffix, "CFB File")
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None) or _text(head, suffix)


def _portable_executable(head: bytes) -> str:
    """Machine and DLL flag of the COFF header, where the first bytes reach it."""
    start = int.from_bytes(head[_PE_POINTER : _PE_POINTER + 4], "little")
    header = head[start : start + 24]
    dll = len(header) == len(b"PE\0\0") + 20 and header[23] & _PE_DLL
    wide = header.startswith(b"PE\0\0\x64\x86")
    return f"Windows {'DLL' if dll else 'Exe'} ({'x86-64' if wide else 'x86-32'})"


def _elf(head: bytes) -> str:
    """Class, byte order and machine of the ELF header."""
    wide = head[4:5] == b"\x02"
    if wide and head[5:6] == b"\x01" and head[18:20] == b"\x3e\x00":
        return "Linux ELF Executable (x86-64)"
    return f"Executable and Linkable Format (ELF {64 if wide else 32}bit)"


def _zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return "Archive"
    for start, kind in _ZIP_MEMBERS:
        if any(name.startswith(start) for name in names):
            return kind
    return "Archive"


def _text(head: bytes, suffix: str) -> str:
    if head.startswith(b"#!"):
        return "Python Script" if b"python" in head.splitlines()[0] else "Shell Script"
    if head.lstrip()[:9].lower().startswith((b"<!doctype", b"<html")):
        return "HTML Document"
    return _SUFFIXES.get(suffix, "Unknown")


def has_macros(path: Path) -> bool:
    """Whether an Office document carries a VBA project."""
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(name.endswith("vbaProject.bin") for name in archive.namelist())
