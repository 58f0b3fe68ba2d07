"""All durations of the integration, in one place. Every value is in seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Timing:
    """The durations, in seconds.

    Attributes:
        connect_timeout: For a connection, and for sending one block of a request body.
        read_timeout: For a response to begin, for each piece of it, and for the whole exchange.
        submit_connect_timeout: The same as ``connect_timeout``, for a submission.
        submit_read_timeout: The same as ``read_timeout``, for a submission. The whole exchange has no limit of its own.
        min_timeout: The shortest timeout of a request, however close the deadline is.
        backoff_first: The pause after the first failed attempt; it doubles with each further one.
        backoff_longest: The longest pause between two attempts.
        default_retry_after: The pause after a 429 without ``Retry-After``.
        pacing_pause: The part of a ``Retry-After`` that counts as part of the server's pace. A server that counts
            requests per second sends the rest of that second. A pause of a minute does not describe the pace.
        longest_interval: The longest interval between two requests that pacing may set. A slower server limits the
            rate by its pauses; the measured time may also contain time without requests.
        slot_check: How often a request that waits for a free slot checks again.
        thread_end: How long the end of a run waits for threads with requests in flight. It is less than ``min_margin``.
        submit_lookups: The pauses before each look-up of a submission whose response was lost.
        submit_recheck: The pause between two look-ups, until both find the same submissions. VMRay may
            still unpack an archive.
        submit_grace: How long a submission may still appear after a timeout (inferred).
        metadata_retries: The pauses before another search by metadata, where VMRay rejected the search.
        reuse_window: How long after its end a submission with the same key is reused.
        batch_window: How far apart VMRay may store the submissions of one archive (inferred).
        min_margin: The shortest time that a run reserves for writing its result.
        max_margin: The longest time that a run reserves for writing its result.
        max_last_run: The longest time that an action reserves for the results in its last run.
        run_overhead: The time that a run needs to start and to write its result.
        aggregation_timeout: How long a run waits for IOCs and threat indicators that VMRay is still collecting.
        aggregation_first_pause: The first pause of that wait; the pause doubles each time.
        aggregation_longest_pause: The longest pause of that wait.
    """

    connect_timeout: float = 10.0
    read_timeout: float = 60.0
    submit_connect_timeout: float = 30.0
    submit_read_timeout: float = 180.0
    min_timeout: float = 0.1
    backoff_first: float = 0.25
    backoff_longest: float = 30.0
    default_retry_after: float = 1.0
    pacing_pause: float = 1.0
    longest_interval: float = 0.5
    slot_check: float = 1.0
    thread_end: float = 0.5
    submit_lookups: tuple[float, ...] = (0.0, 1.0, 2.0)
    submit_recheck: float = 1.0
    submit_grace: float = 30.0
    metadata_retries: tuple[float, ...] = (0.25, 0.5)
    reuse_window: float = 3_600.0
    batch_window: float = 300.0
    min_margin: float = 1.0
    max_margin: float = 30.0
    max_last_run: float = 60.0
    run_overhead: float = 2.0
    aggregation_timeout: float = 30.0
    aggregation_first_pause: float = 0.5
    aggregation_longest_pause: float = 5.0


TIMING: Final = Timing()
