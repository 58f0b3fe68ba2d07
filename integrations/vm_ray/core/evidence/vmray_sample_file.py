"""The file of a sample, in a ZIP that VMRay encrypted, and why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from ...core.api.vmray_client import Client
from ...core.api.vmray_encrypted_zip import PASSWORD
from ...core.api.vmray_models import Sample, text_of
from ...core.api.vmray_optional import read_optional
from ...core.api.vmray_request_errors import NotFoundError, PermissionDeniedError
from ...core.evidence.vmray_evidence import OneFile, sha256_of
from ...core.evidence.vmray_file_reader import File
from ...core.results.vmray_answer import LOCKED, Answer
from ...core.results.vmray_lock import is_locked
from ...core.results.vmray_sample_fields import sha256_of_sample, web_link

IS_URL: Final = Answer("empty", "the sample is a URL, which has no file")
NO_FILE: Final = Answer("empty", "VMRay has no file of this sample")
# Headers of the ZIP, with a long name in two places, and the headers of a cipher.
_AROUND: Final = 2048
# The members of a row without a file.
NO_SAMPLE_FILE: Final[Mapping[str, Any]] = {
    "attachment": None,
    "size": None,
    "zip_sha256": None,
    "sample_sha256": None,
    "password": None,
    "saved_to_case_wall": False,
    "web_link": None,
}


@dataclass(frozen=True)
class SampleFile(OneFile):
    """The file of one sample.

    Attributes:
        client: Sends the requests.
        sample: The sample.
    """

    client: Client
    sample: Sample

    def files(self) -> list[File]:
        """Return the ZIP; its size follows from the size of the file, if VMRay named it."""
        size = self.sample.raw.get("sample_filesize")
        read = partial(read_file, self.client, self.sample)
        return [File(read, size, growth_of(size))] if type(size) is int and size >= 0 else [File(read)]

    def name_of(self, content: bytes) -> str:  # noqa: ARG002 - every ZIP of the sample has this name
        """Return the name of the attachment."""
        return f"vmray-sample-{self.sample.sample_id}-infected.zip"

    def facts_of(self, content: bytes) -> dict[str, Any]:
        """Return the hash of the ZIP, and its password."""
        return {"zip_sha256": sha256_of(content), "password": PASSWORD}


def sample_file(client: Client, sample: Sample, facts: Mapping[str, Any], title: str) -> SampleFile:
    """Return the file of a sample, which is not read yet."""
    about = {
        "sample_sha256": sha256_of_sample(sample.raw),
        "web_link": web_link(sample.raw),
    }
    return SampleFile({**facts, **about}, title, f"sample {sample.sample_id}", client, sample)


def read_file(client: Client, sample: Sample, limit: int) -> bytes | Answer:
    """Read the file of a sample; return why there is none."""
    if text_of(sample.raw, "sample_url"):
        return IS_URL
    try:
        return client.download_sample(sample.sample_id, limit)
    except NotFoundError:  # the sample itself was just read
        return NO_FILE
    except PermissionDeniedError:
        if read_optional("the lock", lambda: is_locked(client, sample.sample_id)) is True:
            return LOCKED
        raise


def growth_of(size: int) -> int:
    """Return how much larger the ZIP of a file of this size can be, if its content cannot be compressed."""
    return size // 1000 + _AROUND
