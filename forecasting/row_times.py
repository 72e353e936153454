"""When each row of a file starts and ends: by `time`, by `end` where it is said, else by the next row."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from forecasting.cells import as_said, whole_second
from forecasting.faults import Faults
from forecasting.table import Table

STEPS_MIN: Final = (1, 5, 10, 15, 30, 60)
"""Distances [min] that rows may have; a larger one is a gap."""
_STEPS_S: Final = frozenset(60 * step for step in STEPS_MIN)
_STEPS_WORDS: Final = f"rows lie {', '.join(map(str, STEPS_MIN))} min apart"
_GAP_WORDS: Final = "a gap: fill it, or say in an 'end' column when the row before it ends"


@dataclass(frozen=True, slots=True)
class RowTimes:
    """Start and end of every row [s since 1970]; ``None`` only where a fault is noted."""

    start_s: list[int | None]
    end_s: list[int | None]
    notes: tuple[str, ...]
    """Rows that are odd but allowed: sentences for people."""


def row_times(table: Table, faults: Faults, holes_until_s: int = 0) -> RowTimes:
    """Times of the rows of a table that has a ``time`` column; what is wrong is noted in ``faults``.

    Where the next row starts by ``holes_until_s`` at the latest, rows may be missing in between: the row
    then lasts as long as its neighbours.
    """
    rows = _Rows(table, faults, holes_until_s)
    for row in range(len(table)):
        rows.end_s.append(rows.end_of(row))
    return RowTimes(rows.start_s, rows.end_s, tuple(rows.stretched()))


class _Rows:
    """The rows while their ends are worked out, first to last."""

    def __init__(self, table: Table, faults: Faults, holes_until_s: int) -> None:
        self.table, self.faults, self.holes_until_s = table, faults, holes_until_s
        self.start_s = table.parse("time", whole_second, faults)
        self.said_s: list[int | None] = [None] * len(table)
        if "end" in table.columns:
            said_s = table.parse("end", lambda cell: None if cell is None else whole_second(cell), faults)
            self.said_s = list(said_s)
        self.end_s: list[int | None] = []

    def end_of(self, row: int) -> int | None:
        """End of a row: as said, else the next row's start; the last lasts as long as the one before."""
        start_s, said_s = self.start_s[row], self.said_s[row]
        last = row + 1 == len(self.table)
        next_s = None if last else self.start_s[row + 1]
        if start_s is None or (next_s is None and not last):
            return None
        if next_s is not None and next_s <= start_s:
            relation = "the same time as" if next_s == start_s else "after"
            before = f"{self._said(row)} in line {self.table.lines[row]}"
            found = f"{self._said(row + 1)} {relation} {before}"
            self._fault(row + 1, "time", found, "times rise, each once")
            return None
        if said_s is not None:
            return self._checked_end(row, start_s, said_s, next_s)
        return self._as_long_as_before(row, start_s) if next_s is None else self._step(row, start_s, next_s)

    def stretched(self) -> list[str]:
        """Notes on single rows that last longer than both neighbours: perhaps a row is missing there."""
        lengths_s = [
            None if start is None or end is None else end - start
            for start, end in zip(self.start_s, self.end_s, strict=True)
        ]
        notes = []
        for row in range(1, len(lengths_s) - 1):
            before, own, after = lengths_s[row - 1 : row + 2]
            if self.said_s[row] is None and before and own and after and own > before == after:
                lasts = f"{own / 60:g} min among rows of {before / 60:g} min"
                place = f"{self.table.source}:{self.table.lines[row]}"
                notes.append(f"{place}: this row is taken to last {lasts}; is one missing?")
        return notes

    def _checked_end(self, row: int, start_s: int, end_s: int, next_s: int | None) -> int:
        end = f"end {self._said(row, 'end')}"
        if end_s <= start_s:
            self._fault(row, "end", end, f"after {self._said(row)}")
        elif next_s is not None and end_s > next_s:
            self._fault(row, "end", end, f"not after the next row at {self._said(row + 1)}")
        return end_s

    def _as_long_as_before(self, row: int, start_s: int) -> int | None:
        if row == 0:
            self._fault(row, "time", "a single row", "an 'end' column says how long it lasts")
            return None
        before_start_s, before_end_s = self.start_s[row - 1], self.end_s[row - 1]
        if before_start_s is None or before_end_s is None:
            return None
        return start_s + before_end_s - before_start_s

    def _step(self, row: int, start_s: int, next_s: int) -> int:
        step_s = next_s - start_s
        usual_s = self._beside(row) if next_s <= self.holes_until_s else None
        if usual_s is not None and step_s > usual_s:
            return start_s + usual_s
        if step_s not in _STEPS_S:
            found = f"{step_s / 60:g} min from {self._said(row)} to {self._said(row + 1)}"
            gap = f"{_GAP_WORDS}; " if step_s > max(_STEPS_S) else ""
            self._fault(row + 1, "time", found, gap + _STEPS_WORDS)
        return next_s

    def _beside(self, row: int) -> int | None:
        """The longer of the distances right before and after a row's own [s], else the file's commonest.

        None where no two rows lie as far apart as they may.
        """
        steps_s = [*self._distances_s(row - 1), *self._distances_s(row + 1)]
        return max(steps_s, default=self._commonest_s)

    @cached_property
    def _commonest_s(self) -> int | None:
        counts = Counter(step_s for row in range(len(self.table)) for step_s in self._distances_s(row))
        return counts.most_common(1)[0][0] if counts else None

    def _distances_s(self, row: int) -> list[int]:
        """From the start of a row to that of the next [s], where it is an allowed one."""
        if not 0 <= row < len(self.table) - 1:
            return []
        start_s, next_s = self.start_s[row], self.start_s[row + 1]
        return [next_s - start_s] if start_s and next_s and next_s - start_s in _STEPS_S else []

    def _fault(self, row: int, column: str, found: str, allowed: str) -> None:
        self.faults.add(self.table.source, found, allowed, column, self.table.lines[row])

    def _said(self, row: int, column: str = "time") -> str:
        """A moment as the file says it, with its own offset."""
        return as_said(self.table.columns[column][row])
