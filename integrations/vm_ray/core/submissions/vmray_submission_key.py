"""Our own key in a submission's metadata, by which it is found again when the answer to its submit was lost."""

from __future__ import annotations

import hashlib
import json
from typing import Final

from ...core.api.vmray_models import Submission

KEY_FIELD: Final = "google_secops_key"


def submission_key(*facts: object) -> str:
    """Make the key of one submit from what makes it the same one: the case, the action, the item and its options."""
    return hashlib.sha256(json.dumps([str(fact) for fact in facts]).encode()).hexdigest()[:32]


def metadata_with(key: str) -> str:
    """Write the ``submission_metadata`` that carries a key.

    Servers that write the JSON anew before they store it mostly use this spacing, so the filter finds it there too.
    """
    return json.dumps({KEY_FIELD: key})


def has_key(submission: Submission, key: str) -> bool:
    """Tell whether a submission carries a key, however the server spaces its JSON."""
    try:
        metadata = json.loads(submission.metadata or "{}")
    except (ValueError, RecursionError):
        return False
    return isinstance(metadata, dict) and metadata.get(KEY_FIELD) == key
