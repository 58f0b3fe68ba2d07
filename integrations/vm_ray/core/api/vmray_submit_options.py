"""The options of a submission: tags, comment, metadata, and what VMRay is to do with the sample."""

from __future__ import annotations

from typing import Final, NamedTuple

from ...core.api.vmray_secret import NO_SECRET, Secret

# Fields that do not say what VMRay is to do: the key has the first two by themselves, and ``reanalyze`` follows from
# the state of VMRay, so that it can differ between two attempts of one submit.
_NO_CONTROLS: Final = frozenset({"tags", "comment", "submission_metadata", "reanalyze"})
_PASSWORDS: Final = frozenset({"archive_password", "document_password"})


class SubmitOptions(NamedTuple):
    """The options of a submission; empty values are not sent, so that the settings of the API key apply.

    Attributes:
        shareable: Whether VMRay may share the hash of the sample with VirusTotal; None is not sent.
        reanalyze: Whether VMRay is to create new analyses of a sample that it has already analyzed.
        max_recursive_samples: How many samples from inside the sample VMRay analyzes; None is not sent, 0 means none.
        user_config: A JSON object with the settings of the analysis, as a text.
        jobrule_entries: The jobs to create, in JSON.
        archive_password: The password of an archive.
        document_password: The password of a document.
    """

    tags: tuple[str, ...] = ()
    comment: str = ""
    metadata: str = ""
    shareable: bool | None = None
    reanalyze: bool = False
    analysis_caching: str = ""
    analyzer_mode: str = ""
    max_jobs: int | None = None
    max_recursive_samples: int | None = None
    user_config: str = ""
    jobrule_entries: str = ""
    archive_password: Secret = NO_SECRET
    document_password: Secret = NO_SECRET
    archive_action: str = ""
    sample_type: str = ""

    def form(self) -> dict[str, str]:
        """Return the options as form fields."""
        fields = {
            "tags": ",".join(self.tags),
            "comment": self.comment,
            "submission_metadata": self.metadata,
            "shareable": "" if self.shareable is None else _word(value=self.shareable),
            "reanalyze": _word(value=True) if self.reanalyze else "",
            "analysis_caching": self.analysis_caching,
            "analyzer_mode": self.analyzer_mode,
            "max_jobs": _digits(self.max_jobs),
            "max_recursive_samples": _digits(self.max_recursive_samples),
            "user_config": self.user_config,
            "jobrule_entries": self.jobrule_entries,
            "archive_password": self.archive_password.reveal(),
            "document_password": self.document_password.reveal(),
            "archive_action": self.archive_action,
            "sample_type": self.sample_type,
        }
        return {name: value for name, value in fields.items() if value}

    def controls(self) -> dict[str, str | bool]:
        """Return what VMRay is to do with the sample, for the idempotency key.

        Of a password, only whether there is one: a hash of known facts and a weak password could be guessed.
        """
        given = {name: value for name, value in self.form().items() if name not in _NO_CONTROLS}
        return {name: True if name in _PASSWORDS else value for name, value in given.items()}

    def without_passwords(self, text: str) -> str:
        """Return a text without the passwords, in case a server repeats them in a reason."""
        return self.document_password.removed_from(self.archive_password.removed_from(text))


def _word(*, value: bool) -> str:
    return "true" if value else "false"


def _digits(number: int | None) -> str:
    return "" if number is None else str(number)
