"""The types of samples that VMRay documents (OpenAPI 2026.2.1); a server can have more."""

from __future__ import annotations

from typing import Final

_WIDTHS: Final = ("(x86-64)", "(x86-32)")
_WITH_WIDTH: Final = ("Windows Exe", "Windows DLL", "Windows ActiveX Control", "Windows Driver")
_WITH_SHELL_LINK: Final = (
    *("Windows Batch File", "PowerShell Script", "VBScript", "JScript", "Windows Script File", "HTML Application"),
)
_OTHERS: Final = (
    *("Windows Exe (Shell Link)", "MSI Setup", "Windows Installer Patch", "Windows Help File", "PDF Document"),
    *("Word Document", "Powerpoint Document", "Excel Document", "RTF Document", "Microsoft Access Database"),
    *("Microsoft Project Document", "Microsoft Publisher Document", "Microsoft Visio Document"),
    *("Microsoft OneNote Document", "Hanword Document", "CFB File", "HTML Document", "MHTML Document", "SVG Image"),
    *("Macromedia Flash", "Java Archive", "Java Class", "Python Script", "Shell Script", "Apple Script"),
    *("macOS Executable", "macOS App", "macOS PKG", "macOS DMG", "Linux ELF Executable (x86-64)"),
    *("Executable and Linkable Format (ELF 32bit)", "Executable and Linkable Format (ELF 64bit)"),
    *("Email (MSG)", "Email (EML)", "URL", "Archive", "ISO Disk Image", "UDF Disk Image", "Custom", "Unknown"),
)
SAMPLE_TYPES: Final = (
    *(f"{name} {width}" for name in _WITH_WIDTH for width in _WIDTHS),
    *_WITH_SHELL_LINK,
    *(f"{name} (Shell Link)" for name in _WITH_SHELL_LINK),
    *_OTHERS,
)
_SPELLED: Final = {name.lower(): name for name in SAMPLE_TYPES}


def spelled_sample_type(text: str) -> str | None:
    """Return VMRay's spelling of a type, for any case and any number of blanks; None for a type that is not known."""
    return _SPELLED.get(" ".join(text.lower().split()))
