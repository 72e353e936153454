"""Load on L1, L2, L3: from the load file of the command line, the site's own source, or its base load."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from domain.site_energy import FileLoad, FixedLoad, HabitLoad
from forecasting.ask import Ask
from forecasting.base_load import base_load
from forecasting.intervals import constant
from forecasting.known import Known
from forecasting.load_habit import habit_load
from forecasting.load_phases import Phases, even, read_load
from forecasting.sample import sample_load


def load_known(ask: Ask, load_file: Path | None) -> Phases:
    """Load on each grid phase [kW]; phases that the grid lacks carry 0.

    The file of the command line takes the place of the site's own source; what it holds of the time
    before the plan is history for a habit. Raises ``InputError`` with every fault of a file.
    """
    load = ask.site.load
    if isinstance(load, HabitLoad):
        return habit_load(load, ask, load_file)
    if load_file is not None:
        return read_load(load_file, ask.site.grid.phases)
    if load is None:
        return base_load(ask, "no load is given")
    return LOAD_SOURCES[load.source](load, ask)


def _fixed(load: FixedLoad, ask: Ask) -> Phases:
    total = Known(constant(load.kw, ask.start, ask.end), "kW", load.source)
    return even(total, ask.site.grid.phases)


def _own_file(load: FileLoad, ask: Ask) -> Phases:
    return read_load(ask.base / load.path, ask.site.grid.phases)


def _sample(load: object, ask: Ask) -> Phases:
    del load  # the sample household is always the same
    return sample_load(ask)


LOAD_SOURCES: Final[Mapping[str, Callable[[Any, Ask], Phases]]] = {
    "fixed": _fixed,
    "file": _own_file,
    "sample": _sample,
}
"""One row for each source that a file of the command line replaces as a whole."""
