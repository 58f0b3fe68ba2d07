"""A stand-in for the SDK that Google SecOps SOAR provides to integration scripts.

Written from the documented and observed behaviour of the platform's SDK, for running actions locally. Each
module can be imported as `soar_sdk.X`, as in the sources of integrations, and as plain `X`, as in
their built form; both are the same module object.
"""

from __future__ import annotations

import sys
from pathlib import Path

_folder = str(Path(__file__).resolve().parent)
if _folder not in sys.path:
    sys.path.append(_folder)

import _soar_names  # type: ignore[import-not-found]  # noqa: E402, F401 - both spellings, one module
import requests  # noqa: E402, F401 - early: its patterns compile slowly at the bottom of a deep chain of imports
