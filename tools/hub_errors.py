"""Why a package could not be made."""

from __future__ import annotations


class PackagingError(Exception):
    """The package could not be made; the text says what is missing and what to do."""
