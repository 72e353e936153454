"""The verdict on switches, home battery and signal after commissioning, in words."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from domain.site import Site
from domain.site_energy import FlexibleLoad
from service.probing_others import LookedAt


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """One device."""

    kind: str
    """``meter``, ``charger``, ``load``, ``battery`` or ``signal``."""
    id: str
    found: bool
    shows: str
    """What it says, in one line."""
    age_s: float | None
    good: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    """What could not be tested, and how it can be."""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.found and not self.wrong


def others_reports(site: Site, seen: LookedAt, now_s: float) -> Iterator[DeviceReport]:
    """One report for each switch, the battery and the signal."""
    for load in site.flexible_loads:
        if load.id in seen.switches:
            yield _load(load, seen)
    if seen.battery is not None:
        yield _battery(seen, now_s)
    if seen.signal is not None and site.curtailment is not None:
        yield _signal(site.curtailment.ceiling_kw, seen, now_s)


def _load(load: FlexibleLoad, seen: LookedAt) -> DeviceReport:
    reading = seen.switch_readings.get(load.id)
    if reading is None:
        return DeviceReport("load", load.id, False, "nothing", None, wrong=(seen.trouble[load.id],))
    good, wrong, left = ["the broker answers"], [alarm.words for alarm in reading.alarms], list[str]()
    if load.state_topic is None:
        left.append("no state_topic: nobody sees whether it follows")
    elif reading.on is None:
        left.append(f"nothing that counts came on '{load.state_topic}': switch it by hand and probe again")
    else:
        good.append("its state is read back")
    if load.when_lost == "stay":
        left.append("when_lost: stay: it goes on as it is when we are gone")
    shows = {True: "on", False: "off", None: "state not known"}[reading.on]
    return DeviceReport("load", load.id, True, shows, None, tuple(good), tuple(wrong), tuple(left))


def _battery(seen: LookedAt, now_s: float) -> DeviceReport:
    reading = seen.battery_reading
    if reading is None:
        return DeviceReport("battery", "battery", False, "nothing", None, wrong=(seen.trouble["battery"],))
    wrong = ("its state of charge is missing, so it is told nothing but 0 kW",)
    percent = "?" if math.isnan(reading.soc) else f"{reading.soc:.0%}"
    shows = f"{percent} full, {reading.power_kw:+.2f} kW (+ is charging)"
    left = ("compare the sign of its power with its own display",)
    return DeviceReport(
        "battery", "battery", True, shows, now_s - reading.sampled_s,
        wrong=wrong if math.isnan(reading.soc) else (), open=left,
    )  # fmt: skip


def _signal(ceiling_kw: float, seen: LookedAt, now_s: float) -> DeviceReport:
    reading = seen.signal_reading
    held = f"the cars are held under {ceiling_kw:g} kW of grid draw"
    if reading is None:
        wrong = f"{seen.trouble['signal']}; a missing signal counts as on, and {held}"
        return DeviceReport("signal", "curtailment", False, "nothing", None, wrong=(wrong,))
    shows = f"on: {held}" if reading.on else "off: there is no ceiling"
    left = ("have it switched once and look whether this changes",)
    return DeviceReport("signal", "curtailment", True, shows, now_s - reading.sampled_s, open=left)
