"""What all tests share: VMRay, the platform, and the SDKs to run actions on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from secops_lab.platform import LocalPlatform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vmray_emulator import EmbeddedEmulator

SOAR_SDK_DIR = "SOAR_SDK_DIR"

# Properties are about values: how long an example takes is the machine's matter. No run draws its own ones;
# still, Hypothesis takes some from the modules that are loaded, and so from which tests run together.
settings.register_profile(
    "steady",
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the real SDK be named on the command line."""
    parser.addoption(
        "--soar-sdk",
        metavar="DIR",
        help=f"a checkout of the real SDK, to run actions on it as well (or set {SOAR_SDK_DIR})",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Hand the option on as the environment variable, which parallel test processes see as well."""
    if folder := config.getoption("--soar-sdk"):
        os.environ[SOAR_SDK_DIR] = str(Path(folder).expanduser().resolve())


@pytest.hookimpl(optionalhook=True)  # unknown where pytest runs without xdist
def pytest_xdist_auto_num_workers() -> int:
    """Return the number of test processes for `-n auto`: many tests wait for something."""
    return 2 * (os.cpu_count() or 1)


@pytest.fixture
def emulator() -> Iterator[EmbeddedEmulator]:
    """Run a VMRay that finishes every analysis at once."""
    from vmray_emulator import EmbeddedEmulator  # noqa: PLC0415 - only tests that want one pay

    with EmbeddedEmulator(lifecycle="immediate") as running:
        yield running


@pytest.fixture
def platform() -> Iterator[LocalPlatform]:
    """Run a platform without cases."""
    with LocalPlatform() as running:
        yield running


@pytest.fixture(params=["stand-in", "real"])
def soar_sdk(request: pytest.FixtureRequest) -> Path | None:
    """Run the test on the SDK stand-in (None), and on the real SDK where one is named."""
    if request.param == "stand-in":
        return None
    if SOAR_SDK_DIR not in os.environ:
        pytest.skip(f"no real SDK here: set {SOAR_SDK_DIR} or --soar-sdk to a checkout of it")
    return Path(os.environ[SOAR_SDK_DIR])
