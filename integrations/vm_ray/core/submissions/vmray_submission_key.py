"""The idempotency key in a submission's metadata, by which a submission is found after its response was lost.

The key is a hash of named facts, written as JSON with a version. Version 2 adds what VMRay is to do with the sample;
an action without such options keeps the keys of version 1. A fact that is to change the keys is added here, together
with a new version.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from ...core.api.vmray_models import Submission
from ...core.api.vmray_submit_options import SubmitOptions

KEY_FIELD: Final = "google_secops_key"
KEY_VERSION: Final = 1
VERSION_WITH_CONTROLS: Final = 2
KEY_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """The facts about an item that are part of the key.

    Attributes:
        item: The URL as submitted, or the path of the file.
        sha256: The hash of the content; None for an item without content of its own (a URL).
    """

    item: str
    sha256: str | None = None


def submission_key(case: object, alert: object, action: str, facts: ItemFacts, options: SubmitOptions) -> str:
    """Return the key of one submit: the same facts give the same key in each run and in each process."""
    text = key_text(case, alert, action, facts, options)
    return hashlib.sha256(text.encode()).hexdigest()[:KEY_LENGTH]


def key_text(case: object, alert: object, action: str, facts: ItemFacts, options: SubmitOptions) -> str:
    """Return the facts that identify a submit, as a text; the metadata, which carries the key, is not among them."""
    controls = options.controls()
    return json.dumps(
        {
            "version": VERSION_WITH_CONTROLS if controls else KEY_VERSION,
            "case": str(case),
            "alert": str(alert),
            "action": action,
            "item": facts.item,
            "sha256": facts.sha256,
            "tags": list(options.tags),
            "comment": options.comment,
            **({"controls": controls} if controls else {}),
        }
    )


def metadata_with(key: str) -> str:
    """Return the ``submission_metadata`` that carries a key.

    Servers that write the JSON again before they store it mostly use this spacing, so the filter still finds the key.
    """
    return json.dumps({KEY_FIELD: key})


def has_key(submission: Submission, key: str) -> bool:
    """Return whether a submission carries a key, with any spacing of the server's JSON."""
    try:
        metadata = json.loads(submission.metadata or "{}")
    except (ValueError, RecursionError):
        return False
    return isinstance(metadata, dict) and metadata.get(KEY_FIELD) == key
