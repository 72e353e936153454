"""Tables of a plan as pandas frames: by slot, by request, and by limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from domain.phases import PHASES, name_of
from domain.plan_document import request_id
from service.plan_words import binding_words, local

if TYPE_CHECKING:
    from domain.plan import Plan
    from domain.time_grid import TimeGrid
    from scheduler.limit_prices import LimitPrice

Columns = Iterator[tuple[tuple[str, str], Any]]


def frame(plan: Plan) -> pd.DataFrame:
    """One row for each slot, by its start on the site's clock; two levels of columns.

    ``price`` and ``site`` hold what concerns the whole site, ``flexible`` the power of flexible loads, and
    each charger and circuit has a block of its own: ``frame(plan)["charger driveway"]``.
    """
    columns = dict([*_site_columns(plan), *_charger_columns(plan), *_circuit_columns(plan)])
    names = pd.MultiIndex.from_tuples(list(columns), names=["of", "value"])
    return pd.DataFrame(dict(enumerate(columns.values())), index=_index(plan.grid)).set_axis(names, axis=1)


def requests(plan: Plan) -> pd.DataFrame:
    """One row for each request, by its id: its stay on the site's clock, its energy, what is in its way."""
    rows = [
        {
            "id": request_id(one),
            "charger": one.request.charger,
            "vehicle": one.request.vehicle or "",
            "arrival": local(plan, one.request.arrival),
            "departure": local(plan, one.request.departure),
            "energy_kwh": one.energy_kwh,
            "delivered_kwh": one.delivered_kwh,
            "shortfall_kwh": one.shortfall_kwh,
            "binding": binding_words(one),
            "remedy": "" if one.remedy is None else one.remedy.text,
        }
        for one in plan.requests
    ]
    names = "id charger vehicle arrival departure energy_kwh delivered_kwh shortfall_kwh binding remedy"
    return pd.DataFrame(rows, columns=names.split()).set_index("id")


def limits(prices: Sequence[LimitPrice], grid: TimeGrid) -> pd.DataFrame:
    """One row for each limit that costs something, the dearest first.

    ``saves_eur``: what one A or kW more over the whole horizon would save; ``saves_kwh``: how much less would
    be missing; ``highest``: the largest price of an hour, in EUR per A (or kW) and hour, ``at`` its slot.
    """
    rows = [
        {
            "kind": one.kind,
            "circuit": one.circuit,
            "phase": one.phase or "",
            "unit": one.unit,
            "saves_eur": float(grid.hours @ one.eur_per_unit_h),
            "saves_kwh": float(grid.hours @ one.kwh_per_unit_h),
            "highest_eur_per_unit_h": float(one.eur_per_unit_h.max()),
            "at": grid.local_starts[_dearest(one)],
        }
        for one in prices
    ]
    names = "kind circuit phase unit saves_eur saves_kwh highest_eur_per_unit_h at"
    return pd.DataFrame(rows, columns=names.split())


def limits_by_slot(prices: Sequence[LimitPrice], grid: TimeGrid) -> pd.DataFrame:
    """One row for each slot: EUR per A (or kW) and hour of every limit that costs money."""
    columns = {_named(one): one.eur_per_unit_h for one in prices if one.eur_per_unit_h.any()}
    return pd.DataFrame(columns, index=_index(grid))


def _named(price: LimitPrice) -> str:
    """A limit with the unit of its price: ``grid L1 current [EUR/(A h)]``."""
    words = (price.circuit, price.phase, price.kind, f"[EUR/({price.unit} h)]")
    return " ".join(word for word in words if word)


def _dearest(price: LimitPrice) -> int:
    """The slot in which a limit costs most, in kWh where energy is missing."""
    of = price.kwh_per_unit_h if price.kwh_per_unit_h.any() else price.eur_per_unit_h
    return int(np.argmax(of))


def _index(grid: TimeGrid) -> pd.DatetimeIndex:
    """Starts of the slots on the site's clock."""
    return pd.DatetimeIndex(pd.to_datetime(list(grid.starts), utc=True), name="time").tz_convert(
        grid.time_zone
    )


def _site_columns(plan: Plan) -> Columns:
    for name in ("buy", "sell"):
        yield ("price", f"{name}_eur_per_kwh"), plan.sources[name].values
    power = plan.power
    yield ("site", "import_kw"), power.import_kw
    yield ("site", "export_kw"), power.export_kw
    yield ("site", "solar_kw"), power.solar_kw
    yield ("site", "curtailed_kw"), power.curtailed_kw
    yield ("site", "load_kw"), power.load_kw
    yield ("site", "battery_kw"), power.battery_kw
    for load, values in power.flexible_kw.items():
        yield ("flexible", f"{load}_kw"), values


def _charger_columns(plan: Plan) -> Columns:
    for name, told in plan.chargers.items():
        yield (f"charger {name}", "current_a"), told.current_a
        yield (f"charger {name}", "phases"), [name_of(phases) for phases in told.phases]
        yield (f"charger {name}", "power_kw"), told.power_kw


def _circuit_columns(plan: Plan) -> Columns:
    for name, circuit in plan.circuits.items():
        for row, phase in enumerate(PHASES):
            yield (f"circuit {name}", f"{phase}_a"), circuit.phase_a[row]
        for row, phase in enumerate(PHASES):
            yield (f"circuit {name}", f"{phase}_headroom_a"), circuit.limit_a[row] - circuit.phase_a[row]
