"""Checks of chargers against their wires: phases, smallest current, driver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.dc_points import ac_side
from domain.drivers import BATTERY_DRIVERS, CHARGER_DRIVERS, LOAD_DRIVERS, METER_DRIVERS, Ability
from domain.phases import Phase, index_of
from domain.site_chargers import AcCharger, DcCharger
from domain.site_checks_tree import chain, nodes
from domain.site_grid import Circuit, Grid
from domain.site_known import Known, SiteFault, choices
from domain.site_model import per_phase_a
from domain.site_root import Site
from domain.units import kw_from_a
from domain.yaml_text import KeyPath

_ROUNDING = 1e-9
_GRID: tuple[KeyPath, ...] = (("grid", "phases"), ("grid", "voltage_v"))
"""What turns current into power."""


def wiring_is_on_the_grid(site: Site, _: Known) -> Iterator[SiteFault]:
    """Wiring names phases that the grid has, each once."""
    for path, wiring in _wirings(site):
        lacking = [phase for phase in wiring if phase not in site.grid.phase_names]
        if lacking:
            allowed = f"the grid has {', '.join(site.grid.phase_names)}"
            place = (*path, "wiring")
            yield SiteFault(place, f"phase {lacking[0]}", allowed, (place, ("grid", "phases")))
        elif len(set(wiring)) < len(wiring):
            found = f"[{', '.join(wiring)}]"
            yield SiteFault((*path, "wiring"), found, "each terminal is on a phase of its own")


def _wirings(site: Site) -> Iterator[tuple[KeyPath, Sequence[Phase]]]:
    for key in ("chargers", "solar", "flexible_loads"):
        for i, part in enumerate(getattr(site, key)):
            yield (key, i), part.wiring
    if site.battery is not None:
        yield ("battery",), site.battery.wiring


def the_minimum_fits(site: Site, _: Known) -> Iterator[SiteFault]:
    """The least that a charger can do fits its circuit and every one above it."""
    limits = {node_id: node for _path, node_id, node in nodes(site)}
    for i, charger in enumerate(site.chargers):
        for circuit_id in chain(site, _circuit_of(site, charger)):
            node = limits.get(circuit_id)
            fault = None if node is None else _too_large(site, charger, circuit_id, node)
            if fault is not None:
                key = "power_kw" if isinstance(charger, DcCharger) else "current_a"
                place = ("chargers", i, key, "min")
                yield SiteFault(place, *fault, (place, ("chargers", i, "wiring"), *_GRID))
                break
        yield from _cabinet_too_small(site, i, charger)


def _circuit_of(site: Site, charger: AcCharger | DcCharger) -> str:
    cabinets = {cabinet.id: cabinet.circuit for cabinet in site.cabinets}
    cabinet = charger.cabinet if isinstance(charger, DcCharger) else None
    return cabinets.get(cabinet or "", charger.circuit)


def _least(site: Site, charger: AcCharger | DcCharger) -> tuple[float, float]:
    """The least current [A] per phase and power [kW] of a charger."""
    if isinstance(charger, DcCharger):
        side = ac_side(charger, site.grid.voltage_v)
        return side.min_a, charger.power_kw.min / side.efficiency
    switching = charger.phase_switching
    alone = switching is not None and switching.mode != "never"
    least_a = charger.current_a.min
    return least_a, kw_from_a(least_a, site.grid.voltage_v, 1 if alone else len(charger.wiring))


def _too_large(
    site: Site, charger: AcCharger | DcCharger, circuit_id: str, node: Grid | Circuit
) -> tuple[str, str] | None:
    """What was found and what is allowed where the charger's least exceeds a circuit."""
    least_a, least_kw = _least(site, charger)
    if node.limit_kw is not None and least_kw > node.limit_kw + _ROUNDING:
        return f"at least {least_kw:.4g} kW", f"circuit '{circuit_id}' allows {node.limit_kw:g} kW"
    if node.limit_a is None:
        return None
    for phase in charger.wiring:
        left_a = per_phase_a(node.limit_a)[index_of(phase)] - node.reserve_a
        if least_a > left_a + _ROUNDING:
            less = f" ({node.reserve_a:g} A reserve taken off)" if node.reserve_a else ""
            return f"at least {least_a:.4g} A", f"circuit '{circuit_id}' allows {left_a:g} A on {phase}{less}"
    return None


def _cabinet_too_small(site: Site, i: int, charger: AcCharger | DcCharger) -> Iterator[SiteFault]:
    for cabinet in site.cabinets:
        if not isinstance(charger, DcCharger) or charger.cabinet != cabinet.id:
            continue
        if charger.power_kw.min > cabinet.limit_kw:
            allowed = f"cabinet '{cabinet.id}' allows {cabinet.limit_kw:g} kW"
            yield SiteFault(
                ("chargers", i, "power_kw", "min"), f"at least {charger.power_kw.min:g} kW", allowed
            )


def the_failsafe_can_be_told(site: Site, _: Known) -> Iterator[SiteFault]:
    """The failsafe current of an AC point is 0, or between its minimum and maximum."""
    for i, charger in enumerate(site.chargers):
        if not isinstance(charger, AcCharger) or charger.failsafe is None:
            continue
        held_a, low_a, high_a = charger.failsafe.current_a, charger.current_a.min, charger.current_a.max
        if held_a != 0 and not low_a <= held_a <= high_a:
            allowed = f"0, or {low_a:g} to {high_a:g} A as in current_a"
            yield SiteFault(("chargers", i, "failsafe", "current_a"), f"{held_a:g} A", allowed)


def drivers_exist(site: Site, _: Known) -> Iterator[SiteFault]:
    """Every driver is one that Chargewright has."""
    named: list[tuple[KeyPath, str, Sequence[str]]] = [
        *((("chargers", i), part.driver, tuple(CHARGER_DRIVERS)) for i, part in enumerate(site.chargers)),
        *((("meters", name), part.driver, tuple(METER_DRIVERS)) for name, part in site.meters.items()),
        *(
            (("flexible_loads", i), part.driver, tuple(LOAD_DRIVERS))
            for i, part in enumerate(site.flexible_loads)
        ),
        *([] if site.battery is None else [(("battery",), site.battery.driver, tuple(BATTERY_DRIVERS))]),
    ]
    for path, driver, drivers in named:
        if driver not in drivers:
            yield SiteFault((*path, "driver"), f"unknown driver '{driver}'", choices(driver, drivers))


def a_driver_takes_back(site: Site, _: Known) -> Iterator[SiteFault]:
    """Energy is taken back from a car only where nothing has to be told to a device: no driver can do it."""
    for i, charger in enumerate(site.chargers):
        if charger.discharges and charger.driver not in {"none", "simulated"}:
            key = "discharge_a" if isinstance(charger, AcCharger) else "discharge_kw"
            found = f"{key} with driver: {charger.driver}, which cannot discharge a car"
            yield SiteFault(("chargers", i, key), found, "planned only: with driver none or simulated")


def what_discharges_is_planned(site: Site, _: Known) -> Iterator[SiteFault]:
    """Where energy is taken back, the rules of the charger are those that a plan knows how to keep."""
    limited = {name for group in site.groups if group.limit_a is not None for name in group.chargers}
    for i, charger in enumerate(site.chargers):
        if not charger.discharges:
            continue
        ways = _of_dc(charger) if isinstance(charger, DcCharger) else _of_ac(charger)
        if charger.id in limited:
            ways.append("a group with limit_a")
        key = "discharge_a" if isinstance(charger, AcCharger) else "discharge_kw"
        for way in ways:
            yield SiteFault(("chargers", i, key), f"{key} and {way}", "not planned together: leave one out")


def _of_ac(charger: AcCharger) -> list[str]:
    """What binds the slots of an AC charger together."""
    switching = charger.phase_switching
    counted = switching is not None and (
        switching.mode == "oneway" or switching.max_per_session is not None or switching.hold_s is not None
    )
    return [
        *(["phase_switching that is counted"] if counted else []),
        *(["min_run_s"] if charger.min_run_s else []),
        *(["min_pause_s"] if charger.min_pause_s else []),
    ]


def _of_dc(charger: DcCharger) -> list[str]:
    """What a stall shares, and how its currents and powers differ."""
    return [
        *(["a cabinet"] if charger.cabinet is not None else []),
        *(["a power_factor that is not 1"] if charger.power_factor != 1 else []),
    ]


def phases_can_be_switched(site: Site, _: Known) -> Iterator[SiteFault]:
    """Phase switching is asked only of drivers that can do it, and of points with several terminals."""
    able = [name for name, driver in CHARGER_DRIVERS.items() if driver.switches_phases]
    for i, charger in enumerate(site.chargers):
        switching = charger.phase_switching if isinstance(charger, AcCharger) else None
        if switching is None or switching.mode == "never" or charger.driver not in CHARGER_DRIVERS:
            continue
        path = ("chargers", i, "phase_switching", "mode")
        if charger.driver not in able:
            found = f"{switching.mode} with driver: {charger.driver}, which cannot switch phases"
            yield SiteFault(path, found, f"never, or a driver that can: {', '.join(able)}")
        elif len(charger.wiring) == 1:
            yield SiteFault(path, f"{switching.mode} with one wired terminal", "never is allowed")


def groups_can_be_limited(site: Site, _: Known) -> Iterator[SiteFault]:
    """Only chargers whose driver can do it are limited in one frame."""
    able = [name for name, driver in CHARGER_DRIVERS.items() if Ability.GROUP_LIMIT in driver.abilities]
    for i, charger in enumerate(site.chargers):
        if charger.in_load_circuit and charger.driver in CHARGER_DRIVERS and charger.driver not in able:
            found = f"true with driver: {charger.driver}, which has no load circuit"
            allowed = f"false, or a driver that has one: {', '.join(able)}"
            yield SiteFault(("chargers", i, "in_load_circuit"), found, allowed)
