"""Every kind of object that is stored, listed and filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vmray_emulator.schemas.analysis import ANALYSIS, REPUTATION_LOOKUP, VT_ANALYSIS
from vmray_emulator.schemas.job import JOB, REPUTATION_JOB, VT_JOB
from vmray_emulator.schemas.sample import SAMPLE, SAMPLE_RELATION
from vmray_emulator.schemas.submission import SUBMISSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vmray_emulator.schemas.fields import Schema

SCHEMAS: Mapping[str, Schema] = {
    schema.kind: schema
    for schema in (
        SAMPLE,
        SUBMISSION,
        ANALYSIS,
        JOB,
        REPUTATION_JOB,
        REPUTATION_LOOKUP,
        VT_JOB,
        VT_ANALYSIS,
        SAMPLE_RELATION,
    )
}

# The first id of each kind. They are far apart: an id that is used for the wrong kind is not found.
FIRST_ID: Mapping[str, int] = {
    "sample": 5001,
    "submission": 6001,
    "job": 7001,
    "reputation_job": 17001,
    "vt_job": 27001,
    "analysis": 9001,
    "reputation_lookup": 19001,
    "vt_analysis": 29001,
    "sample_relation": 39001,
}
