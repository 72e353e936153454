"""The highest base load of a site, where nothing better is known of its load."""

from __future__ import annotations

from domain.series import Quality
from domain.units import kw_from_a
from forecasting.ask import Ask
from forecasting.intervals import constant
from forecasting.known import Known
from forecasting.load_phases import Phases, even


def base_load(ask: Ask, why: str) -> Phases:
    """``grid.base_load_max_a`` on each phase [kW], as the worst case; without it 0; said after ``why``."""
    grid = ask.site.grid
    total_kw = kw_from_a(grid.base_load_max_a or 0.0, grid.voltage_v, grid.phases)
    if grid.base_load_max_a is None:
        source, note = "no load given", f"{why} and no grid.base_load_max_a: the load counts as 0"
    else:
        source = "grid.base_load_max_a"
        note = f"{why}: {source} of {grid.base_load_max_a:g} A counts at all times"
    values = constant(total_kw, ask.start, ask.end)
    return even(Known(values, "kW", source, Quality.FORECAST, note=note), grid.phases)
