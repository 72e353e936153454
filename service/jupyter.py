"""Planning in a notebook: one import, and what it gives shows itself.

from service.jupyter import plan_day, frame, figure, requests, limits

day = plan_day("site.yaml", at="2026-03-18T17:00")
day                # money, proof, requests and the chart
frame(day)         # one row for each slot
limits(day)        # what one ampere more on every circuit would save
"""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from domain.errors import Fault, InputError
from domain.plan import Plan
from scheduler.limit_prices import LimitPrice, limit_prices
from service.plan_options import PlanOrder
from service.planning import Planned, plan_order
from service.shown_figure import ShownFigure

try:
    import pandas as pd
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "notebooks need pandas, which the extra 'jupyter' installs: pip install 'chargewright[jupyter]'",
        name=missing.name,
    ) from missing

from service import chart, frames

__all__ = ["figure", "frame", "limits", "limits_by_slot", "plan_day", "requests"]

Table = str | Path | pd.DataFrame
"""A file, or a frame with the same columns."""


def plan_day(
    site: str | Path,
    *,
    at: datetime | str | None = None,
    prices: Table | None = None,
    solar: Table | None = None,
    load: Table | None = None,
    requests: Table | None = None,
    slot_min: int = 15,
    gap: float = 0.01,
    calm_eur: float | None = None,
    time_limit_s: float = 60.0,
    battery_soc: float | None = None,
    curtailed: str | None = None,
    cache: str | Path | None = None,
) -> Planned:
    """The plan of a site file, as the command `plan` makes it; a notebook shows it.

    What is a file there may be a frame here, with the same columns. ``at`` without an offset is on the site's
    clock; without ``at`` the plan starts now. It may be called where an event loop runs. Raises InputError
    with every fault, NotBuilt, SourceError.
    """
    with tempfile.TemporaryDirectory() as folder:
        given = {"prices": prices, "solar": solar, "load": load, "requests": requests}
        files = {name: _file(name, table, Path(folder)) for name, table in given.items()}
        order = PlanOrder(
            Path(site),
            at=at.isoformat() if isinstance(at, datetime) else at,
            slot_min=str(slot_min),
            gap=repr(gap),
            calm_eur=None if calm_eur is None else repr(calm_eur),
            time_limit_s=repr(time_limit_s),
            battery_soc=None if battery_soc is None else repr(battery_soc),
            cache=None if cache is None else Path(cache),
            curtailed=curtailed,
            **files,
        )
        return plan_order(order, datetime.now(UTC), lambda _: None)


def frame(day: Plan | Planned) -> pd.DataFrame:
    """One row for each slot: prices, the site, every charger and circuit; see ``frames.frame``."""
    return frames.frame(_plan_of(day))


def requests(day: Plan | Planned) -> pd.DataFrame:
    """One row for each request: stay, energy, what is in its way, and what would help."""
    return frames.requests(_plan_of(day))


def figure(day: Plan | Planned) -> ShownFigure:
    """The chart: prices, sun and load, chargers and circuits over the horizon."""
    return chart.figure(_plan_of(day))


def limits(day: Planned) -> pd.DataFrame:
    """What one A or kW more of every limit would save, the dearest first; see ``frames.limits``."""
    return frames.limits(_limit_prices(day), day.plan.grid)


def limits_by_slot(day: Planned) -> pd.DataFrame:
    """Price of every limit in every slot, in EUR per A (or kW) and hour."""
    return frames.limits_by_slot(_limit_prices(day), day.plan.grid)


def _limit_prices(day: Planned) -> tuple[LimitPrice, ...]:
    return limit_prices(day.site, day.inputs, clock=time.monotonic)


def _plan_of(day: Plan | Planned) -> Plan:
    return day if isinstance(day, Plan) else day.plan


def _file(name: str, table: Table | None, folder: Path) -> Path | None:
    """The file of a table; a frame is written down, its index among the columns where it has a name."""
    if table is None or isinstance(table, str | Path):
        return None if table is None else Path(table)
    if not isinstance(table, pd.DataFrame):
        raise InputError([Fault(name, type(table).__name__, "a file or a pandas frame is allowed")])
    path = folder / f"{name}.parquet"
    (table.reset_index() if table.index.name else table).to_parquet(path, index=False)
    return path
