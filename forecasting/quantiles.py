"""Quantiles of solar and load: the columns beside a central one, and their order in every row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from forecasting.faults import Faults
from forecasting.intervals import Intervals
from forecasting.table import Table

_UNIT: Final = "_kw"


@dataclass(frozen=True, slots=True)
class Spread:
    """What one quantity exceeds in 9 of 10 cases, and in 1 of 10; each interval by itself [kW]."""

    p10: Intervals
    p90: Intervals

    def scaled(self, factor: float) -> Spread:
        """The spread of a share of the quantity."""
        p10, p90 = (one.with_values(one.values * factor) for one in (self.p10, self.p90))
        return Spread(p10, p90)


@dataclass(frozen=True, slots=True)
class Around:
    """Names of the two columns beside a central one."""

    central: str
    p10: str
    p90: str

    @classmethod
    def of(cls, central: str) -> Around:
        """``roof_p10_kw`` and ``roof_p90_kw`` beside ``roof_kw``."""
        stem = central.removesuffix(_UNIT)
        return cls(central, f"{stem}_p10{_UNIT}", f"{stem}_p90{_UNIT}")

    def check(self, table: Table, numbers: Mapping[str, Sequence[float | None]], faults: Faults) -> None:
        """Note a column that stands alone, and the rows in which p10 <= central <= p90 does not hold."""
        present = [name for name in (self.p10, self.p90) if name in numbers]
        if not present:
            return
        lacking = [name for name in (self.central, self.p10, self.p90) if name not in numbers]
        if lacking:
            allowed = f"give {self.p10}, {self.central} and {self.p90} together"
            faults.add(table.source, f"no column '{lacking[0]}'", allowed, present[0], table.header_line)
            return
        for lower, upper in ((self.p10, self.central), (self.central, self.p90)):
            for line, low, high in zip(table.lines, numbers[lower], numbers[upper], strict=True):
                if low is not None and high is not None and low > high:  # NaN is told elsewhere
                    which, found, allowed = lower, f"{low:g}, above {upper} of {high:g}", f"at most {upper}"
                    if lower == self.central:
                        which, found = upper, f"{high:g}, below {lower} of {low:g}"
                        allowed = f"at least {lower}"
                    faults.add(table.source, found, allowed, which, line)

    def spread(self, columns: Mapping[str, Intervals]) -> Spread | None:
        """The two columns; none where the file has none."""
        return Spread(columns[self.p10], columns[self.p90]) if self.p10 in columns else None


def around(centrals: Iterable[str]) -> dict[str, Around]:
    """The columns that may stand beside the ``centrals``; a name that is one of these itself stays that."""
    known = list(centrals)
    pairs = {name: Around.of(name) for name in known}
    return {name: one for name, one in pairs.items() if not {one.p10, one.p90} & set(known)}


def quantile_columns(beside: Iterable[Around]) -> list[str]:
    """The names of all of their columns but the central ones."""
    return [name for one in beside for name in (one.p10, one.p90)]
