"""A plan as arrays over chargers and slots, to be read by the second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from domain.dc_points import ac_side
from domain.phases import index_of
from domain.plan import Plan
from domain.site_chargers import DcCharger
from domain.site_root import Site
from domain.units import S_PER_H, kw_per_a
from executors.tracking.arrays import Bools, Floats

OLD_AFTER_S: Final = 36 * S_PER_H
"""A plan made longer ago is not followed: its prices and its wishes are of another day."""


@dataclass(frozen=True, slots=True)
class PlanRows:
    """Setpoints of all chargers; C chargers in the order asked for, S slots."""

    made_s: float
    """Seconds since 1970 at which the plan was made."""
    edges_s: Floats
    """Shape (S + 1,): seconds since 1970."""
    current_a: Floats
    """Shape (C, S) [A] per phase; 0 where the plan does not name the charger."""
    phases: Bools
    """Shape (C, S, 3): grid phases in use."""
    power_kw: Floats
    """Shape (C, S): mean of the slot [kW]."""
    from_s: Floats
    to_s: Floats
    """Shape (C, S): the part of the slot in which the plan's current flows: from when its car is there until
    it has the slot's energy; the whole slot where it does not matter [s since 1970]."""
    room_a: Floats
    """Shape (C, S) [A]: what the plan leaves free on the way to the grid, on the phases in use; inf
    where the plan knows no limit."""
    most_kw: Floats
    """Shape (C, S): the most that the plan's other loads leave the charger [kW]; inf without a limit."""
    buy_eur_per_kwh: Floats
    """Shape (S,); NaN where the plan does not tell."""
    surplus_kw: Floats
    """Shape (S,): planned solar less planned load [kW]."""
    request_ids: frozenset[str]
    """The requests that the plan was made for."""
    names: Bools
    """Shape (C,): the plan has setpoints for the charger."""

    @property
    def hours(self) -> Floats:
        """Shape (S,): length of the slots [h]."""
        return np.diff(self.edges_s) / S_PER_H


def plan_rows(plan: Plan, site: Site, charger_ids: Sequence[str]) -> PlanRows:
    """The plan for these chargers, as arrays, without what a car gives back: no charger can be told that."""
    count, slots = len(charger_ids), len(plan.grid)
    edges_s = plan.grid.edges_s.astype(np.float64)
    current_a, power_kw = np.zeros((count, slots)), np.zeros((count, slots))
    phases, room_a = np.zeros((count, slots, 3), dtype=np.bool_), np.full((count, slots), np.inf)
    most_kw = np.full((count, slots), np.inf)
    for row, charger_id in enumerate(charger_ids):
        told = plan.chargers.get(charger_id)
        if told is None:
            continue
        current_a[row], power_kw[row] = np.maximum(told.current_a, 0.0), np.maximum(told.power_kw, 0.0)
        for slot, used in enumerate(told.phases):
            phases[row, slot, list(used)] = True
        free_a = _free_a(plan, site.path_to_grid(circuit_of(site, charger_id)))
        room_a[row] = np.where(phases[row], free_a, np.inf).min(axis=1)
        most_kw[row] = _most_kw(site, charger_id, current_a[row], phases[row], free_a)
    buy = plan.sources.get("buy")
    full_kw = _full_kw(site, charger_ids, current_a, phases)
    from_s, to_s = _flows(
        plan, charger_ids, edges_s, np.divide(power_kw, full_kw, np.zeros_like(full_kw), where=full_kw > 0)
    )
    return PlanRows(
        made_s=plan.made_at.timestamp(),
        edges_s=edges_s,
        current_a=current_a,
        phases=phases,
        power_kw=power_kw,
        from_s=from_s,
        to_s=to_s,
        room_a=room_a,
        most_kw=most_kw,
        buy_eur_per_kwh=np.full(slots, np.nan) if buy is None else np.asarray(buy.values, dtype=np.float64),
        surplus_kw=plan.power.solar_kw - plan.power.load_kw,
        request_ids=frozenset(each.request.id for each in plan.requests),
        names=np.array([charger_id in plan.chargers for charger_id in charger_ids], dtype=np.bool_),
    )


def circuit_of(site: Site, charger_id: str) -> str:
    """Id of the circuit that the charger hangs on; a stall's is its cabinet's."""
    charger = site.charger(charger_id)
    cabinet_id = getattr(charger, "cabinet", None)
    for cabinet in site.cabinets:
        if cabinet.id == cabinet_id:
            return cabinet.circuit
    return charger.circuit


def _free_a(plan: Plan, path: Sequence[str]) -> Floats:
    """Shape (S, 3): free current [A] of each phase, the least over the circuits of ``path``."""
    free_a = np.full((3, len(plan.grid)), np.inf)
    for circuit_id in path:
        circuit = plan.circuits.get(circuit_id)
        if circuit is not None:
            free_a = np.minimum(free_a, np.maximum(circuit.limit_a - circuit.phase_a, 0.0))
    return free_a.T


def _most_kw(site: Site, charger_id: str, current_a: Floats, used: Bools, free_a: Floats) -> Floats:
    """Shape (S,): power [kW] on the phases that the plan ever uses, or on all wired ones, what is more."""
    charger = site.charger(charger_id)
    wired = np.zeros(3, dtype=np.bool_)
    wired[[index_of(phase) for phase in charger.wiring]] = True
    ever = used.any(axis=0)
    own_a = np.where(used, current_a[:, None], 0.0) + free_a
    factor = _power_factor(site, charger_id)
    powers = [
        np.where(lines, own_a, np.inf).min(axis=1) * kw_per_a(site.grid.voltage_v, int(lines.sum())) * factor
        for lines in (wired, ever if ever.any() else wired)
    ]
    most_kw: Floats = np.maximum(*powers)
    return most_kw


def _full_kw(site: Site, charger_ids: Sequence[str], current_a: Floats, phases: Bools) -> Floats:
    """Shape (C, S): power of the planned currents while they flow [kW]."""
    per_a = np.array([_power_factor(site, one) for one in charger_ids]) * kw_per_a(site.grid.voltage_v, 1)
    power_kw: Floats = current_a * phases.sum(axis=2) * per_a[:, np.newaxis]
    return power_kw


def _power_factor(site: Site, charger_id: str) -> float:
    charger = site.charger(charger_id)
    return ac_side(charger, site.grid.voltage_v).power_factor if isinstance(charger, DcCharger) else 1.0


def slot_at(rows: PlanRows, wall_s: float) -> int | None:
    """Index of the slot that holds ``wall_s``; None before the first and after the last."""
    slot = int(np.searchsorted(rows.edges_s, wall_s, side="right")) - 1
    return slot if 0 <= slot < rows.current_a.shape[1] else None


def planned_kwh(rows: PlanRows, begin_s: float, end_s: float) -> Floats:
    """Shape (C,): energy [kWh] that the plan gives between two wall times; negative backwards."""
    low_s, high_s = min(begin_s, end_s), max(begin_s, end_s)
    first = max(int(np.searchsorted(rows.edges_s, low_s, side="right")) - 1, 0)
    last = int(np.searchsorted(rows.edges_s, high_s, side="left"))
    energy_kwh: Floats = _energy_kwh(rows, slice(first, last), low_s, high_s).sum(axis=1)
    return energy_kwh if end_s >= begin_s else -energy_kwh


def block_left_kwh(rows: PlanRows, slot: int, wall_s: float) -> Floats:
    """Shape (C,): energy [kWh] from ``wall_s`` to the end of the run of planned slots that ``slot`` is in."""
    on = rows.current_a[:, slot:] > 0
    ends = np.flatnonzero(~on.any(axis=0))
    last = slot + int(ends[0]) if len(ends) else rows.current_a.shape[1]
    running = np.logical_and.accumulate(on[:, : last - slot], axis=1)
    planned = _energy_kwh(rows, slice(slot, last), wall_s, np.inf)
    energy_kwh: Floats = (planned * running).sum(axis=1)
    return energy_kwh


def planned_until_kwh(rows: PlanRows, wall_s: float, until_s: Floats) -> Floats:
    """Shape (C,): energy [kWh] that the plan gives from ``wall_s`` until each car's own time."""
    everything = slice(0, len(rows.edges_s) - 1)
    energy_kwh: Floats = _energy_kwh(rows, everything, wall_s, until_s[:, np.newaxis]).sum(axis=1)
    return energy_kwh


def _energy_kwh(rows: PlanRows, part: slice, low_s: float, high_s: float | Floats) -> Floats:
    """Shape (C, slots of ``part``): planned energy [kWh] between two wall times."""
    from_s, to_s = rows.from_s[:, part], rows.to_s[:, part]
    covered_s = np.clip(np.minimum(to_s, high_s) - np.maximum(from_s, low_s), 0.0, None)
    slot_h = np.diff(rows.edges_s[part.start : part.stop + 1]) / S_PER_H
    share = covered_s / np.maximum(to_s - from_s, 1.0)
    energy_kwh: Floats = rows.power_kw[:, part] * slot_h * share
    return energy_kwh


def _flows(plan: Plan, charger_ids: Sequence[str], edges_s: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Begin and end of the planned current in every slot, which flows for ``share`` of it, from the coming
    of its car on. In a slot that two cars touch: what their stays cover together.
    """
    starts, ends = np.broadcast_to(edges_s[:-1], share.shape), np.broadcast_to(edges_s[1:], share.shape)
    from_s, to_s = ends.copy(), starts.copy()
    cars = np.zeros(share.shape, dtype=np.int64)
    index = {charger_id: row for row, charger_id in enumerate(charger_ids)}
    for each in plan.requests:
        row = index.get(each.request.charger)
        if row is None:
            continue
        arrival_s, departure_s = each.request.arrival.timestamp(), each.request.departure.timestamp()
        here = (arrival_s < ends[row]) & (departure_s > starts[row])
        begin_s, end_s = np.maximum(starts[row], arrival_s), np.minimum(ends[row], departure_s)
        from_s[row, here] = np.minimum(from_s[row], begin_s)[here]
        to_s[row, here] = np.maximum(to_s[row], end_s)[here]
        cars[row, here] += 1
    nobody = cars == 0
    from_s, to_s = np.where(nobody, starts, from_s), np.where(nobody, ends, to_s)
    done_s = np.minimum(to_s, from_s + share * (ends - starts))
    return from_s, np.where((cars == 1) & (share > 0), done_s, to_s)
