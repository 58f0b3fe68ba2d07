"""The spool keeps every value, also without a usable disk."""

from __future__ import annotations

import errno
import os
import resource
import tempfile
from typing import TYPE_CHECKING, Any, Final

import pytest

from vm_ray.core.results import vmray_spool
from vm_ray.core.results.vmray_spool import Spool, SpoolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Break = Callable[[pytest.MonkeyPatch], None]

# A spool is open as long as its process; here it outlives each test.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
VALUES: Final[Mapping[str, Any]] = {f"entity {number}": ["x" * 400, {"ä": number}] for number in range(40)}


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the spool use the disk after a few values."""
    monkeypatch.setattr(vmray_spool, "MAX_IN_MEMORY", 2_000)


@pytest.fixture
def file_size_limit() -> Iterator[None]:
    """Limit the size of files of this process."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def stored() -> Spool:
    """Return a spool with all values."""
    spool = Spool()
    for name, value in VALUES.items():
        spool.put(name, value)
    return spool


def read(spool: Spool) -> dict[str, Any]:
    """Return all values of a spool, the last one first."""
    return {name: spool.get(name) for name in reversed(list(VALUES))}


def _fails(number: int) -> Callable[..., Any]:
    def call(*_: object, **__: object) -> Any:  # noqa: ANN401 - a substitute for a system call
        raise OSError(number, os.strerror(number))

    return call


def _short_after(writes: int) -> Callable[[int, bytes, int], int]:
    pwrite, calls = os.pwrite, iter(range(10_000))
    return lambda file, data, place: pwrite(file, data if next(calls) < writes else data[:7], place)


def _full_after(writes: int) -> Callable[[int, bytes, int], int]:
    pwrite, calls = os.pwrite, iter(range(10_000))
    full = _fails(errno.ENOSPC)
    return lambda file, data, place: pwrite(file, data, place) if next(calls) < writes else full()


BREAKS: Final[Mapping[str, Break]] = {
    "no room at once": lambda patch: patch.setattr(os, "pwrite", _full_after(0)),
    "no room later": lambda patch: patch.setattr(os, "pwrite", _full_after(3)),
    "a short write": lambda patch: patch.setattr(os, "pwrite", _short_after(2)),
    "an error of the disk": lambda patch: patch.setattr(os, "pwrite", _fails(errno.EIO)),
    "a quota": lambda patch: patch.setattr(os, "pwrite", _fails(errno.EDQUOT)),
    "no temporary folder": lambda patch: patch.setattr(
        tempfile, "_get_default_tempdir", _fails(errno.ENOENT)
    ),
    "a folder that is read-only": lambda patch: patch.setattr(tempfile, "TemporaryFile", _fails(errno.EROFS)),
    "no permission": lambda patch: patch.setattr(tempfile, "TemporaryFile", _fails(errno.EACCES)),
    "no more open files": lambda patch: patch.setattr(tempfile, "TemporaryFile", _fails(errno.EMFILE)),
}


def test_values_come_back_from_memory_and_from_disk() -> None:
    """Given more values than fit into memory, then each is returned, in any order; unknown names are None."""
    spool = stored()
    assert read(spool) == VALUES
    assert spool._disk.size
    assert spool._in_memory <= 2_000
    assert spool.get("another") is None
    assert Spool().get("another") is None


@pytest.mark.parametrize("name", BREAKS)
def test_values_stay_in_memory_without_a_usable_disk(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Given a disk that takes no, or only some values, then no value is lost."""
    monkeypatch.setattr(tempfile, "tempdir", None)
    BREAKS[name](monkeypatch)
    assert read(stored()) == VALUES


@pytest.mark.usefixtures("file_size_limit")
def test_a_limit_on_the_size_of_files_loses_nothing() -> None:
    """Given a limit in the middle of a value, then this value and the later ones stay in memory."""
    spool = stored()
    assert 0 < spool._disk.size <= 5_000
    assert read(spool) == VALUES


@pytest.mark.parametrize("how", ["an error", "a truncated file", "a damaged file"])
def test_a_value_that_cannot_be_read_again_is_an_error_of_this_value(
    monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    """Given a broken file, then its values are errors with the cause; those in memory are returned."""
    spool = stored()
    assert spool._disk.size
    match how:
        case "an error":
            monkeypatch.setattr(os, "pread", _fails(errno.EIO))
        case "a truncated file":
            os.truncate(spool._disk._opened().fileno(), 1)
        case _:
            os.pwrite(spool._disk._opened().fileno(), bytes(spool._disk.size), 0)
    assert spool.get("entity 0") == VALUES["entity 0"]
    said = {"an error": "Input/output error", "a truncated file": "the temporary file is incomplete"}
    with pytest.raises(SpoolError, match=said.get(how, "the temporary file is damaged")):
        spool.get("entity 39")
