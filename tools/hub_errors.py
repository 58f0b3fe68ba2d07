"""The error of packaging."""

from __future__ import annotations


class PackagingError(Exception):
    """The package could not be made; the text says what is missing and what to do."""
