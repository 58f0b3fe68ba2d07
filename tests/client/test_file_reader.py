"""Files within a budget: the sizes and the order decide which fit, never the speed of a response."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_concurrency import map_concurrently
from vm_ray.core.api.vmray_request_errors import AuthenticationError, NotFoundError, TooLargeError
from vm_ray.core.evidence.vmray_file_reader import File, FileReader, budget_of, too_large
from vm_ray.core.results.vmray_answer import Answer

MIB = 2**20


@dataclass
class Server:
    """Has files that it announces with their sizes or not; each read is recorded with its limit.

    Attributes:
        sizes: The size of each file.
        announces: Whether a response begins with the length of the file.
        reads: The position and the limit of each read.
    """

    sizes: list[int]
    announces: bool = True
    reads: list[tuple[int, int]] = field(default_factory=list)

    def file(self, place: int, *, named: bool = False) -> File:
        """Return the file at a position; `named` is whether VMRay named its size before."""

        def read(limit: int) -> bytes:
            self.reads.append((place, limit))
            actual = self.sizes[place]
            if actual > limit:
                raise TooLargeError("the file", limit, actual if self.announces else None)
            return bytes(actual)

        return File(read, self.sizes[place] if named else None)

    def files(self, *, named: bool = False) -> list[File]:
        """Return all files."""
        return [self.file(place, named=named) for place in range(len(self.sizes))]


def fitting(budget: int, sizes: list[int]) -> list[bool]:
    """Return for each subject with one file whether there is room: within its share, else in their order."""
    share = budget // max(1, len(sizes))
    left = budget - sum(size for size in sizes if size <= share)
    found = []
    for size in sizes:
        found.append(size <= share or size <= left)
        left -= size if share < size <= left else 0
    return found


def read_all(budget: int, subjects: list[list[File]]) -> list[bool]:
    """Read as an action does, and return for each file whether it was read as a whole."""
    reader = FileReader(budget, len(subjects))
    for _ in map_concurrently(reader.read_share, subjects):
        pass
    files = [file for each in subjects for file in each]
    reader.read_rest(files)
    assert all(file.content is not None for file in files)
    return [isinstance(file.content, bytes) for file in files]


@pytest.mark.parametrize(("mebibytes", "budget"), [(15, 10_656_153), (2, 739_246), (1, 0)])
def test_the_budget_leaves_room_for_base64_and_json(mebibytes: int, budget: int) -> None:
    """Given a limit of the platform, then the files in base64 and 1 MiB more are within 97 percent of it."""
    assert budget_of(mebibytes * MIB) == budget
    if budget:
        assert budget * 4 / 3 + MIB == pytest.approx(0.97 * mebibytes * MIB, abs=4)


@given(
    budget=st.integers(0, 40),
    sizes=st.lists(st.integers(0, 30), max_size=12),
    named=st.booleans(),
    announces=st.booleans(),
)
def test_the_room_depends_on_sizes_and_order_only(
    budget: int, sizes: list[int], *, named: bool, announces: bool
) -> None:
    """Given any sizes, known or not, then shares and order decide, and nothing is read three times."""
    server = Server(sizes, announces=announces)

    read = read_all(budget, [[file] for file in server.files(named=named)])

    assert read == fitting(budget, sizes)
    reads = [place for place, _ in server.reads]
    assert all(reads.count(place) <= (1 if named else 2) for place in range(len(sizes)))
    assert sum(size for size, is_read in zip(sizes, read, strict=True) if is_read) <= budget
    if named:
        assert len(reads) == sum(read), "what does not fit is not requested"


@given(budget=st.integers(0, 60), groups=st.lists(st.lists(st.integers(1, 20), max_size=5), max_size=5))
def test_several_files_of_a_subject_share_its_share(budget: int, groups: list[list[int]]) -> None:
    """Given subjects with several files of known sizes, then those within each share are read."""
    subjects = [Server(sizes).files(named=True) for sizes in groups]

    read_all(budget, subjects)

    share = budget // max(1, len(groups))
    for files, sizes in zip(subjects, groups, strict=True):
        left = share
        for file, size in zip(files, sizes, strict=True):
            assert isinstance(file.content, bytes) or size > left
            left -= size if size <= left else 0
    kept = [file.content for files in subjects for file in files if isinstance(file.content, bytes)]
    assert sum(map(len, kept)) <= budget


def test_a_known_size_decides_before_anything_is_read() -> None:
    """Given known sizes, then a file without room is not requested, and a later one that fits is."""
    server = Server([6, 8, 4])
    files = server.files(named=True)

    assert read_all(10, [files]) == [True, False, True]
    assert sorted(server.reads) == [(0, 6), (2, 4)]
    assert files[1].content == too_large(8, 4)


def test_the_first_file_gets_the_room_although_the_others_are_faster() -> None:
    """Given three files of which two fit, then the first two are read, although the first one comes last."""
    server = Server([8, 8, 8])
    others_ended = [threading.Event(), threading.Event()]

    def first(limit: int) -> bytes | Answer:
        assert all(each.wait(10) for each in others_ended)
        return server.file(0).read(limit)

    def other(place: int) -> File:
        def read(limit: int) -> bytes | Answer:
            try:
                return server.file(place).read(limit)
            finally:
                others_ended[place - 1].set()

        return File(read)

    assert read_all(16, [[File(first)], [other(1)], [other(2)]]) == [True, True, False]


@pytest.mark.parametrize(("actual", "is_read"), [(9, True), (11, False)])
def test_a_wrong_known_size_is_no_reason_to_lose_a_file(actual: int, *, is_read: bool) -> None:
    """Given a file that is larger than VMRay named, then it is read if it fits, else refused."""
    file = Server([actual]).file(0)
    file.size = 5

    assert read_all(10, [[file]]) == [is_read]
    assert is_read or file.content == too_large(11, 10)


def test_an_error_takes_no_room() -> None:
    """Given an error of one file, then the next one gets its room."""
    missing = NotFoundError("gone")

    def fails(_limit: int) -> bytes:
        raise missing

    lost = File(fails, 8)
    assert read_all(10, [[lost, Server([8]).file(0)]]) == [False, True]
    assert lost.content is missing


def test_a_fatal_error_ends_the_reading() -> None:
    """Given a fatal error, then it is raised."""

    def refused(_limit: int) -> bytes:
        raise AuthenticationError("no key")

    with pytest.raises(AuthenticationError):
        FileReader(100, 1).read_share([File(refused)])


def test_an_answer_is_no_file() -> None:
    """Given an answer instead of a file, then it is kept as it is."""
    answer = Answer("empty", "VMRay made no PDF")
    file = File(lambda _limit: answer)
    assert read_all(10, [[file]]) == [False]
    assert file.content is answer


@pytest.mark.parametrize(
    ("size", "limit", "amount"),
    [
        (18 * MIB, 10, "18 MiB"),
        (18 * MIB + 1, 10, "19 MiB"),
        (5000, 10, "5 KiB"),
        (None, 3 * MIB, "more than 3 MiB"),
        (None, 4 * MIB - 1, "more than 3 MiB"),
    ],
)
def test_the_reason_names_the_size(size: int | None, limit: int, amount: str) -> None:
    """Given a file without room, then the reason names its size, or what it is larger than."""
    answer = too_large(size, limit)
    assert answer.reason == f"too large: {amount}; the whole is in VMRay, see web_link"
    assert (answer.outcome, answer.kind) == ("failed", "too_large")
