"""What the map of a meter lacks for the fuse that it watches, in words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from domain.errors import InputError
from domain.site import Site
from domain.site_devices import Meter
from executors.modbus.map_file import built_in_maps, parse_map
from executors.modbus.register_map import RegisterMap


def current_warnings(site: Site, folder: Path | None) -> Iterator[str]:
    """Meters of circuits that give no currents, and a meter of the grid that gives too few.

    Maps of the owner's own are looked for from ``folder`` on; one that cannot be read is told elsewhere.
    """
    places = [("grid", site.grid.meter, site.grid.phases)]
    places += [(circuit.id, circuit.meter, 1) for circuit in site.circuits]
    for circuit, name, least in places:
        layout = None if name is None else _layout(site.meters.get(name), folder)
        if layout is None:
            continue
        given = [key for key in ("current_l1", "current_l2", "current_l3") if key in layout.registers]
        if len(given) < least:
            found = "no currents" if not given else f"{', '.join(given)} only"
            where = "circuit" if not given else "the other phases of circuit"
            yield (
                f"meters.{name}: gives {found}, so that nobody sees what flows on {where} '{circuit}': `run` "
                "treats that as a lost meter, chargers on it go to their failsafe and stop after 15 min"
            )


def own_maps(site: Site, folder: Path | None) -> dict[str, RegisterMap]:
    """The register maps of meters that have one of the owner's own, as far as they can be read."""
    found = {
        name: _layout(meter, folder) for name, meter in site.meters.items() if meter.map_file is not None
    }
    return {name: layout for name, layout in found.items() if layout is not None}


def _layout(meter: Meter | None, folder: Path | None) -> RegisterMap | None:
    if meter is None or meter.map_file is None:
        return None if meter is None else built_in_maps().get(meter.driver)
    if folder is None:
        return None
    try:
        return parse_map((folder / meter.map_file).read_text(encoding="utf-8"), meter.map_file)
    except (OSError, ValueError, InputError):
        return None
