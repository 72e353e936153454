"""A table as it stands in a file: columns of cells, with the line of each row."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from forecasting.cells import BadCellError
from forecasting.faults import Faults

MOST_ROWS: Final = 1_500_000
"""A little under three years of minutes."""
MOST_COLUMNS: Final = 500

REPORTED: Final = object()
"""Cell of a row whose fault is told already."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by column: text from CSV, plain values from Parquet, ``None`` where empty."""

    source: str
    columns: Mapping[str, Sequence[object]]
    lines: Sequence[int]
    """Line of each row in a CSV file; number of the row, from 1, in a Parquet file."""
    header_line: int | None = None
    """Line of the column names; Parquet has none."""

    def __len__(self) -> int:
        return len(self.lines)

    def parse(self, column: str, read: Callable[[object], T], faults: Faults) -> list[T | None]:
        """The cells of a column through ``read``; ``None`` where it refused, each noted in ``faults``."""
        values: list[T | None] = []
        for line, cell in zip(self.lines, self.columns[column], strict=True):
            if cell is REPORTED:
                values.append(None)
                continue
            try:
                values.append(read(cell))
            except BadCellError as error:
                faults.add(self.source, error.found, error.allowed, column, line)
                values.append(None)
        return values

    def check_columns(self, required: Iterable[str], allowed: Sequence[str], faults: Faults) -> None:
        """Note columns that are missing or unknown; ``allowed`` holds the required ones too."""
        for name in required:
            if name not in self.columns:
                present = ", ".join(f"'{column}'" for column in self.columns)
                faults.add(
                    self.source, f"no column '{name}'", f"the file has {present}", name, self.header_line
                )
        for name in self.columns:
            if name not in allowed:
                hint = _did_you_mean(name, allowed)
                faults.add(self.source, f"unknown column '{name}'", hint, name, self.header_line)


def _did_you_mean(name: str, allowed: Sequence[str]) -> str:
    listed = f"allowed are {', '.join(allowed)}"
    close = difflib.get_close_matches(name.strip().lower(), allowed, n=1)
    return f"did you mean '{close[0]}'? {listed}" if close else listed
