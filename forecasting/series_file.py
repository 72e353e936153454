"""A file of values over time: rows of `time`, perhaps `end`, and columns of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from forecasting.cells import Bounds, number
from forecasting.faults import Faults
from forecasting.intervals import Intervals
from forecasting.row_times import row_times
from forecasting.table_file import read_table


@dataclass(frozen=True, slots=True)
class SeriesFile:
    """The columns of a file, all over the same intervals."""

    source: str
    columns: Mapping[str, Intervals]
    notes: tuple[str, ...] = ()
    """What is odd but allowed: sentences for people."""


def read_series(path: Path, bounds: Mapping[str, Bounds]) -> SeriesFile:
    """The file at ``path``, of which only ``time``, ``end`` and the columns of ``bounds`` are known.

    Raises ``InputError`` with every fault in it.
    """
    faults = Faults()
    table = read_table(path, faults)
    table.check_columns(["time"], ["time", "end", *bounds], faults)
    present = [name for name in bounds if name in table.columns]
    if not present:
        faults.add(table.source, "no column of values", f"give {' or '.join(bounds)}", line=table.header_line)
    numbers = {name: table.parse(name, partial(number, bounds=bounds[name]), faults) for name in present}
    if "time" in table.columns:
        times = row_times(table, faults)
    faults.raise_file()
    start_s, end_s = np.array(times.start_s, dtype=np.int64), np.array(times.end_s, dtype=np.int64)
    columns = {
        name: Intervals(start_s, end_s, np.array(values, dtype=np.float64))
        for name, values in numbers.items()
    }
    return SeriesFile(table.source, columns, times.notes)
