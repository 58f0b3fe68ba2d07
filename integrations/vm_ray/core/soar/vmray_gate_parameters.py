"""The parameter for what the quality gate ignores."""

from __future__ import annotations

import re
from typing import Final

from ...core.api.vmray_errors import ParameterError, UnsupportedSubjectError
from ...core.exports.vmray_ignore_list import IgnoreList
from ...core.soar.vmray_parameters import Kind, parts, quoted

MAX_IGNORED: Final = 1_000
_ALLOWED: Final = "domains with a dot, networks in CIDR form, hashes and URLs, separated by commas or line ends"
_LINE_ENDS: Final = re.compile(r"[\r\n]+")


def _read(name: str, value: str) -> tuple[str, ...]:
    entries = parts(value if value.startswith("[") else _LINE_ENDS.sub(",", value))
    if len(entries) > MAX_IGNORED:
        raise ParameterError(name, f"has {len(entries)} entries", f"at most {MAX_IGNORED}")
    for entry in entries:
        try:
            IgnoreList.of([entry])
        except UnsupportedSubjectError as error:
            raise ParameterError(name, quoted(entry, f"is not of an allowed form ({error})"), _ALLOWED) from None
    return tuple(entries)


# Entries for an ``IgnoreList``, each of an allowed form.
IGNORE_LIST: Final[Kind[tuple[str, ...]]] = Kind(_ALLOWED, _read, empty=())
