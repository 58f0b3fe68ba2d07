"""A local Google SecOps SOAR: SDK stand-in, the platform's HTTP calls on loopback, a host that runs actions.

Integrations are started as processes, exactly as the platform starts them; no integration code is imported
here.
"""

from __future__ import annotations
