"""From the site file to the wiring that safety works on: every limit that several chargers share is a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from domain.dc_points import ac_side
from domain.phases import index_of
from domain.site import GRID, Site
from domain.site_chargers import AcCharger, DcCharger
from domain.site_curtailment import De14aCurtailment
from domain.site_grid import Circuit, Grid, Protection, carried_a
from domain.site_model import per_phase_a
from domain.units import kw_per_a
from executors.control.curve import BANDS, STRICTEST, Band
from executors.control.seam import Floats, Wiring

AnyCharger = AcCharger | DcCharger

SECTION_14A_KW: Final = 4.2
"""Least power of one controllable device (BNetzA BK6-22-300, no. 4.5)."""
FED_BY_WRITE: Final = frozenset({"none", "simulated", "charx", "ocpp", "everest"})
"""Drivers whose device's watchdog hears writes only; every other counts as fed by any frame."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One shared limit, on its way into the arrays."""

    id: str
    below: frozenset[str]
    meter: str | None = None
    limit_a: tuple[float, float, float] = (np.inf, np.inf, np.inf)
    fuse_a: tuple[float, float, float] = (np.inf, np.inf, np.inf)
    """Limit before the reserve is taken off."""
    limit_kw: float = np.inf
    base_max_a: float = 0.0
    protection: Protection | None = None
    rated_a: tuple[float, float, float] = (np.inf, np.inf, np.inf)
    at_the_car: bool = False
    """The limit in kW counts the car's side (cabinets)."""
    points: tuple[tuple[float, float], ...] = field(default=())


def wiring_of(site: Site, *, meter_period_s: Mapping[str, float] | None = None) -> Wiring:
    """The wiring of ``site``; meters that ``meter_period_s`` does not name have a sample each second."""
    rows = _rows(site)
    periods = meter_period_s or {}
    ends = [_ends_a(charger, site) for charger in site.chargers]
    bands = [_band(row.protection) for row in rows]
    return Wiring(
        charger_ids=tuple(charger.id for charger in site.chargers),
        circuit_ids=tuple(row.id for row in rows),
        meter_ids=tuple(row.meter for row in rows),
        below=np.array([[charger.id in row.below for charger in site.chargers] for row in rows]),
        terminals=np.array([_terminals(charger) for charger in site.chargers]),
        wired=np.array([[p in _terminals(charger) for p in range(3)] for charger in site.chargers]),
        grid_phases=np.arange(3) < site.grid.phases,
        voltage_v=site.grid.voltage_v,
        limit_a=np.array([row.limit_a for row in rows]),
        fuse_a=np.array([row.fuse_a for row in rows]),
        limit_kw=np.array([row.limit_kw for row in rows]),
        kw_per_a=np.array([[_kw_per_a(row, charger, site) for charger in site.chargers] for row in rows]),
        imbalance_limit_a=_or_inf(site.grid.imbalance_limit_a),
        base_max_a=np.array([row.base_max_a for row in rows]),
        rating_a=np.array([row.rated_a for row in rows]),
        curves=tuple(row.points for row in rows),
        hold_multiple=np.array([band.hold_multiple for band in bands]),
        trip_k_s=np.array([band.trip_k_s for band in bands]),
        meter_period_s=np.array(
            [np.nan if row.meter is None else periods.get(row.meter, 1.0) for row in rows]
        ),
        min_a=np.array([end[0] for end in ends]),
        max_a=np.array([end[1] for end in ends]),
        step_a=np.array([end[2] for end in ends]),
        failsafe_a=np.array([np.nan if c.failsafe is None else c.failsafe.current_a for c in site.chargers]),
        failsafe_after_s=np.array(
            [np.inf if c.failsafe is None else c.failsafe.after_s for c in site.chargers]
        ),
        any_frame=np.array([charger.driver not in FED_BY_WRITE for charger in site.chargers]),
        driven=np.array([charger.driver != "none" for charger in site.chargers]),
        priority=np.array([_class_of(charger, site) for charger in site.chargers]),
        weight=np.array([_weight_of(charger, site) for charger in site.chargers]),
        ceiling_kw=_ceiling_kw(site),
        netted=site.grid.netting == "sum",
        hidden_a=np.array([_hidden_a(site, row.id) for row in rows]),
    )


def _or_inf(value: float | None) -> float:
    return np.inf if value is None else value


def _rows(site: Site) -> list[_Row]:
    """The grid, its circuits, cabinets, and groups with a limit."""
    circuit_of = {cabinet.id: cabinet.circuit for cabinet in site.cabinets}
    on = {charger.id: _circuit_of(charger, circuit_of) for charger in site.chargers}
    paths = {charger: site.path_to_grid(circuit) for charger, circuit in on.items()}
    parts: list[tuple[str, Grid | Circuit]] = [(GRID, site.grid), *((one.id, one) for one in site.circuits)]
    rows = [
        _circuit_row(part_id, part, site, frozenset(c for c, path in paths.items() if part_id in path))
        for part_id, part in parts
    ]
    for cabinet in site.cabinets:
        fed = frozenset(c.id for c in site.chargers if isinstance(c, DcCharger) and c.cabinet == cabinet.id)
        rows.append(_Row(cabinet.id, fed, limit_kw=cabinet.limit_kw, at_the_car=True))
    limited = [(group, group.limit_a) for group in site.groups if group.limit_a is not None]
    return rows + [
        _Row(group.id, frozenset(group.chargers), limit_a=per_phase_a(limit_a)) for group, limit_a in limited
    ]


def _circuit_of(charger: AnyCharger, circuit_of: Mapping[str, str]) -> str:
    if isinstance(charger, DcCharger) and charger.cabinet is not None:
        return circuit_of[charger.cabinet]
    return charger.circuit


def _circuit_row(row_id: str, part: Grid | Circuit, site: Site, below: frozenset[str]) -> _Row:
    protection = part.protection
    fuses = carried_a(part)
    rated = fuses if protection is None else per_phase_a(protection.rating_a)
    carried = [fuse_a - part.reserve_a for fuse_a in fuses]
    points = protection.points if protection is not None and protection.points else ()
    return _Row(
        row_id,
        below,
        meter=part.meter,
        limit_a=(carried[0], carried[1], carried[2]),
        fuse_a=fuses,
        limit_kw=_or_inf(part.limit_kw),
        base_max_a=_base_max_a(site, row_id),
        protection=protection,
        rated_a=rated,
        points=tuple(sorted((point.current_a, point.time_s) for point in points)),
    )


def _band(protection: Protection | None) -> Band:
    if protection is None or protection.type is None:
        return STRICTEST
    return BANDS.get(protection.type, STRICTEST)


def _base_max_a(site: Site, row_id: str) -> float:
    """Highest base load [A]: as stated, below the grid else the sum of what is stated below; NaN: unknown."""
    if row_id == GRID:
        return np.nan if site.grid.base_load_max_a is None else site.grid.base_load_max_a
    own = next(circuit for circuit in site.circuits if circuit.id == row_id)
    if own.base_load_max_a is not None:
        return own.base_load_max_a
    return sum(_base_max_a(site, child.id) for child in site.circuits if child.parent == row_id)


def _hidden_a(site: Site, row_id: str) -> Floats:
    """How far the home battery can move the currents of a row by itself [A] (3,)."""
    battery, swing_a = site.battery, np.zeros(3)
    if battery is not None and row_id in site.path_to_grid(battery.circuit):
        swing_kw = battery.charge_kw + battery.discharge_kw
        phases = [index_of(phase) for phase in battery.wiring]
        swing_a[phases] = swing_kw / kw_per_a(site.grid.voltage_v, len(phases))
    return swing_a


def _terminals(charger: AnyCharger) -> list[int]:
    phases = [index_of(phase) for phase in charger.wiring]
    return [*phases, *[-1] * (3 - len(phases))]


def _ends_a(charger: AnyCharger, site: Site) -> tuple[float, float, float]:
    """Minimum, maximum and step of what the charger can be told, per phase on its AC side [A]."""
    if isinstance(charger, AcCharger):
        return charger.current_a.min, charger.current_a.max, charger.current_a.step
    side = ac_side(charger, site.grid.voltage_v)
    least_a = np.ceil(side.min_a / side.step_a - 1e-6) * side.step_a
    most_a = np.floor(side.max_a / side.step_a + 1e-6) * side.step_a
    return float(least_a), float(most_a), side.step_a


def _kw_per_a(row: _Row, charger: AnyCharger, site: Site) -> float:
    """Power [kW] that one ampere on one phase counts on a row; 0 where the charger is not below it."""
    if charger.id not in row.below:
        return 0.0
    per_a = kw_per_a(site.grid.voltage_v, 1)
    if isinstance(charger, AcCharger):
        return per_a
    side = ac_side(charger, site.grid.voltage_v)
    at_the_grid = per_a * side.power_factor
    return at_the_grid * side.efficiency if row.at_the_car else at_the_grid


def _class_of(charger: AnyCharger, site: Site) -> int:
    """Its own class where it says one, else its group's."""
    groups = [
        group.priority for group in site.groups if charger.id in group.chargers and group.priority is not None
    ]
    return charger.priority if "priority" in charger.model_fields_set or not groups else max(groups)


def _weight_of(charger: AnyCharger, site: Site) -> float:
    """Its own weight where it says one, else its group's."""
    groups = [
        group.weight for group in site.groups if charger.id in group.chargers and group.weight is not None
    ]
    return charger.weight if "weight" in charger.model_fields_set or not groups else max(groups)


def _ceiling_kw(site: Site) -> float:
    """Grid draw of all controllable devices while the signal is on [kW]; inf without a rule."""
    rule = site.curtailment
    if rule is None:
        return np.inf
    if isinstance(rule, De14aCurtailment):
        return SECTION_14A_KW * (1 + (rule.devices - 1) * (rule.gzf or 0.0))
    return rule.fixed_kw
