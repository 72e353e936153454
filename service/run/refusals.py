"""What `run` and `probe` cannot do with a site in this version: named before anything is spoken to."""

from __future__ import annotations

from collections.abc import Iterator

from domain.errors import NotBuilt, Unbuilt
from domain.site import Site
from executors.battery_table import BATTERIES
from executors.charger_table import CHARGERS
from executors.load_table import LOADS
from executors.meter_table import METERS
from executors.modbus.map_file import built_in_maps

WITHOUT_WIRES = frozenset({"simulated", "none"})


def all_simulated(site: Site) -> bool:
    """Whether no device of the site is on a wire, and one is there to try things out."""
    drivers = {one.driver for one in site.chargers}
    return drivers <= WITHOUT_WIRES and "simulated" in drivers and _meters(site) <= {"simulated"}


def _meters(site: Site) -> set[str]:
    return {one.driver for one in site.meters.values()}


def refuse_without_wires(site: Site) -> None:
    """``NotBuilt`` with every device and load that cannot be spoken to."""
    keys = list(_lacking(site))
    if keys:
        raise NotBuilt(keys)


def _lacking(site: Site) -> Iterator[Unbuilt]:
    yield from _chargers(site)
    for name, meter in site.meters.items():
        if meter.driver not in METERS and meter.driver not in built_in_maps():
            yield Unbuilt(f"meters.{name}.driver", f"no wires to '{meter.driver}' in this version")
    if site.battery is not None and site.battery.control != "none" and site.battery.driver not in BATTERIES:
        why = f"nobody can tell a battery with driver '{site.battery.driver}'; control: none can be run"
        yield Unbuilt("battery.control", why)
    for load in site.flexible_loads:
        if load.driver not in LOADS and load.driver != "none":
            why = (
                "'simulated' beside real devices; try --simulated, or driver: none, which is planned for only"
            )
            yield Unbuilt(f"flexible_loads[{load.id}].driver", why)


def _chargers(site: Site) -> Iterator[Unbuilt]:
    for charger in site.chargers:
        if charger.driver == "simulated":
            yield Unbuilt(
                f"chargers[{charger.id}].driver", "'simulated' beside real devices; try --simulated"
            )
        elif charger.driver not in CHARGERS and charger.driver != "none":
            why = f"no wires to '{charger.driver}' in this version; try --simulated"
            yield Unbuilt(f"chargers[{charger.id}].driver", why)
    if all(charger.driver == "none" for charger in site.chargers):
        yield Unbuilt("chargers", "no charger is on a wire: name a driver, or try --simulated")
