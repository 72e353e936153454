"""How soon a site reacts to an overload, from its lines, its meter and its chargers alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Final

from domain.site import Site
from domain.site_devices import Connection, Meter, SerialLine
from executors.modbus.charx_words import CONTROL, STATUS
from executors.modbus.map_file import built_in_maps
from executors.modbus.register_map import RegisterMap
from executors.modbus.register_meter import plan_blocks
from executors.modbus.teltocharge_words import LIVE
from executors.modbus.timetable import Reaction, Work, reaction
from executors.tick_groups import FROM

Maps = Mapping[str, RegisterMap]
TICK_S: Final = 1.0
PACE_S: Final = 1.0
"""How often meters on HTTP and P1 have something new [s]; utility meters before DSMR 5 take 10 s."""
_POINTS: Final[Mapping[str, Work]] = {
    "charx": Work(reads=(STATUS[1], CONTROL[1]), writes=1),
    "teltocharge": Work(reads=(LIVE[1],), writes=1),
}
_WITHOUT_MODBUS: Final = frozenset({"homewizard_p1", "shelly_3em", "shelly_pro_3em", "dsmr_p1"})


def reaction_of(site: Site, own: Maps | None = None) -> Reaction | None:
    """The reaction time of a site; none where its grid has no meter or no charger on known wires.

    ``own`` are the register maps of its meters that have one of their owner's own, by the meter's name.
    """
    meter = None if site.grid.meter is None else site.meters.get(site.grid.meter)
    chargers = [charger for charger in site.chargers if charger.driver in _POINTS]
    works_of = {name: _work_of(one, (own or {}).get(name)) for name, one in site.meters.items()}
    work = None if site.grid.meter is None else works_of.get(site.grid.meter)
    if meter is None or work is None or not chargers:
        return None
    points: dict[Hashable, list[Work]] = defaultdict(list)
    lines: dict[Hashable, SerialLine | None] = {}
    grouped: dict[Hashable, int] = defaultdict(int)
    for charger in chargers:
        link = _link_of(charger)
        points[link].append(_POINTS[charger.driver])
        grouped[link] += charger.in_load_circuit
        lines[link] = charger.serial
    others = [
        (_link_of(other), works_of[name]) for name, other in site.meters.items() if name != site.grid.meter
    ]
    for link, works in points.items():
        if grouped[link] == len(works) >= FROM:
            works[:] = _in_one_frame(works)
        works.extend(work for place, work in others if place == link and work is not None)
    links = [(lines[link], tuple(works), link == _link_of(meter)) for link, works in points.items()]
    return reaction(TICK_S, (meter.serial, work, PACE_S), links)


def _in_one_frame(works: list[Work]) -> list[Work]:
    """The work of points that one frame cuts together."""
    return [replace(work, writes=int(place == 0)) for place, work in enumerate(works)]


def _link_of(device: Connection) -> Hashable:
    return device.serial.device if device.serial is not None else (device.host, device.port)


def _work_of(meter: Meter, own: RegisterMap | None) -> Work | None:
    """What a meter asks of its line in every cycle; none where it is not known."""
    if meter.driver in _WITHOUT_MODBUS:
        return Work(reads=(1,)) if meter.serial is None else Work()
    layout = own or built_in_maps().get(meter.driver)
    if layout is None:
        return None
    live, _ = plan_blocks(layout, distinct=meter.serial is not None)
    return Work.of(live, layout.pause_s)
