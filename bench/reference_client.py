"""The reference client: VMRay's published client makes the requests of Scan Hash sequentially."""

from __future__ import annotations

import json
import sys

from vmray.rest_api import VMRayRESTAPI  # type: ignore[import-untyped]  # the package has no types


def main() -> None:
    """Read hashes from stdin; request the sample, the IOCs and the threat indicators of each hash."""
    root, api_key = sys.argv[1:3]
    client = VMRayRESTAPI(root, api_key, verify_cert=False)
    for file_hash in json.load(sys.stdin):
        (sample,) = client.call("GET", f"/rest/sample/sha256/{file_hash}")
        client.call("GET", f"/rest/sample/{sample['sample_id']}/iocs")
        client.call("GET", f"/rest/sample/{sample['sample_id']}/vtis")


if __name__ == "__main__":
    main()
