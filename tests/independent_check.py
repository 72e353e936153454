"""Every limit of a site checked on a finished plan, in plain loops and without any of the planner's code.

It reads the site as the owner wrote it, the series, and what plan.json tells the chargers to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from domain.inputs import PlanInputs
from domain.plan import Plan
from domain.site import Site
from domain.site_chargers import AcCharger, DcCharger
from tests.independent_battery import by_itself_a
from tests.independent_pools import STEP_A, apparent_less_real_kw, hangs_on, pool_faults
from tests.random_giving import giving_faults, giving_wear_eur
from tests.random_tapers import taper_faults
from tests.random_targets import target_faults

EPS = 1e-6
NAMES = ("L1", "L2", "L3")


def faults(site: Site, inputs: PlanInputs, plan: Plan) -> list[str]:
    """Everything that is wrong with a plan, in words; empty when it may be carried out."""
    return [
        *_setpoints(site, plan),
        *pool_faults(site, plan),
        *target_faults(site, plan),
        *taper_faults(site, plan),
        *giving_faults(site, plan),
        *_presence(site, plan),
        *_wires(site, inputs, plan),
        *_meter(site, inputs, plan),
        *_energies(site, plan),
        *_devices(site, inputs, plan),
        *_money(site, inputs, plan),
    ]


def _setpoints(site: Site, plan: Plan) -> Iterator[str]:
    for charger in site.chargers:
        if not isinstance(charger, AcCharger):
            continue
        told, own = plan.chargers[charger.id], charger.current_a
        for t, current in enumerate(told.current_a):
            phases = [NAMES[p] for p in told.phases[t]]
            if (current == 0) != (not phases):
                yield f"{charger.id} slot {t}: {current} A on phases {phases}"
            if current <= 0:
                continue
            steps = (current - own.min) / own.step
            if current < own.min - EPS or current > own.max + EPS or abs(steps - round(steps)) > 1e-4:
                yield f"{charger.id} slot {t}: cannot be told {current} A"
            if not set(phases) <= set(charger.wiring):
                yield f"{charger.id} slot {t}: is not wired to {phases}"


def _presence(site: Site, plan: Plan) -> Iterator[str]:
    """Chargers draw only while some car is there, on phases and with currents that it has."""
    points = {charger.id for charger in site.chargers if isinstance(charger, DcCharger)}
    for name, told in plan.chargers.items():
        cars = [r.request for r in plan.requests if r.request.charger == name]
        for t, current in enumerate(told.current_a):
            if current <= 0:
                continue
            there = [
                car for car in cars if car.arrival < plan.grid.ends[t] and car.departure > plan.grid.starts[t]
            ]
            fits = [
                car for car in there
                if (car.min_current_a or 0) <= current + EPS
                and current <= (car.max_current_a or 1e9) + EPS
                and (name in points or len(told.phases[t]) <= (car.phases or 3))
            ]  # fmt: skip
            if not fits:
                yield f"{name} slot {t}: {current} A on {told.phases[t]} suits none of {there}"


def _below(site: Site, circuit: str) -> set[str]:
    """A circuit and all circuits below it."""
    found = {circuit}
    while True:
        more = {c.id for c in site.circuits if c.parent in found} - found
        if not more:
            return found
        found |= more


def _stated_base(site: Site, circuit: str) -> float:
    own = next(c for c in site.circuits if c.id == circuit)
    if own.base_load_max_a is not None:
        return float(own.base_load_max_a)
    return sum(_stated_base(site, c.id) for c in site.circuits if c.parent == circuit)


def _wires(site: Site, inputs: PlanInputs, plan: Plan) -> Iterator[str]:
    volts = site.grid.voltage_v
    solar_kw = {array.id: inputs.solar_kw[array.id].values for array in site.solar}
    for circuit in (site.grid, *site.circuits):
        name = getattr(circuit, "id", "grid")
        inside = _below(site, name)
        for t in range(len(plan.grid)):
            total_sun = sum(kw[t] for kw in solar_kw.values())
            kept = 1 - plan.power.curtailed_kw[t] / total_sun if total_sun > 0 else 1.0
            forced = 1.0
            if site.grid.export_limit_kw is not None and total_sun > 0:
                load = sum(series.values[t] for series in inputs.load_kw)
                cut = max(0.0, total_sun - load - site.grid.export_limit_kw)
                forced = 1 - min(cut, total_sun) / total_sun
            alone, with_cars, leant, base_a = ([0.0] * 3 for _ in range(4))
            for p in range(3):
                base = (
                    inputs.load_kw[p].values[t] * 1000 / volts if name == "grid" else _stated_base(site, name)
                )
                sun = sum(
                    solar_kw[a.id][t] * 1000 / volts / len(a.wiring)
                    for a in site.solar
                    if a.circuit in inside and NAMES[p] in a.wiring
                )
                cars = sum(
                    plan.chargers[c.id].current_a[t]
                    for c in site.chargers
                    if hangs_on(site, c) in inside and p in plan.chargers[c.id].phases[t]
                )
                flexible = sum(
                    plan.power.flexible_kw.get(f.id, np.zeros(len(plan.grid)))[t]
                    * 1000
                    / volts
                    / len(f.wiring)
                    for f in site.flexible_loads
                    if f.circuit in inside and NAMES[p] in f.wiring
                )
                home = site.battery
                stored = leaning = 0.0
                if home is not None and home.circuit in inside and NAMES[p] in home.wiring:
                    per_kw = 1000 / volts / len(home.wiring)
                    stored = plan.power.battery_kw[t] * per_kw
                    leaning = stored if home.control == "full" else max(stored, 0.0)
                alone[p] = base - sun * forced
                with_cars[p] = base - sun * kept + cars + flexible + stored
                leant[p] = base - sun * kept + cars + flexible + leaning
                base_a[p] = base
            by_itself = by_itself_a(site, inputs, inside, base_a, t)
            yield from _circuit_slot(site, circuit, name, t, (alone, with_cars, leant), by_itself, plan)


def _circuit_slot(
    site: Site,
    circuit: object,
    name: str,
    t: int,
    flows: tuple[list[float], ...],
    by_itself: list[list[float]],
    plan: Plan,
) -> Iterator[str]:
    """Limits hold, or what flows without charging; a battery that acts by itself relieves nothing."""
    alone, now, leant = flows
    anyway = [alone, *by_itself]
    for p in range(3):
        if abs(now[p] - plan.circuits[name].phase_a[p, t]) > 1e-4:
            yield f"{name} {NAMES[p]} slot {t}: says {plan.circuits[name].phase_a[p, t]} A, is {now[p]} A"
        most = _carried_a(circuit, p)
        if leant[p] > max(most, *(flow[p] for flow in anyway)) + EPS:
            yield f"{name} {NAMES[p]} slot {t}: {leant[p]:.3f} A of {most}"
        if -leant[p] > max(most, *(-flow[p] for flow in anyway)) + EPS:
            yield f"{name} {NAMES[p]} slot {t}: feeds {-leant[p]:.3f} A of {most}"
    apart = site.grid.imbalance_limit_a if name == "grid" else None
    if apart is not None and max(now) - min(now) > max(apart, *(max(x) - min(x) for x in anyway)) + EPS:
        yield f"slot {t}: phases {max(now) - min(now):.3f} A apart, {apart} allowed"
    limit_kw = getattr(circuit, "limit_kw", None)
    if limit_kw is not None:
        yield from _power(site, name, t, limit_kw, anyway, leant, plan)


def _carried_a(circuit: object, p: int) -> float:
    """What may flow for hours on a phase: the limit, or a North American main's share of its rating."""
    limit = getattr(circuit, "limit_a", None)
    most = float("inf") if limit is None else limit[p] if isinstance(limit, tuple) else limit
    fuse = getattr(circuit, "protection", None)
    if fuse is not None and (fuse.continuous is not None or fuse.type == "ul"):
        rating = fuse.rating_a[p] if isinstance(fuse.rating_a, tuple) else fuse.rating_a
        most = min(most, rating * (fuse.continuous if fuse.continuous is not None else 0.8))
    return float(most - getattr(circuit, "reserve_a", 0.0))


def _power(
    site: Site, name: str, t: int, limit_kw: float, anyway: list[list[float]], leant: list[float], plan: Plan
) -> Iterator[str]:
    kw = site.grid.voltage_v / 1000
    most_kw = max(limit_kw, *(sum(flow) * kw for flow in anyway))
    taken_kw = sum(leant) * kw - apparent_less_real_kw(site, plan, _below(site, name), t)
    if taken_kw > most_kw + EPS:
        yield f"{name} slot {t}: {taken_kw:.3f} kW of {limit_kw}"


def _devices(site: Site, inputs: PlanInputs, plan: Plan) -> Iterator[str]:
    """The battery is what its control lets it be, and its content possible."""
    home, power = site.battery, plan.power
    if home is None:
        return
    soc = (
        home.soc.min
        if inputs.battery_soc is None
        else min(max(inputs.battery_soc, home.soc.min), home.soc.max)
    )
    content = soc * home.capacity_kwh
    for t, hours in enumerate(plan.grid.hours):
        flowing = float(power.battery_kw[t])
        if flowing > home.charge_kw + EPS or -flowing > home.discharge_kw + EPS:
            yield f"slot {t}: battery {flowing} kW"
        room_kw = (home.soc.max * home.capacity_kwh - content) / home.efficiency / hours
        left_kw = (content - home.soc.min * home.capacity_kwh) * home.efficiency / hours
        content += hours * (flowing * home.efficiency if flowing > 0 else flowing / home.efficiency)
        if not home.soc.min * home.capacity_kwh - EPS <= content <= home.soc.max * home.capacity_kwh + EPS:
            yield f"slot {t}: battery holds {content} kWh"
        if home.control == "full":
            continue
        cars = sum(charger.power_kw[t] for charger in plan.chargers.values())
        taken = (
            sum(s.values[t] for s in inputs.load_kw) + cars + sum(kw[t] for kw in power.flexible_kw.values())
        )
        left = sum(s.values[t] for s in inputs.solar_kw.values()) - taken
        by_itself = (
            min(left, home.charge_kw, room_kw) if left > 0 else -min(-left, home.discharge_kw, left_kw)
        )
        held = home.control == "hold" and left < 0 and flowing == 0
        if abs(flowing - by_itself) > 1e-5 and not held:
            yield f"slot {t}: battery {flowing} kW, by itself {by_itself} kW"


def _meter(site: Site, inputs: PlanInputs, plan: Plan) -> Iterator[str]:
    power = plan.power
    for t in range(len(plan.grid)):
        cars = sum(charger.power_kw[t] for charger in plan.chargers.values())
        load = sum(series.values[t] for series in inputs.load_kw)
        sun = sum(series.values[t] for series in inputs.solar_kw.values())
        flexible = sum(kw[t] for kw in power.flexible_kw.values())
        taken = load + cars + flexible + power.battery_kw[t] - power.solar_kw[t]
        if abs(power.import_kw[t] - power.export_kw[t] - taken) > EPS:
            yield f"slot {t}: the meter does not balance"
        yield from _registers(site, inputs, plan, t)
        if abs(power.solar_kw[t] + power.curtailed_kw[t] - sun) > EPS:
            yield f"slot {t}: solar does not add up"
        limit = site.grid.export_limit_kw
        out = max(0.0, power.export_kw[t] - power.import_kw[t])
        if limit is not None and out > limit + EPS:
            yield f"slot {t}: exports {out} kW of {limit}"
        if power.curtailed_kw[t] > EPS and (limit is None or out < limit - EPS):
            yield f"slot {t}: cuts off solar without need"


def _registers(site: Site, inputs: PlanInputs, plan: Plan, t: int) -> Iterator[str]:
    """A meter buys or sells: at each moment, or on each phase where it counts them by themselves."""
    power = plan.power
    if site.grid.netting == "sum":
        if power.import_kw[t] > EPS and power.export_kw[t] > EPS:
            yield f"slot {t}: buys and sells"
        return
    come = sum(max(0.0, kw) for kw in _phases_kw(site, inputs, plan, t))
    if abs(come - power.import_kw[t]) > 1e-5:
        yield f"slot {t}: counts {power.import_kw[t]} kW in, {come} come in on the phases"


def _phases_kw(site: Site, inputs: PlanInputs, plan: Plan, t: int) -> list[float]:
    """Power that comes in on each phase of the grid [kW]."""
    total_sun = sum(float(one.values[t]) for one in inputs.solar_kw.values())
    kept = float(plan.power.solar_kw[t]) / total_sun if total_sun > 0 else 1.0
    parts: list[tuple[tuple[str, ...], float]] = [
        ((name,), float(inputs.load_kw[p].values[t])) for p, name in enumerate(NAMES)
    ]
    parts += [(a.wiring, -kept * float(inputs.solar_kw[a.id].values[t])) for a in site.solar]
    parts += [(tuple(NAMES[p] for p in c.phases[t]), float(c.power_kw[t])) for c in plan.chargers.values()]
    parts += [(load.wiring, float(plan.power.flexible_kw[load.id][t])) for load in site.flexible_loads]
    if site.battery is not None:
        parts.append((site.battery.wiring, float(plan.power.battery_kw[t])))
    return [sum(kw / len(on) for on, kw in parts if name in on) for name in NAMES]


def _energies(site: Site, plan: Plan) -> Iterator[str]:
    slot_h = plan.grid.slot_min / 60
    for charger in site.chargers:
        mine = [r for r in plan.requests if r.request.charger == charger.id]
        flowed = float(sum(plan.chargers[charger.id].power_kw * plan.grid.hours))
        if abs(flowed - sum(r.delivered_kwh for r in mine)) > 1e-6:
            yield f"{charger.id}: delivers {flowed} kWh, claims {[r.delivered_kwh for r in mine]}"
        step_a = charger.current_a.step if isinstance(charger, AcCharger) else STEP_A
        step_kwh = step_a * len(charger.wiring) * site.grid.voltage_v / 1000 * slot_h
        for r in mine:
            if r.delivered_kwh + r.shortfall_kwh < r.energy_kwh - step_kwh / 2 - EPS:
                yield f"{r.request.id}: misses energy and does not say so"
            if r.shortfall_kwh > 0 and r.binding is None:
                yield f"{r.request.id}: does not say what binds"


def _month_peaks_kw(site: Site, inputs: PlanInputs, plan: Plan) -> dict[str, float]:
    """Highest mean import of the clock windows of every local month, minute by minute [kW]."""
    assert site.tariff.peak is not None
    grid, length = plan.grid, site.tariff.peak.window_min
    zone = ZoneInfo(grid.time_zone)
    net = [
        sum(float(one.values[t]) for one in inputs.load_kw)
        - sum(float(one.values[t]) for one in inputs.solar_kw.values())
        for t in (0, -1)
    ]
    alone = [max(0.0, kw) for kw in net]
    means: dict[tuple[str, datetime, int], list[float]] = {}
    begin = grid.start.astimezone(zone).replace(second=0)
    minute = grid.start - timedelta(minutes=begin.minute % length)
    while minute < grid.end or minute.astimezone(zone).minute % length:
        local = minute.astimezone(zone)
        key = (f"{local:%Y-%m}", local.replace(minute=0, fold=local.fold), local.minute // length)
        if minute < grid.start:
            kw = alone[0]
        elif minute >= grid.end:
            kw = alone[1]
        else:
            kw = next(
                plan.power.import_kw[t] for t in range(len(grid)) if grid.starts[t] <= minute < grid.ends[t]
            )
        means.setdefault(key, []).append(kw)
        minute += timedelta(minutes=1)
    found: dict[str, float] = {}
    for (month, _, _), kws in means.items():
        found[month] = max(found.get(month, 0.0), sum(kws) / len(kws))
    return found


def _peak_eur(site: Site, inputs: PlanInputs, plan: Plan) -> float:
    peak = site.tariff.peak
    if peak is None:
        return 0.0
    money = 0.0
    for month, kw in _month_peaks_kw(site, inputs, plan).items():
        so_far = peak.so_far.kw if peak.so_far is not None and peak.so_far.month == month else 0.0
        money += peak.eur_per_kw_month * max(0.0, kw - max(peak.floor_kw, so_far))
    return money


def _money(site: Site, inputs: PlanInputs, plan: Plan) -> Iterator[str]:
    bought = float(sum(plan.power.import_kw * inputs.buy.values * plan.grid.hours))
    sold = float(sum(plan.power.export_kw * inputs.sell.values * plan.grid.hours))
    wear = giving_wear_eur(site, plan)
    if site.battery is not None:
        drained = float(sum(np.maximum(-plan.power.battery_kw, 0.0) * plan.grid.hours))
        wear += drained * site.battery.wear_eur_per_kwh
    peak = _peak_eur(site, inputs, plan)
    if abs(peak - plan.cost.peak_eur) > 1e-6:
        yield f"the peak costs {peak}, claims {plan.cost.peak_eur}"
    if abs(bought - sold + wear + peak - plan.cost.total_eur) > 1e-6:
        yield f"costs {bought - sold + wear + peak}, claims {plan.cost.total_eur}"
    if plan.proof.bound_eur > plan.proof.cost_eur + 1e-6:
        yield "the bound is above the cost"
