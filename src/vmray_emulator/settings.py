"""Settings: what an operator of a VMRay server can set, and options of the emulator itself."""

from __future__ import annotations

from dataclasses import Field, dataclass, field, fields, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CACHING_MODES = ("disabled", "enabled", "smart", "legacy")
REFUSAL_STATUSES = (403, 404)
QUOTA_REFUSALS = ("none", "errors", "403", "400")
QUOTA_UNITS = ("submission", "job")
ARCHIVE_CIPHERS = ("none", "traditional", "aes")
UNLOCK_UNITS = ("sample", "analysis")
_WORDS: dict[str, tuple[str, ...]] = {
    "analysis_caching": CACHING_MODES,
    "quota_refusal": QUOTA_REFUSALS,
    "quota_unit": QUOTA_UNITS,
    "archive_cipher": ARCHIVE_CIPHERS,
    "unlock_unit": UNLOCK_UNITS,
}
_OPTIONAL_TYPES: dict[str, tuple[type, ...]] = {
    "profile": (str,),
    "report_quota": (int,),
    "verdict_quota": (int,),
    "relations_per_sample": (int,),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of the emulated server. `changed` returns a copy with other values.

    Attributes:
        webif_base_url: Root of the links into the web interface.
        api_items_per_request: Page size of lists.
        max_api_items: Maximum length of a list. Of a longer one `truncated` is true.
        webif_max_sample_size: Largest sample in bytes.
        webif_max_upload_size: Largest upload in bytes.
        analysis_caching: Effect of a second submission of a known sample (see `submitting`).
        archive_action: An uploaded archive becomes one `sample`, one `compound_sample` or
            `separate_samples`.
        max_recursive_samples: Maximum number of children of a submission that does not set it.
        triage: Whether analysis jobs are created only after the reputation job.
        detonation_seconds: Emulated seconds in the virtual machine.
        aggregation_seconds: Emulated seconds between an analysis and its IOCs, indicators and techniques.
        aggregation_reads: Number of unfinished responses before a finished one, for each of the three.
        profile: Profile of every upload, or None for the rules of `verdict_rules`.
        locked: Whether new analyses are locked, as under a Verdict quota.
        sample_password: Password of downloaded samples.
        archive_cipher: Cipher of archives that are requested without a password: `none`, `traditional`, or
            `aes` (their content is noise). The password is that of samples.
        report_quota: Report quota of the plan, or None for unlimited.
        verdict_quota: Verdict quota of the plan, or None for unlimited.
        key_quota_limit: Quota of the API key; 0 is unlimited.
        quota_used: Quota that was used before the emulator started. The submissions add to it.
        quota_refusal: What a submission gets when no quota is left: `none` (it is accepted), `errors` (in a
            response with 200), or the status `403` or `400`.
        quota_unit: What consumes one of the quota: each `submission`, or each `job`. Children consume too.
        unlock_unit: What consumes one of the report quota when reports are unlocked: the `sample`, or each
            `analysis`.
        unlock_seconds: How long the reports are `unlocking` before they are unlocked.
        reanalysis_reopens: Whether a submission is unfinished again while one of its analyses is repeated.
        user_email: Owner of the key.
        download_bytes: Smallest size of each PDF and of each screenshot in bytes.
        archive_bytes: Size of the archive of each new analysis, if its members are not larger.
        relations_per_sample: Maximum number of children, and of parents, in a sample object. The rest is
            only in `/sample_relation`. None: no limit.
        absent_tag_is_ok: Whether the removal of a tag that an object does not have succeeds. If not, it is
            404.
        profile_rules: Pairs of (pattern, profile): a pattern matches file names and URLs (`*`, `?`). The
            first match decides.
        document_passwords: Pairs of (pattern, password): a file whose name matches is a document with that
            password. The first match decides.
        refused_paths: Pairs of (pattern, status): a request whose path below `/rest` matches is refused with
            403 (the key has no right to it) or 404 (the server is too old for it). The first match decides.
    """

    webif_base_url: str = "https://vmray.example"
    api_items_per_request: int = 100
    max_api_items: int = 1000
    webif_max_sample_size: int = 209_715_200
    webif_max_upload_size: int = 209_715_200
    analysis_caching: str = "disabled"
    archive_action: str = "sample"
    max_recursive_samples: int = 0
    triage: bool = False
    detonation_seconds: float = 120.0
    aggregation_seconds: float = 0.0
    aggregation_reads: int = 0
    profile: str | None = None
    locked: bool = False
    sample_password: str = "infected"  # noqa: S105 - the factory value of a public convention, no secret
    archive_cipher: str = "none"
    report_quota: int | None = 1000
    verdict_quota: int | None = None
    key_quota_limit: int = 0
    quota_used: int = 0
    quota_refusal: str = "none"
    quota_unit: str = "submission"
    unlock_unit: str = "sample"
    unlock_seconds: float = 0.0
    reanalysis_reopens: bool = False
    user_email: str = "analyst@vmray.example"
    download_bytes: int = 0
    archive_bytes: int = 40_000
    relations_per_sample: int | None = None
    absent_tag_is_ok: bool = False
    profile_rules: tuple[tuple[str, str], ...] = field(default=())
    document_passwords: tuple[tuple[str, str], ...] = field(default=())
    refused_paths: tuple[tuple[str, int], ...] = field(default=())

    def changed(self, values: Mapping[str, Any]) -> Settings:
        """Return a copy with other values.

        Raises:
            ValueError: A name is unknown.
            TypeError: A value has the wrong type.
        """
        known = {item.name: item for item in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ValueError(f"there is no setting {name!r}; there are {', '.join(sorted(known))}")
            if name not in _PAIRS:
                _check(name, known[name], value)
        pairs = {name: tuple(_PAIRS[name](*pair) for pair in values[name]) for name in _PAIRS.keys() & values}
        return replace(self, **{**values, **pairs})

    def refusal_of(self, path: str) -> int | None:
        """Status with which a request for this path (below `/rest`) is refused, or None."""
        matching = (status for pattern, status in self.refused_paths if fnmatchcase(path, pattern))
        return next(matching, None)

    def password_of(self, name: str) -> str | None:
        """Password of the document with this file name, or None."""
        matching = (word for pattern, word in self.document_passwords if fnmatchcase(name, pattern))
        return next(matching, None)

    def as_json(self) -> dict[str, Any]:
        """Return the settings by name."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


def _check(name: str, setting: Field[Any], value: object) -> None:
    """Check a value against the type of the setting's default."""
    optional = "None" in str(setting.type)
    if value is None and optional:
        return
    default = setting.default
    wanted: tuple[type, ...] = _OPTIONAL_TYPES[name] if optional else (type(default),)
    if isinstance(default, float):
        wanted = (int, float)
    if not isinstance(value, wanted) or (isinstance(value, bool) and bool not in wanted):
        raise TypeError(f"setting {name!r} is {wanted[0].__name__}, not {type(value).__name__}")
    words = _WORDS.get(name)
    if words and value not in words:
        raise ValueError(f"{name} is one of {', '.join(words)}")


def _refusal(pattern: object, status: object) -> tuple[str, int]:
    if not isinstance(pattern, str) or status not in REFUSAL_STATUSES:
        allowed = " or ".join(map(str, REFUSAL_STATUSES))
        raise ValueError(
            f"refused_paths has pairs of a path pattern and {allowed}, not {pattern!r}, {status!r}"
        )
    return pattern, int(str(status))


def _texts(pattern: object, text: object) -> tuple[str, str]:
    return str(pattern), str(text)


_PAIRS: dict[str, Callable[[Any, Any], tuple[str, Any]]] = {
    "profile_rules": _texts,
    "document_passwords": _texts,
    "refused_paths": _refusal,
}
