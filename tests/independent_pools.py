"""DC points, cabinets and groups with a limit checked on a finished plan, without the planner's code."""

from __future__ import annotations

from collections.abc import Iterator

from domain.plan import Plan
from domain.site import Site
from domain.site_chargers import AcCharger, DcCharger

EPS = 1e-6
STEP_A = 0.1


def lossy(charger: DcCharger) -> tuple[float, float]:
    """Efficiency and power factor; the lower ends where they are not said."""
    return charger.efficiency or 0.9, charger.power_factor or 0.95


def hangs_on(site: Site, charger: AcCharger | DcCharger) -> str:
    """The circuit of a charger: that of its cabinet where it has one."""
    if isinstance(charger, DcCharger) and charger.cabinet:
        return next(cabinet.circuit for cabinet in site.cabinets if cabinet.id == charger.cabinet)
    return charger.circuit


def apparent_less_real_kw(site: Site, plan: Plan, inside: set[str], t: int) -> float:
    """What current times voltage says more than the power that DC points take [kW]."""
    more = 0.0
    for charger in site.chargers:
        if isinstance(charger, DcCharger) and hangs_on(site, charger) in inside:
            kva = plan.chargers[charger.id].current_a[t] * len(charger.wiring) * site.grid.voltage_v / 1000
            more += kva * (1 - lossy(charger)[1])
    return more


def pool_faults(site: Site, plan: Plan) -> Iterator[str]:
    """What is wrong with DC points, cabinets and groups."""
    for charger in site.chargers:
        if isinstance(charger, DcCharger):
            yield from _point(site, plan, charger)
    for t in range(len(plan.grid)):
        yield from _cabinets(site, plan, t)
        for group in site.groups:
            for p in range(3) if group.limit_a is not None else ():
                told = [plan.chargers[name] for name in group.chargers]
                flowing = sum(one.current_a[t] for one in told if p in one.phases[t])
                if flowing > (group.limit_a or 0.0) + EPS:
                    yield f"group {group.id} slot {t}: {flowing:.3f} A of {group.limit_a}"


def _cabinets(site: Site, plan: Plan, t: int) -> Iterator[str]:
    for cabinet in site.cabinets:
        given = 0.0
        for charger in site.chargers:
            if isinstance(charger, DcCharger) and charger.cabinet == cabinet.id:
                efficiency, factor = lossy(charger)
                current = plan.chargers[charger.id].current_a[t]
                given += current * len(charger.wiring) * site.grid.voltage_v / 1000 * factor * efficiency
        if given > cabinet.limit_kw + EPS:
            yield f"cabinet {cabinet.id} slot {t}: {given:.3f} kW of {cabinet.limit_kw}"


def _point(site: Site, plan: Plan, charger: DcCharger) -> Iterator[str]:
    """Told powers lie in the point's range at the car, on all its phases, mean power fits the current."""
    told, (efficiency, factor) = plan.chargers[charger.id], lossy(charger)
    for t, current in enumerate(told.current_a):
        if current == 0:
            if told.phases[t] or told.power_kw[t] != 0:
                yield f"{charger.id} slot {t}: off, but on {told.phases[t]} with {told.power_kw[t]} kW"
            continue
        if current < 0:
            continue
        full_kw = current * len(charger.wiring) * site.grid.voltage_v / 1000 * factor
        low, high = charger.power_kw.min, charger.power_kw.max
        if not low - EPS <= full_kw * efficiency <= high + EPS:
            yield f"{charger.id} slot {t}: {full_kw * efficiency:.3f} kW at the car, not {low} to {high}"
        if sorted(told.phases[t]) != sorted(int(phase[1]) - 1 for phase in charger.wiring):
            yield f"{charger.id} slot {t}: on {told.phases[t]}"
        if not -EPS <= told.power_kw[t] <= full_kw + EPS:
            yield f"{charger.id} slot {t}: {told.power_kw[t]} kW at {current} A"
