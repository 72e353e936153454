"""All that a plan is made from, besides the site: series and requests on one time grid."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from domain.plan import Plan
from domain.requests import ChargeRequest
from domain.running import Running
from domain.scenarios import Scenario
from domain.series import Series
from domain.time_grid import TimeGrid


@dataclass(frozen=True, slots=True)
class PlanInputs:
    """Prices, solar, load and requests for the horizon of ``grid``; no value is missing.

    ``load_kw`` holds the three grid phases L1, L2, L3; a 1-phase grid has zeros on L2 and L3.
    """

    grid: TimeGrid
    buy: Series
    """[EUR/kWh]"""
    sell: Series
    """[EUR/kWh]; the series of a site that has nothing to sell is 0 and says so."""
    solar_kw: Mapping[str, Series]
    """Array id to mean power [kW]."""
    load_kw: tuple[Series, Series, Series]
    requests: tuple[ChargeRequest, ...]
    """By arrival; each overlaps the horizon and names a charger of the site."""
    running: Mapping[str, Running] = field(default_factory=dict)
    """Charger id to what it does at the start; a charger that is not named counts as off and fresh."""
    previous: Plan | None = None
    """The plan that is published, which a new one changes as little as it can."""
    notes: tuple[str, ...] = ()
    """What was assumed, dropped or cut: sentences for people."""
    battery_soc: float | None = None
    """State of charge of the home battery at the start, 0..1; none where it is not known."""
    window_import_kwh: float | None = None
    """Import of the meter since the running window of the capacity tariff began; none where not known."""
    curtailed: tuple[tuple[datetime, datetime], ...] = ()
    """When the signal of the grid operator's curtailment is on, from and to; what is not known is off."""
    ran_h: Mapping[str, float] = field(default_factory=dict)
    """Flexible load to hours that it has run in the window that holds the start; where it is not said, its
    share of time is planned."""
    scenarios: tuple[Scenario, ...] = ()
    """What else may come than ``solar_kw`` and ``load_kw``; none where these are not said to be uncertain."""
