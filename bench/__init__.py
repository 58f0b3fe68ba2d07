"""Measure time, memory and requests of the integration: `python -m bench` (or `make bench`).

Bounds are counts or ratios within one run, because machines differ and are noisy. This package has no tests.
"""

from __future__ import annotations

import sys
from pathlib import Path

# The integration is not an installed package. The platform and the
# benchmarks run the integration from its folder.
sys.path.insert(0, str(Path(__file__).parent.parent / "integrations"))
