"""Load on L1, L2, L3: from the load file of the command line, the site's own source, or its base load."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from domain.errors import Fault, InputError, NotBuilt, Unbuilt
from domain.phases import PHASES
from domain.series import Quality
from domain.site_energy import FileLoad, FixedLoad
from domain.units import kw_from_a
from forecasting.ask import Ask
from forecasting.cells import POWER
from forecasting.intervals import constant
from forecasting.known import Known
from forecasting.sample import sample_load
from forecasting.series_file import read_series

TOTAL: Final = "load_kw"
BY_PHASE: Final = tuple(f"load_{phase.lower()}_kw" for phase in PHASES)
Phases = tuple[Known, Known, Known]


def load_known(ask: Ask, load_file: Path | None) -> Phases:
    """Load on each grid phase [kW]; phases that the grid lacks carry 0.

    Raises ``InputError`` with every fault of a file, ``NotBuilt`` where the source has no row yet.
    """
    load = ask.site.load
    if load_file is not None:
        return _from_file(ask, load_file)
    if load is None:
        return _base_load(ask)
    if load.source not in LOAD_SOURCES:
        why = f"{load.source} needs a history, which comes with the daemon; give --load, or leave it out"
        raise NotBuilt([Unbuilt("load.source", why)])
    return LOAD_SOURCES[load.source](load, ask)


def _fixed(load: FixedLoad, ask: Ask) -> Phases:
    total = Known(constant(load.kw, ask.start, ask.end), "kW", load.source)
    return _even(total, ask.site.grid.phases)


def _own_file(load: FileLoad, ask: Ask) -> Phases:
    return _from_file(ask, ask.base / load.path)


def _sample(load: object, ask: Ask) -> Phases:
    del load  # the sample household is always the same
    return sample_load(ask)


LOAD_SOURCES: Final[Mapping[str, Callable[[Any, Ask], Phases]]] = {
    "fixed": _fixed,
    "file": _own_file,
    "sample": _sample,
}
"""One row for each source."""


def _from_file(ask: Ask, path: Path) -> Phases:
    """The load in a file: ``load_kw`` evenly over the grid's phases, or one column for each of them."""
    names = BY_PHASE[: ask.site.grid.phases]
    read = read_series(path, dict.fromkeys((TOTAL, *names), POWER))
    note = "; ".join(read.notes)
    known = {name: Known(values, "kW", read.source, note=note) for name, values in read.columns.items()}
    if list(known) == [TOTAL]:
        return _even(known[TOTAL], len(names))
    if list(known) != list(names):
        allowed = f"either {TOTAL}, or {' and '.join(names)}"
        raise InputError([Fault(read.source, " and ".join(known), allowed)])
    return _on_phases([known[name] for name in names])


def _base_load(ask: Ask) -> Phases:
    """``grid.base_load_max_a`` on each phase, as the worst case; without it 0; both are said."""
    grid = ask.site.grid
    total_kw = kw_from_a(grid.base_load_max_a or 0.0, grid.voltage_v, grid.phases)
    if grid.base_load_max_a is None:
        source, note = "no load given", "no load is given and no grid.base_load_max_a: the load counts as 0"
    else:
        source = "grid.base_load_max_a"
        note = f"no load is given: {source} of {grid.base_load_max_a:g} A counts at all times"
    values = constant(total_kw, ask.start, ask.end)
    return _even(Known(values, "kW", source, Quality.FORECAST, note=note), grid.phases)


def _even(total: Known, phases: int) -> Phases:
    """The total in equal parts on the phases that the grid has."""
    values = total.intervals.values / phases
    part = replace(total, intervals=total.intervals.with_values(values))
    return _on_phases([part] * phases)


def _on_phases(parts: Sequence[Known]) -> Phases:
    """The parts on L1, L2, L3; 0 on the phases that the grid lacks."""
    zeros = np.zeros(len(parts[0].intervals))
    nothing = replace(parts[0], intervals=parts[0].intervals.with_values(zeros))
    l1, l2, l3 = (*parts, nothing, nothing)[:3]
    return l1, l2, l3
