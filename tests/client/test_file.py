"""Files for upload: how paths are split, which files are usable, and what a change during the upload does."""

from __future__ import annotations

import contextlib
import json
import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vm_ray.core.api.vmray_deadline import Deadline
from vm_ray.core.api.vmray_errors import DeadlineError, FileError, ParameterError
from vm_ray.core.submissions.vmray_file import FileStream, check_file, sha256_of, split_paths

NO_DEADLINE = Deadline(None)


def write(folder: Path, name: str, content: bytes = b"0123456789") -> str:
    """Write a file, and return its path."""
    path = folder / name
    path.write_bytes(content)
    return str(path)


def test_paths_are_split_at_commas_unless_such_a_path_exists(tmp_path: Path) -> None:
    """Given a comma in a path, then the longest part that exists is one path."""
    names = ["a", "a, b", "a, b,c"]
    paths = [write(tmp_path, name) for name in names]
    missing = f"{tmp_path}/missing"

    assert split_paths(f"{paths[1]} , {paths[0]},{missing}") == [paths[1], paths[0], missing]
    assert split_paths(paths[2]) == [paths[2]]
    assert split_paths(f"{missing},{paths[2]},") == [missing, paths[2]]


def test_paths_in_quotes_and_lists_in_json(tmp_path: Path) -> None:
    """Given quotes, invisible characters or a JSON list, then the paths are those inside."""
    plain, comma, blank = (write(tmp_path, name) for name in ("a", "a, b", " c "))
    missing = f"{tmp_path}/missing"
    both = [plain, missing]

    for text in (
        f'"{plain}", "{missing}"',
        f"'{plain}','{missing}'",
        f"“{plain}”, {missing}",
        f"<{plain}>,`{missing}`",
        f" '{plain}' , {missing}\u200b\n",
        f"\ufeff{plain},\u00a0{missing}\u00a0",
        f'" {plain} ", "{missing} "',
        json.dumps(both),
        json.dumps(both, indent=2),
        str(both),
        f"['{plain}','{missing}']",
        f"\u200b{json.dumps([plain, missing, plain])}\n",
        json.dumps([f" {plain}", f'"{missing}"']),
    ):
        assert split_paths(text) == both
    assert split_paths(f'"{comma}",{plain}') == [comma, plain]
    assert split_paths(f'"{missing}, b",{plain}') == [f"{missing}, b", plain]
    assert split_paths(json.dumps([f"{missing},b", comma])) == [f"{missing},b", comma]
    assert split_paths(f'"{blank}", {plain}') == [blank, plain]


def test_a_path_that_exists_as_it_stands_wins(tmp_path: Path) -> None:
    """Given quotes, blanks and invisible characters in the name of a file, then it is this file."""
    for name in ('"a"', "'a', 'b'", " a ", "a\u200b", "a\n", "“a”", '["a"]'):
        path = write(tmp_path, name)
        assert split_paths(path) == [path]
        assert split_paths(f" {path}") == [path]
        assert split_paths(json.dumps([path])) == [path]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('"invoice.exe"', "invoice.exe"),
        ('["a.exe"]', "a.exe"),
        ('["/a"', '["/a"'),
        ('"/a, /b', '"/a'),
        ("/a, '", "'"),
        ("[1]", "1"),
        ('[["/a"]]', '[["/a"]]'),
        ("'../x'", "../x"),
    ],
)
def test_a_path_in_quotes_is_absolute_too(text: str, shown: str) -> None:
    """Given quotes that do not close, or a relative path inside, then the error names it."""
    with pytest.raises(ParameterError, match=re.escape(f'contains "{shown}", which is not an absolute path')):
        split_paths(text)


def test_null_in_a_list_of_paths_is_named() -> None:
    """Given a list with null, then the error names the element."""
    for text in ('["/a", null]', "['/a', None]"):
        with pytest.raises(ParameterError, match=r"is not usable \(element 2 of the list is null\)"):
            split_paths(text)


@pytest.mark.parametrize("text", ["", " , ,", "\u200b", "[]", '""', "'', \u00a0", '[" "]'])
def test_a_list_without_a_path_is_empty(text: str) -> None:
    """Given only blanks, invisible characters and quotes, then there is no path."""
    with pytest.raises(ParameterError, match="is empty"):
        split_paths(text)


@given(
    st.lists(
        st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters=",\0"), min_size=1),
        max_size=5,
    )
)
def test_split_paths_are_unique_and_absolute(names: list[str]) -> None:
    """Given any text, then each path is absolute and occurs once."""
    text = ",".join(f"/no/such/folder/{name}" for name in names)
    if not names:
        with pytest.raises(ParameterError):
            split_paths(text)
        return
    paths = split_paths(text)
    assert paths == list(dict.fromkeys(paths))
    assert all(Path(path).is_absolute() for path in paths)


def test_the_number_of_checks_grows_linearly_with_the_paths(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given joined parts that are longer than any path, then they are not checked on the disk."""
    checked: list[str] = []

    def lexists(path: str) -> bool:
        checked.append(path)
        return False

    monkeypatch.setattr(os.path, "lexists", lexists)

    def checks(count: int) -> int:
        checked.clear()
        assert len(split_paths(",".join(f"/folder/{number:092}" for number in range(count)))) == count
        return len(checked)

    assert checks(800) < 2.2 * checks(400)
    assert max(map(len, checked)) <= 4096


@pytest.mark.parametrize(
    "text",
    [
        *("/abc" + ",abc" * 10_000, "/abc" + ",/abc" * 8_000, "/a" + ",b" * 20_000, "/a" + ",/b,c,d" * 5_000),
        *("abc" + ",abc" * 10_000, ("/" + "a," * 120) * 150, "/usr/a,b/" * 4_000, "/usr,/usr" * 4_000),
    ],
    ids=lambda text: f"{text[:10]}-{text[-10:]}",
)
def test_the_number_of_checks_has_a_bound(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given tens of thousands of pieces, then the calls to the disk are a small multiple of the pieces."""
    calls = 0
    original = os.path.lexists

    def lexists(path: str) -> bool:
        nonlocal calls
        calls += 1
        return original(path)

    monkeypatch.setattr(os.path, "lexists", lexists)
    with contextlib.suppress(ParameterError):  # some texts have relative paths
        split_paths(text)
    assert 0 < calls <= 6 * (text.count(",") + 1)


def test_commas_in_folders_belong_to_the_path(tmp_path: Path) -> None:
    """Given commas in the names of folders, then the file in them is one path, also after a missing one."""
    folder = tmp_path / "a, b" / "c,d"
    folder.mkdir(parents=True)
    path = write(folder, "e,f.exe")
    assert split_paths(f"{path},{tmp_path}/a,{path}") == [path, f"{tmp_path}/a"]


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a\u200b.exe", "does not exist (with U+200B ZERO WIDTH SPACE)"),
        ("a\u00a0b.exe", "does not exist (with U+00A0 NO-BREAK SPACE)"),
        ("a\nb.exe", "does not exist (with U+000A)"),
        ("\u202ea.exe", "does not exist (with U+202E RIGHT-TO-LEFT OVERRIDE)"),
        ("a b.exe", "does not exist"),
        ("ä.exe", "does not exist"),
    ],
    ids=ascii,
)
def test_an_invisible_character_in_a_missing_path_is_named(tmp_path: Path, name: str, why: str) -> None:
    """Given a path that looks right and does not exist, then the error names the character nobody sees."""
    with pytest.raises(FileError) as raised:
        check_file(f"{tmp_path}/{name}")
    assert str(raised.value) == why


def test_a_file_is_streamed_in_blocks(tmp_path: Path) -> None:
    """Given a stream, then `len` is the number of remaining bytes, as the multipart encoder requires."""
    path = write(tmp_path, "a")
    with FileStream(path, check_file(path), NO_DEADLINE) as stream:
        assert (stream.len, stream.read(4), stream.len, stream.read(), stream.len) == (
            10,
            b"0123",
            6,
            b"456789",
            0,
        )
        assert stream.read(4) == b""


def test_a_truncated_file_is_not_sent_completely(tmp_path: Path) -> None:
    """Given a truncated file, then VMRay never receives a complete request."""
    path = write(tmp_path, "a")
    with FileStream(path, check_file(path), NO_DEADLINE) as stream:
        stream.read(4)
        os.truncate(path, 4)
        with pytest.raises(FileError, match="was truncated during the upload; nothing was stored in VMRay"):
            stream.read(6)


@pytest.mark.parametrize("size", [10, 20])
def test_a_changed_file_is_not_sent_completely(tmp_path: Path, size: int) -> None:
    """Given a change of size or content, then the last block is not sent."""
    path = write(tmp_path, "a")
    with FileStream(path, check_file(path), NO_DEADLINE) as stream:
        stream.read(4)
        Path(path).write_bytes(b"x" * size)
        os.utime(path, ns=(1, 1))
        with pytest.raises(FileError, match="was changed during the upload; nothing was stored in VMRay"):
            stream.read(6)


def test_a_file_that_was_replaced_after_the_check_is_not_sent(tmp_path: Path) -> None:
    """Given another file under the same name, then it is an error."""
    path = write(tmp_path, "a")
    version = check_file(path)
    Path(write(tmp_path, "b")).replace(path)
    with FileStream(path, version, NO_DEADLINE) as stream, pytest.raises(FileError, match="was changed"):
        stream.read()


def test_an_upload_ends_at_the_deadline(tmp_path: Path) -> None:
    """Given a deadline that passes during the upload, then the upload ends between two blocks."""
    path = write(tmp_path, "a")
    now = [0.0]
    with FileStream(path, check_file(path), Deadline(10.0, lambda: now[0])) as stream:
        stream.read(4)
        now[0] = 10.0
        with pytest.raises(DeadlineError):
            stream.read(4)


def test_the_hash_of_a_file(tmp_path: Path) -> None:
    """Given a known content, then the hash is the published one; an empty file is an error."""
    path = write(tmp_path, "a", b"abc")
    assert sha256_of(path, NO_DEADLINE) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    with pytest.raises(FileError, match="is empty"):
        sha256_of(write(tmp_path, "empty", b""), NO_DEADLINE)
