"""The verdict rules: they choose the profile of an upload. Equal names and contents get equal profiles.

The first rule that applies decides:

1. The setting `profile`, which some scenarios set.
2. A pattern of the setting `profile_rules` that matches the file name or URL.
3. A file name or URL that contains `emulate-PROFILE`, where PROFILE is a name in `PROFILES`.
4. The EICAR test string at the beginning of a file: `eicar`.
5. Executables (PE, ELF, Mach-O, MSI): `malicious-exe`.
6. Scripts (PowerShell, batch, VBScript, JScript, HTA): `suspicious-script`.
7. Office documents with macros: `suspicious-document`.
8. URLs with `phish` in them, or whose host begins with `evil`: `phishing-url`; with `suspicious` in them:
   `suspicious-url`; other URLs: `clean-url`.
9. Everything else: `clean-document`.
"""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from vmray_emulator import file_profiles, url_profiles
from vmray_emulator.sample_types import EXECUTABLES, SCRIPTS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from vmray_emulator.findings import Findings
    from vmray_emulator.settings import Settings

EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass(frozen=True, slots=True)
class Upload:
    """The facts that the rules use.

    Attributes:
        name: File name, or the URL.
        type: The `sample_type`.
        sha256: Hash of the content.
        head: The first bytes.
        macros: Whether the file is a document with macros.
    """

    name: str
    type: str
    sha256: str
    head: bytes = b""
    macros: bool = False


PROFILES: Final[Mapping[str, Callable[[Upload], Findings]]] = {
    "malicious-exe": lambda upload: file_profiles.malicious_exe(upload.sha256, upload.name),
    "dropper": lambda upload: file_profiles.dropper(upload.sha256, upload.name),
    "container": lambda _upload: file_profiles.container(),
    "suspicious-script": lambda upload: file_profiles.suspicious(upload.sha256, upload.name),
    "suspicious-document": lambda upload: file_profiles.suspicious(upload.sha256, upload.name),
    "clean-document": lambda _upload: file_profiles.clean(),
    "phishing-url": lambda upload: url_profiles.phishing(upload.name),
    "suspicious-url": lambda upload: url_profiles.suspicious_url(upload.name),
    "clean-url": lambda upload: url_profiles.clean_url(upload.name),
    "eicar": lambda _upload: file_profiles.eicar(),
    "failed": lambda _upload: file_profiles.failed(),
    "partly-failed": lambda _upload: file_profiles.partly_failed(),
    "locked": lambda upload: file_profiles.locked(upload.sha256, upload.name),
    "no-verdict": lambda _upload: file_profiles.no_verdict(),
}


def decide(upload: Upload, settings: Settings) -> Findings:
    """Return what the analyses of an upload will find."""
    return PROFILES[profile_of(upload, settings)](upload)


def profile_of(upload: Upload, settings: Settings) -> str:
    """Return the name of the profile that the rules choose."""
    if settings.profile:
        return settings.profile
    for pattern, profile in settings.profile_rules:
        if fnmatch.fnmatchcase(upload.name, pattern):
            return profile
    named = next((profile for profile in PROFILES if f"emulate-{profile}" in upload.name), None)
    return named or (_url_profile(upload.name) if upload.type == "URL" else _file_profile(upload))


def _file_profile(upload: Upload) -> str:
    if upload.head.startswith(EICAR):
        return "eicar"
    if upload.type.startswith(EXECUTABLES):
        return "malicious-exe"
    if upload.type.startswith(SCRIPTS):
        return "suspicious-script"
    return "suspicious-document" if upload.macros else "clean-document"


def _url_profile(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    if "phish" in url.lower() or host.startswith("evil"):
        return "phishing-url"
    return "suspicious-url" if "suspicious" in url.lower() else "clean-url"
