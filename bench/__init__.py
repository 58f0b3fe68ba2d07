"""What the integration takes, measured: `python -m bench` (or `make bench`).

Bounds are ratios within one run, or counts, because machines differ and are noisy. Nothing here is a test.
"""

from __future__ import annotations

import sys
from pathlib import Path

# The integration is not an installed package: the platform runs it from its own folder, and so does this.
sys.path.insert(0, str(Path(__file__).parent.parent / "integrations"))
