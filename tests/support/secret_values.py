"""Secrets of samples at VMRay, which no action may show."""

from __future__ import annotations

from typing import Final

PASSWORD: Final = "hunter2-the-sample-password"
ACCOUNT: Final = 77_310_442_910
