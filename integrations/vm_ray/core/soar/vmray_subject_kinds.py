"""The kinds of parameters that name subjects in VMRay: ids, and hashes of samples, in the spellings that users have."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ...core.api.vmray_errors import ParameterError, UnsupportedSubjectError
from ...core.api.vmray_hash import hash_subject
from ...core.api.vmray_spelling import hidden_cause
from ...core.soar.vmray_parameters import Kind, parts, quoted, spelled_number

MAX_SUBJECTS: Final = 100
# For requests that use quota.
MAX_BILLED: Final = 20
ID: Final = re.compile(r"[0-9]{1,19}")
_SEPARATORS: Final = re.compile(r"[;\r\n]")


def _sample(text: str) -> str:
    """Return the id or the hash of a sample in its usual spelling."""
    number = spelled_number(text)
    return _without_zeros(number) if ID.fullmatch(number) else hash_subject(text).text


def _id(text: str) -> str:
    """Return an id in its usual spelling."""
    number = spelled_number(text)
    if not ID.fullmatch(number):
        raise UnsupportedSubjectError(f"not a whole number{hidden_cause(text)}")
    if not int(number):
        raise UnsupportedSubjectError("not a positive number")
    return _without_zeros(number)


def _without_zeros(number: str) -> str:
    return number.lstrip("0") or "0"


def _listed(allowed: str, spelled: Callable[[str], str], most: int = MAX_SUBJECTS) -> Kind[tuple[str, ...]]:
    """Return the kind for a list of subjects, each once, separated by commas, semicolons or line ends, or as a list."""

    def read(name: str, value: str) -> tuple[str, ...]:
        given: dict[str, str] = {}
        for each in parts(value if value.startswith("[") else _SEPARATORS.sub(",", value)):
            try:
                usual = spelled(each)
                given.setdefault(usual.lower(), usual)
            except UnsupportedSubjectError as error:
                raise ParameterError(
                    name, quoted(each, f"is not of an allowed form ({error})", cause=""), allowed
                ) from None
        if len(given) > most:
            raise ParameterError(name, f"has {len(given)} entries", f"at most {most}")
        return tuple(given.values())

    return Kind(allowed, read, empty=())


_SAMPLES_ALLOWED: Final = "sample ids, MD5, SHA-1 or SHA-256 hashes, separated by commas"
SAMPLES: Final = _listed(_SAMPLES_ALLOWED, _sample)
FEW_SAMPLES: Final = _listed(_SAMPLES_ALLOWED, _sample, 10)
BILLED_SAMPLES: Final = _listed(_SAMPLES_ALLOWED, _sample, MAX_BILLED)
_IDS_ALLOWED: Final = "ids of VMRay (positive whole numbers), separated by commas"
IDS: Final = _listed(_IDS_ALLOWED, _id)
BILLED_IDS: Final = _listed(_IDS_ALLOWED, _id, MAX_BILLED)
MANY_IDS: Final = _listed(_IDS_ALLOWED, _id, 500)
