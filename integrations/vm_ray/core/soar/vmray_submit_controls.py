"""The parameters of a submission that an action does not wait for: what VMRay is to do, and when not to submit.

A parameter that is empty or ``VMRay Default`` is not sent, so that the settings of the API key apply. Only
``shareable`` is always sent: without it, the server decides whether the hash of the sample goes to VirusTotal.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...core.api.vmray_errors import ParameterError
from ...core.api.vmray_protocol import is_utf8_encodable
from ...core.api.vmray_sample_types import spelled_sample_type
from ...core.api.vmray_secret import NO_SECRET, Secret
from ...core.api.vmray_submit_options import SubmitOptions
from ...core.soar.vmray_parameters import Kind, boolean, choices, one_of, param, quoted, whole_number
from ...core.soar.vmray_submit_parameters import SubmitParameters
from ...core.submissions.vmray_submit_decision import Rules

DEFAULT: Final = "VMRay Default"
NETWORK_SCHEME: Final = "Network Scheme"
_SCHEME_MEMBER: Final = "net_scheme_name"
_OBJECT: Final = 'a JSON object, such as {"timeout": 180}'
_RULES: Final = "a JSON list of signatures, or a JSON object with a list of signatures for each sample type"
_SENDABLE: Final = "any text in UTF-8"

REUSE_DAYS: Final = whole_number(0, 3650)
VERDICTS: Final = choices("Malicious", "Suspicious", "Clean", "None")


def _json_of(name: str, value: str, allowed: str) -> Any:  # noqa: ANN401 - any JSON value
    try:
        return json.loads(value, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ParameterError(name, "is not JSON", allowed) from None


def _no_number(word: str) -> None:
    """Reject ``NaN`` and ``Infinity``, which Python reads and JSON does not have."""
    raise ValueError(word)


def _user_config(name: str, value: str) -> Mapping[str, Any]:
    found = _json_of(name, value, _OBJECT)
    if not isinstance(found, dict):
        raise ParameterError(name, "is not a JSON object", _OBJECT)
    return found


def _jobrules(name: str, value: str) -> str:
    """Return the entries in JSON; only their form is checked."""
    found = _json_of(name, value, _RULES)
    lists = list(found.values()) if isinstance(found, dict) else [found]
    if not lists or not all(map(_is_list_of_signatures, lists)):
        raise ParameterError(name, "has another form", _RULES)
    return json.dumps(found)


def _is_list_of_signatures(found: object) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(each, str) and each.strip() for each in found)


def _secret(name: str, value: str) -> Secret:
    if not is_utf8_encodable(value):
        raise ParameterError(name, "holds characters that cannot be sent to VMRay", _SENDABLE)
    return Secret(value)


def _name(name: str, value: str) -> str:
    """Return a name of VMRay, which a server compares; a text that cannot be sent is an error."""
    if not is_utf8_encodable(value):
        raise ParameterError(name, quoted(value, "holds characters that cannot be sent to VMRay"), _SENDABLE)
    return value


PASSWORD: Final = Kind(_SENDABLE, _secret, empty=NO_SECRET, keeps_blanks=True)
NAME: Final = Kind(_SENDABLE, _name, empty="")


def _vmray_word(name: str, *words: str) -> str:
    """Declare a parameter with one of VMRay's words, or VMRay's default."""
    return param(name, one_of(DEFAULT, *words), default=DEFAULT)


@dataclass(frozen=True)
class SubmitControls(SubmitParameters):
    """What VMRay is to do with each item, and when an item is not submitted."""

    shareable: bool = param("Shareable", boolean(), default="false")
    reuse_days: int = param("Reuse Younger Than Days", REUSE_DAYS, default="7")
    resubmit_verdicts: tuple[str, ...] = param("Resubmit Verdicts", VERDICTS, default="None")
    minimum_quota: int | None = param("Minimum Remaining Quota", whole_number(0))
    dry_run: bool = param("Dry Run", boolean(), default="false")
    analysis_caching: str = _vmray_word("Analysis Caching", "disabled", "enabled", "smart", "legacy")
    analyzer_mode: str = _vmray_word(
        "Analyzer Mode",
        *("reputation", "reputation_static", "reputation_static_dynamic", "static_dynamic", "static"),
    )
    max_jobs: int | None = param("Max Jobs", whole_number(1, 100))
    max_recursive_samples: int | None = param("Max Recursive Samples", whole_number(0, 50))
    network_scheme: str = param(NETWORK_SCHEME, NAME)
    timeout: int | None = param("Analysis Timeout Seconds", whole_number(30, 3600))
    user_config: Mapping[str, Any] | None = param("User Config", Kind(_OBJECT, _user_config))
    jobrules: str = param("Jobrules", Kind(_RULES, _jobrules, empty=""))

    @property
    def options(self) -> SubmitOptions:
        """The submit options for the client."""
        return self.options_with(self.network_scheme)

    @property
    def rules(self) -> Rules:
        """The rules for the decision before a submit."""
        return Rules(
            reuse_days=self.reuse_days,
            resubmit=frozenset(self.resubmit_verdicts),
            minimum_quota=self.minimum_quota,
            dry_run=self.dry_run,
            caching_is_default=self.analysis_caching == DEFAULT,
        )

    @property
    def notes(self) -> list[str]:
        """Notes about parameters whose values are sent although they are not known."""
        return []

    def options_with(self, network_scheme: str) -> SubmitOptions:
        """Return the submit options with the server's spelling of the network scheme."""
        return SubmitOptions(
            tags=self.tags,
            comment=self.comment,
            shareable=self.shareable,
            analysis_caching=_sent(self.analysis_caching),
            analyzer_mode=_sent(self.analyzer_mode),
            max_jobs=self.max_jobs,
            max_recursive_samples=self.max_recursive_samples,
            user_config=self._merged_config(network_scheme),
            jobrule_entries=self.jobrules,
        )

    def _merged_config(self, network_scheme: str) -> str:
        """Return the settings of the analysis in JSON: the two parameters win over User Config."""
        given = {_SCHEME_MEMBER: network_scheme or None, "timeout": self.timeout}
        config = {**(self.user_config or {}), **{name: value for name, value in given.items() if value is not None}}
        return json.dumps(config) if config else ""


@dataclass(frozen=True)
class FileControls(SubmitControls):
    """The parameters that only files have."""

    archive_password: Secret = param("Archive Password", PASSWORD)  # noqa: RUF009 - makes a field
    document_password: Secret = param("Document Password", PASSWORD)  # noqa: RUF009 - makes a field
    archive_action: str = _vmray_word("Archive Action", "sample", "compound_sample", "separate_samples")
    sample_type: str = param("Sample Type", NAME)

    @property
    def notes(self) -> list[str]:
        """Say which type of sample is sent although it is not known."""
        if not self.sample_type or spelled_sample_type(self.sample_type):
            return []
        return ["the Sample Type is not one that this version of the integration knows; it was sent as given"]

    def options_with(self, network_scheme: str) -> SubmitOptions:
        """Return the submit options with the server's spelling of the network scheme."""
        return (
            super()
            .options_with(network_scheme)
            ._replace(
                archive_password=self.archive_password,
                document_password=self.document_password,
                archive_action=_sent(self.archive_action),
                sample_type=spelled_sample_type(self.sample_type) or self.sample_type,
            )
        )


def _sent(word: str) -> str:
    return "" if word == DEFAULT else word
