"""The downloads of VMRay's REST API: each has a limit, and each file is checked before anybody receives it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.api.vmray_encrypted_zip import PASSWORD, check_encrypted
from ...core.api.vmray_protocol import Document, FileType, quote_segment
from ...core.api.vmray_secret import Secret
from ...core.api.vmray_transport import Transport


class Downloads:
    """The part of the client that reads files."""

    def __init__(self, transport: Transport) -> None:
        """Use this transport for all requests."""
        self._transport = transport

    def download_sample_report(self, sample_id: int, limit: int) -> bytes:
        """Read the report of a sample, a PDF file.

        Raises:
            TooLargeError: The report has more bytes than the limit; the rest was not read.
            PermissionDeniedError: The report is locked (inferred), or the API key does not have the permission.
            NotFoundError: There is no sample, or none of its analyses has succeeded (inferred).
        """
        return self._transport.download(f"/sample/{sample_id}/report", limit, FileType.PDF)

    def download_archive_member(self, analysis_id: int, member: str, limit: int, *types: FileType) -> bytes:
        """Read one member of the archive of an analysis, as it is.

        Raises:
            TooLargeError: The member has more bytes than the limit; the rest was not read.
            PermissionDeniedError: The report is locked (inferred), or the API key does not have the permission.
            NotFoundError: There is no analysis, it failed, or its archive does not have this member.
        """
        return self._transport.download(f"/analysis/{analysis_id}/archive/{quote_segment(member)}", limit, *types)

    def read_archive_document(self, analysis_id: int, member: str, limit: int, document: Document) -> Any:  # noqa: ANN401 - what the caller makes of it
        """Read one large JSON member of the archive of an analysis, and return what is made of it.

        Raises:
            TooLargeError: The member has more bytes than the limit; the rest was not read.
            PermissionDeniedError: The report is locked (inferred), or the API key does not have the permission.
            NotFoundError: There is no analysis, it failed, or its archive does not have this member.
        """
        path = f"/analysis/{analysis_id}/archive/{quote_segment(member)}"
        return self._transport.read_document(path, limit, document)

    def download_malware_configurations(self, analysis_id: int, limit: int) -> bytes:
        """Read the malware configurations of an analysis, as a ZIP; the settings of the user may encrypt it.

        They are data of VMRay, no live content.

        Raises:
            TooLargeError: The ZIP has more bytes than the limit; the rest was not read.
            PermissionDeniedError: The report is locked (inferred), or the API key does not have the permission.
            NotFoundError: There is no analysis, it failed, or VMRay decoded no configuration.
        """
        query = {"filenames": "malware_configurations/*"}
        return self._transport.download(f"/analysis/{analysis_id}/archive", limit, FileType.ZIP, query=query)

    def get_download_password(self) -> Secret:
        """Read the password of ZIPs that are requested without a password."""
        return Secret(self._transport.get("/download_password", shape=str).data)

    def download_archive(self, analysis_id: int, limit: int, *members: str) -> bytes:
        """Read members of the archive of an analysis, in a ZIP that VMRay encrypted for this request.

        Args:
            analysis_id: The analysis.
            limit: The largest size in bytes.
            members: Paths and patterns (``*``, ``?``); without one, the whole archive is read.

        Raises:
            TooLargeError: The ZIP has more bytes than the limit; the rest was not read.
            InvalidResponseError: The ZIP is not encrypted, or its encryption cannot be checked.
            PermissionDeniedError: The report is locked (inferred), or the API key does not have the permission.
            NotFoundError: There is no analysis, it failed, or its archive does not have these members.
        """
        chosen = {"filenames": ",".join(members)} if members else {}
        return self._encrypted(f"/analysis/{analysis_id}/archive", limit, chosen)

    def download_sample(self, sample_id: int, limit: int) -> bytes:
        """Read the file of a sample, in a ZIP that VMRay encrypted for this request.

        Raises:
            TooLargeError: The ZIP has more bytes than the limit; the rest was not read.
            InvalidResponseError: The ZIP is not encrypted, or its encryption cannot be checked.
            NotFoundError: There is no sample, or VMRay has no file of the sample.
        """
        return self._encrypted(f"/sample/{sample_id}/file", limit, {})

    def _encrypted(self, path: str, limit: int, query: Mapping[str, str]) -> bytes:
        """Read a ZIP with live content: the password is always sent, and the encryption of each entry is checked."""
        content = self._transport.download(path, limit, FileType.ZIP, query={**query, "encryption_password": PASSWORD})
        check_encrypted(content)
        return content
