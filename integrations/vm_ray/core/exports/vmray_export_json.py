"""The export as JSON: the rows of the IOCs, without VMRay's own objects."""

from __future__ import annotations

import json

from ...core.exports.vmray_export import Export, Written


def json_file(export: Export) -> Written:
    """Return the JSON file; it is ASCII, so any text of a sample can be in it."""
    rows = [{name: value for name, value in ioc.in_json(whole=False).items() if name != "raw"} for ioc in export.iocs]
    return Written(json.dumps(rows, indent=1).encode("ascii"), [])
