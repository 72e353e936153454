"""A file of values over time: rows of `time`, perhaps `end`, and columns of numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import isnan, nan
from pathlib import Path
from typing import Final

import numpy as np

from domain.time_grid import utc_s
from forecasting.cells import BadCellError, Bounds, number
from forecasting.faults import Faults
from forecasting.intervals import Intervals
from forecasting.quantiles import Around, Spread, quantile_columns
from forecasting.row_times import row_times
from forecasting.table import Table
from forecasting.table_file import read_table

NOTHING_BESIDE: Final[Mapping[str, Around]] = {}


@dataclass(frozen=True, slots=True)
class SeriesFile:
    """The columns of a file, all over the same intervals."""

    source: str
    columns: Mapping[str, Intervals]
    """Without those of quantiles."""
    spreads: Mapping[str, Spread]
    """By the column that they stand beside."""
    notes: tuple[str, ...] = ()
    """What is odd but allowed: sentences for people."""


def read_series(
    path: Path,
    bounds: Mapping[str, Bounds],
    holes_until: datetime | None = None,
    beside: Mapping[str, Around] = NOTHING_BESIDE,
) -> SeriesFile:
    """The file at ``path``, of which only ``time``, ``end``, the columns of ``bounds`` and the quantiles
    ``beside`` these are known.

    Up to ``holes_until`` rows may be missing and cells empty: holes and NaN. From there on, and without
    it, both are faults. Raises ``InputError`` with every fault in it.
    """
    holes_until_s = 0 if holes_until is None else utc_s(holes_until)
    faults = Faults()
    table = read_table(path, faults)
    every = dict(bounds) | {
        name: bounds[central] for central, one in beside.items() for name in quantile_columns([one])
    }
    table.check_columns(["time"], ["time", "end", *every], faults)
    present = [name for name in every if name in table.columns]
    if not present:
        faults.add(table.source, "no column of values", f"give {' or '.join(bounds)}", line=table.header_line)
    numbers = {name: table.parse(name, partial(_or_nan, bounds=every[name]), faults) for name in present}
    for one in beside.values():
        one.check(table, numbers, faults)
    ends_s: Sequence[int | None] = [None] * len(table)
    if "time" in table.columns:
        times = row_times(table, faults, holes_until_s)
        ends_s = times.end_s
    for name in present:
        late = [end_s is None or end_s > holes_until_s for end_s in ends_s]
        _check_not_empty(table, name, numbers[name], late, every[name], faults)
    faults.raise_file()
    start_s, end_s = np.array(times.start_s, dtype=np.int64), np.array(times.end_s, dtype=np.int64)
    columns = {
        name: Intervals(start_s, end_s, np.array(values, dtype=np.float64))
        for name, values in numbers.items()
    }
    spreads = {central: one.spread(columns) for central, one in beside.items()}
    return SeriesFile(
        table.source,
        {name: one for name, one in columns.items() if name in bounds},
        {central: one for central, one in spreads.items() if one is not None},
        times.notes,
    )


def _or_nan(cell: object, bounds: Bounds) -> float:
    """The cell as a number; NaN where it is empty."""
    if cell is None or (isinstance(cell, float) and isnan(cell)):
        return nan
    return number(cell, bounds)


def _check_not_empty(
    table: Table,
    name: str,
    values: Sequence[float | None],
    needed: Sequence[bool],
    bounds: Bounds,
    faults: Faults,
) -> None:
    """Note the cells without a number in the rows that need one."""
    cells = table.columns[name]
    for row, value in enumerate(values):
        if value is not None and isnan(value) and needed[row]:
            try:
                number(cells[row], bounds)
            except BadCellError as error:
                faults.add(table.source, error.found, error.allowed, name, table.lines[row])
