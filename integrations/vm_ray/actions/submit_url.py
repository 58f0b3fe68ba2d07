"""Submit URL: submit URLs, without waiting for their analyses."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

from ..core.results.vmray_messages import none_of_type
from ..core.soar.vmray_run import Run
from ..core.soar.vmray_submit_now_action import SubmitNowAction
from ..core.soar.vmray_url_intake import SubmitUrlParameters, submitted_urls
from ..core.submissions.vmray_known_url import earlier_of_url
from ..core.submissions.vmray_submit_decision import Earlier
from ..core.submissions.vmray_submit_entry import Entry


class SubmitURL(SubmitNowAction[SubmitUrlParameters]):
    """Submits URLs from a parameter, or those of the case.

    Each URL is decided for itself: a young result is reused, a running analysis is joined, or the URL is submitted,
    once. The action does not wait: use Wait For Submission with the returned ids.
    """

    name = "Submit URL"
    parameters = SubmitUrlParameters
    noun = "URLs"
    column = "URL"
    member = "url"

    def entries(self, run: Run, params: SubmitUrlParameters) -> AbstractContextManager[Sequence[Entry]]:
        """Return the URLs, each once."""
        return submitted_urls(run, self.name, params)

    def look_up(self, run: Run, entry: Entry) -> Earlier:
        """Search for the URL."""
        return earlier_of_url(run.client, str(entry.facts["url"]))

    def nothing_given(self) -> tuple[str, str]:
        """Return the detail for a case without URLs."""
        return none_of_type("DestinationURL")


def main() -> None:
    """Run as the platform's process."""
    SubmitURL().start()


if __name__ == "__main__":
    main()
