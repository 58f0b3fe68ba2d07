"""Secrets of samples at VMRay, and of users, which no action may show."""

from __future__ import annotations

from typing import Final

PASSWORD: Final = "hunter2-the-sample-password"
ACCOUNT: Final = 77_310_442_910
ARCHIVE_PASSWORD: Final = "Tr0ub4dor, the archive"
DOCUMENT_PASSWORD: Final = 'd0c "quoted" <pass>'
