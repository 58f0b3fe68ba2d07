"""Uploaded ZIP archives whose members become samples with submissions of their own."""

from __future__ import annotations

import zipfile
import zlib
from typing import TYPE_CHECKING, Final

from vmray_emulator.archive_passwords import WRONG_ARCHIVE_PASSWORD, password_of
from vmray_emulator.content import ContentWriter, StoredFile
from vmray_emulator.sample_types import sample_type
from vmray_emulator.submitting import SubmitResponse, submit_file

if TYPE_CHECKING:
    from pathlib import Path

    from vmray_emulator.state import ServerState
    from vmray_emulator.submit_form import SubmitForm

_BLOCK: Final = 1024 * 1024
_MOST_MEMBERS: Final = 1000


def submit_members(state: ServerState, form: SubmitForm, file: StoredFile, response: SubmitResponse) -> bool:
    """Submit the members of an archive where the form asks for that.

    Returns:
        Whether the upload was such an archive. If not, nothing was submitted.
    """
    path = state.content / file.sha256
    if form.archive_action != "separate_samples" or not zipfile.is_zipfile(path):
        return False
    if sample_type(path, file.name) != "Archive":
        return False
    with zipfile.ZipFile(path) as archive:
        members = [member for member in archive.infolist() if not member.is_dir()]
        if not members or len(members) > _MOST_MEMBERS:
            response.refuse(file.name, "The archive has no members or too many")
            return True
        budget = state.settings.webif_max_sample_size
        for member in members:
            budget -= _submit_member(state, form, archive, member, budget, response)
    return True


def _submit_member(  # noqa: PLR0913, PLR0917 - a member needs its archive and the form
    state: ServerState,
    form: SubmitForm,
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    budget: int,
    response: SubmitResponse,
) -> int:
    name = _base_name(member)
    try:
        password = password_of(archive, member, form.archive_password) if _is_encrypted(member) else None
        if _is_encrypted(member) and password is None:
            response.refuse(name, WRONG_ARCHIVE_PASSWORD)
            return 0
        stored = _extract(archive, member, password, budget, state.content)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, zlib.error) as error:
        response.refuse(name, f"The archive member could not be extracted: {error}")
    else:
        submit_file(state, form, stored, response)
        return stored.size
    return 0


def _extract(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, password: bytes | None, budget: int, folder: Path
) -> StoredFile:
    """Extract one member into a file named by its hash.

    Raises:
        ValueError: The member is larger than the limit.
    """
    size = 0
    with archive.open(member, pwd=password) as source, ContentWriter(folder) as writer:
        while block := source.read(_BLOCK):
            size += len(block)
            if size > budget:
                raise ValueError("the member is too large")
            writer.write(block)
        return writer.keep(_base_name(member))


def _is_encrypted(member: zipfile.ZipInfo) -> bool:
    return bool(member.flag_bits & 1)


def _base_name(member: zipfile.ZipInfo) -> str:
    return member.filename.rsplit("/", 1)[-1]
