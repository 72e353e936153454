"""The sample source: the made-up day as prices, solar and load of any date, always labelled as sample."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.series import Quality
from domain.site_energy import SolarArray
from domain.site_tariff import SamplePrice
from forecasting.ask import Ask
from forecasting.intervals import Intervals
from forecasting.known import Known
from forecasting.local_days import by_local_clock, end_of_next_local_day
from forecasting.quotes import EUR_PER_KWH, Quote, Side
from forecasting.sample_day import LOAD_KW, MARKET_EUR_PER_KWH, SOLAR_KW_PER_KWP

NOTE: Final = "made-up values of a sample day, not of this one"


def sample_prices(price: SamplePrice, ask: Ask, side: Side) -> Quote:
    """The market of the sample day; counts as known until tomorrow ends."""
    del side  # both sides trade on the same market
    until = end_of_next_local_day(ask.start, ask.time_zone)
    values = _by_quarter(MARKET_EUR_PER_KWH, ask)
    return Quote(_sample(values, EUR_PER_KWH, "sample prices"), until, terms=price)


def sample_solar(array: SolarArray, ask: Ask) -> Known:
    """Power of an array [kW] on the sample day, at most what its inverter gives."""
    most_kw = array.inverter_kw or float("inf")
    day_kw = [min(per_kwp * array.peak_kw, most_kw) for per_kwp in SOLAR_KW_PER_KWP]
    return _sample(_by_quarter(day_kw, ask), "kW", "sample solar")


def sample_load(ask: Ask) -> tuple[Known, Known, Known]:
    """The sample household on L1, L2, L3 [kW]; on a 1-phase grid all of it is on L1."""
    by_phase_kw = [[hour_kw[phase] for hour_kw in LOAD_KW for _ in range(4)] for phase in range(3)]
    if ask.site.grid.phases == 1:
        total_kw = [sum(quarter_kw) for quarter_kw in zip(*by_phase_kw, strict=True)]
        by_phase_kw = [total_kw, [0.0] * len(total_kw), [0.0] * len(total_kw)]
    l1, l2, l3 = (_sample(_by_quarter(day_kw, ask), "kW", "sample load") for day_kw in by_phase_kw)
    return l1, l2, l3


def _by_quarter(day: Sequence[float], ask: Ask) -> Intervals:
    """One value for each of the 96 quarters of the local clock, over the asked time."""

    def value_at(local: datetime) -> float:
        return day[local.hour * 4 + local.minute // 15]

    return by_local_clock(value_at, ask.start, ask.end, ask.time_zone, step_min=15)


def _sample(values: Intervals, unit: str, source: str) -> Known:
    return Known(values, unit, source, Quality.FORECAST, note=NOTE)
