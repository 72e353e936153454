"""Load on L1, L2, L3: the columns that say it, and one total in equal parts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from domain.errors import Fault, InputError
from domain.phases import PHASES
from forecasting.cells import POWER
from forecasting.known import Known
from forecasting.quantiles import around
from forecasting.series_file import read_series

TOTAL: Final = "load_kw"
BY_PHASE: Final = tuple(f"load_{phase.lower()}_kw" for phase in PHASES)
Phases = tuple[Known, Known, Known]
"""Load on each grid phase [kW]; phases that the grid lacks carry 0."""


def read_load(path: Path, phases: int, holes_until: datetime | None = None) -> Phases:
    """The load in a file: ``load_kw`` evenly over the grid's phases, or one column for each of them.

    Up to ``holes_until`` rows may be missing and cells empty. Raises ``InputError`` with every fault.
    """
    names = BY_PHASE[:phases]
    columns = (TOTAL, *names)
    read = read_series(path, dict.fromkeys(columns, POWER), holes_until, around(columns))
    note = "; ".join(read.notes)
    known = {
        name: Known(values, "kW", read.source, note=note, spread=read.spreads.get(name))
        for name, values in read.columns.items()
    }
    if list(known) == [TOTAL]:
        return even(known[TOTAL], phases)
    if list(known) != list(names):
        allowed = f"either {TOTAL}, or {' and '.join(names)}"
        raise InputError([Fault(read.source, " and ".join(known), allowed)])
    return on_phases([known[name] for name in names])


def even(total: Known, phases: int) -> Phases:
    """The total in equal parts on the phases that the grid has."""
    values = total.intervals.values / phases
    spread = None if total.spread is None else total.spread.scaled(1 / phases)
    part = replace(total, intervals=total.intervals.with_values(values), spread=spread)
    return on_phases([part] * phases)


def on_phases(parts: Sequence[Known]) -> Phases:
    """The parts on L1, L2, L3; 0 on the phases that the grid lacks."""
    zeros = np.zeros(len(parts[0].intervals))
    nothing = replace(parts[0], intervals=parts[0].intervals.with_values(zeros), spread=None)
    l1, l2, l3 = (*parts, nothing, nothing)[:3]
    return l1, l2, l3
