"""Files to upload: which are meant, which can be used, and what happens when one changes while it is sent."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import DeadlineError, FileError, ParameterError
from vm_ray.core.submissions.vmray_file import FileStream, check_file, sha256_of, split_paths

NO_DEADLINE = Deadline(None)


def made(folder: Path, name: str, content: bytes = b"0123456789") -> str:
    """A file."""
    path = folder / name
    path.write_bytes(content)
    return str(path)


def test_paths_are_split_at_commas_unless_such_a_path_exists(tmp_path: Path) -> None:
    """The longest piece that exists wins."""
    names = ["a", "a, b", "a, b,c"]
    paths = [made(tmp_path, name) for name in names]
    missing = f"{tmp_path}/missing"

    assert split_paths(f"{paths[1]} , {paths[0]},{missing}") == [paths[1], paths[0], missing]
    assert split_paths(paths[2]) == [paths[2]]
    assert split_paths(f"{missing},{paths[2]},") == [missing, paths[2]]


@given(
    st.lists(
        st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters=",\0"), min_size=1),
        max_size=5,
    )
)
def test_splitting_ends_and_gives_each_path_once(names: list[str]) -> None:
    """Whatever the text; relative paths are refused."""
    text = ",".join(f"/no/such/folder/{name}" for name in names)
    if not names:
        with pytest.raises(ParameterError):
            split_paths(text)
        return
    paths = split_paths(text)
    assert paths == list(dict.fromkeys(paths))
    assert all(Path(path).is_absolute() for path in paths)


def test_twice_as_many_paths_are_looked_at_twice_as_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Joined pieces that are longer than any path are not looked at."""
    looked: list[str] = []

    def lexists(path: str) -> bool:
        looked.append(path)
        return False

    monkeypatch.setattr(os.path, "lexists", lexists)

    def looks(count: int) -> int:
        looked.clear()
        assert len(split_paths(",".join(f"/folder/{number:092}" for number in range(count)))) == count
        return len(looked)

    assert looks(800) < 2.2 * looks(400)
    assert max(map(len, looked)) <= 4096


def test_a_file_is_streamed_in_blocks(tmp_path: Path) -> None:
    """`len` is what is still to come, as the multipart encoder wants it."""
    path = made(tmp_path, "a")
    with FileStream(path, check_file(path), NO_DEADLINE) as stream:
        assert (stream.len, stream.read(4), stream.len, stream.read(), stream.len) == (
            10,
            b"0123",
            6,
            b"456789",
            0,
        )
        assert stream.read(4) == b""


def test_a_file_that_was_cut_off_is_not_sent_to_its_end(tmp_path: Path) -> None:
    """VMRay never receives a complete request."""
    path = made(tmp_path, "a")
    with FileStream(path, check_file(path), NO_DEADLINE) as stream:
        stream.read(4)
        os.truncate(path, 4)
        with pytest.raises(FileError, match="was truncated during the upload; nothing was stored in VMRay"):
            stream.read(6)


@pytest.mark.parametrize("size", [10, 20])
def test_a_file_that_was_changed_is_not_sent_to_its_end(tmp_path: Path, size: int) -> None:
    """Its last block is held back, whether its size changed or only its content."""
    path = made(tmp_path, "a")
    with FileStream(path, check_file(path), NO_DEADLINE) as stream:
        stream.read(4)
        Path(path).write_bytes(b"x" * size)
        os.utime(path, ns=(1, 1))
        with pytest.raises(FileError, match="was changed during the upload; nothing was stored in VMRay"):
            stream.read(6)


def test_a_file_that_was_exchanged_between_check_and_upload_is_not_sent(tmp_path: Path) -> None:
    """Another file under the same name is another file."""
    path = made(tmp_path, "a")
    version = check_file(path)
    Path(made(tmp_path, "b")).replace(path)
    with FileStream(path, version, NO_DEADLINE) as stream, pytest.raises(FileError, match="was changed"):
        stream.read()


def test_an_upload_that_would_outlast_the_run_is_broken_off(tmp_path: Path) -> None:
    """Between two blocks."""
    path = made(tmp_path, "a")
    now = [0.0]
    with FileStream(path, check_file(path), Deadline(10.0, lambda: now[0])) as stream:
        stream.read(4)
        now[0] = 10.0
        with pytest.raises(DeadlineError):
            stream.read(4)


def test_the_hash_of_a_file(tmp_path: Path) -> None:
    """Known from elsewhere."""
    path = made(tmp_path, "a", b"abc")
    assert sha256_of(path, NO_DEADLINE) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(FileError, match="is empty"):
        sha256_of(made(tmp_path, "empty", b""), NO_DEADLINE)
