"""Get IOCs: read the IOCs of samples as lists of plain values, the same IOC of several samples once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..core.results.vmray_ioc_items import collected_iocs, tables_of
from ..core.results.vmray_ioc_rows import IocFilter
from ..core.results.vmray_item_result import Collected, Item
from ..core.results.vmray_result import Table
from ..core.soar.vmray_fetch_action import retrieved
from ..core.soar.vmray_ioc_action import IocAction, IocActionParameters
from ..core.soar.vmray_ioc_parameters import ALL, DEFAULT_VERDICTS, TYPES, VERDICT_WORDS, types_of, verdicts_of
from ..core.soar.vmray_parameters import boolean, param, whole_number


@dataclass(frozen=True)
class IocParameters(IocActionParameters):
    """The samples, and the filter for their IOCs."""

    types: tuple[str, ...] = param("IOC Type Filter", TYPES, default=ALL)
    verdicts: tuple[str, ...] = param("IOC Verdict Filter", VERDICT_WORDS, default=DEFAULT_VERDICTS)
    artifacts: bool = param("Include Artifacts", boolean(), default="false")
    children: bool = param("Include Child Samples", boolean(), default="false")
    max_iocs: int = param("Max IOCs To Return", whole_number(1), default="100")

    @property
    def wanted(self) -> IocFilter:
        """The filter for the IOCs."""
        return IocFilter(types_of(self.types), verdicts_of(self.verdicts), self.artifacts, self.max_iocs)

    @property
    def reads_children(self) -> bool:
        """Whether the IOCs of child samples are wanted."""
        return self.children


class GetIOCs(IocAction[IocParameters]):
    """Reads the IOCs of samples, of all ten types, and on request those of their child samples.

    The same IOC of several samples is one row with its worst verdict. Without Samples, the action reads about the
    FILEHASH entities of the case. The action submits nothing and costs no quota.
    """

    name = "Get IOCs"
    parameters = IocParameters
    sentences = retrieved("IOCs")

    def collected(self, items: Sequence[Item], _params: IocParameters) -> Collected:
        """Return the IOCs of all samples as the rows of the result."""
        return collected_iocs(items)

    def tables(self, items: Sequence[Item]) -> Sequence[Table]:
        """Show the IOCs of all samples in a table for each type."""
        return tables_of(items)


def main() -> None:
    """Run as the platform's process."""
    GetIOCs().start()


if __name__ == "__main__":
    main()
