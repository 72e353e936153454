"""Every fault of the virtual site against the real control: ``python -m benchmarks.reliability [FILE]``.

A car charges at 16 A beside a quiet house. The fault lasts from 600 s to 900 s; at 720 s the house takes
12 A more on L1. Written to FILE as a table where one is named.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from domain.site import parse_site
from executors.control.wiring import wiring_of
from executors.deciding import deciding_of
from forecasting.gather import Files, gather
from scheduler.planner import plan_site
from simulation.closed_loop import ClosedLoop
from simulation.outcome import outcome_of
from simulation.plant.fault import FaultKind, PlantFault
from simulation.plant.profile import by_second
from simulation.ran import Scene

FROM_S, UNTIL_S, STEP_S, END_S = 600, 900, 720, 1500
BACK_A: Final = 10.9
"""12 A are left; a rise keeps a margin, and the charger takes whole amperes [A]."""
FLICKER_KW: Final = 0.02
"""How much a quiet house moves from second to second (one sigma)."""
_AT: Final = datetime.fromisoformat("2026-11-16T18:00:00+01:00")
_SITE: Final = """
name: Reliability
location: {time_zone: Europe/Brussels}
grid: {limit_a: 25, base_load_max_a: 15, meter: p1, protection: {type: mcb, rating_a: 25}}
meters: {p1: {driver: METER}}
chargers:
  - {id: box, driver: simulated, current_a: {min: 6, max: 16}, failsafe: {current_a: 6, after_s: 30}}
vehicles: [{id: car, battery_kwh: 80, max_current_a: 16}]
departures: [{charger: box, vehicle: car, arrive: "17:50", depart: "19:00", energy_kwh: 11}]
load: {source: fixed, kw: 0.69}
tariff: {buy: {source: fixed, eur_per_kwh: 0.25}, sell: {source: fixed, eur_per_kwh: 0.05}}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What one fault came to."""

    fault: str
    most_told_a: float
    """Highest told while the fault lasted."""
    least_drawn_a: float
    """Lowest drawn in that time."""
    caused_s: int
    longest_s: int
    heat: float
    back_s: int | None
    """From the fault's end to the first second at what the house leaves (11 A); none: not yet."""


def ran(name: str, *faults: PlantFault, meter: str = "simulated") -> Row:
    """One run."""
    site = parse_site(
        _SITE.replace("METER", meter + (", host: p1.lan" if meter != "simulated" else "")), "site"
    )
    inputs = gather(site, _AT, Files())
    ticks = iter(range(10**9))
    plan = plan_site(site, inputs, made_at=_AT, clock=lambda: float(next(ticks)) * 1e-3)
    wiring = wiring_of(site)
    scene = Scene.as_planned(site, inputs)
    flicker_kw = np.random.default_rng(1).normal(0.0, FLICKER_KW, (3, END_S))
    base_kw = 0.23 + flicker_kw
    base_kw[0, STEP_S:] += 12 * 0.23
    load_kw = (by_second(base_kw[0]), by_second(base_kw[1]), by_second(base_kw[2]))
    scene = replace(scene, house=replace(scene.house, load_kw=load_kw), faults=faults)
    control = deciding_of(site, wiring, plan, inputs.requests, now=_AT)
    loop = ClosedLoop(site, inputs, plan, scene, wiring, control)
    told, drawn = [], []
    for _ in loop.run(END_S, every_s=1):
        told.append(float(loop.plant.chargers.told_a[0]))
        drawn.append(float(loop.plant.cars.draw_a[0]))
    outcome = outcome_of(loop)
    back = next((second - UNTIL_S for second in range(UNTIL_S, END_S) if drawn[second] >= BACK_A), None)
    caused = [limit for limit in outcome.limits if limit.caused_s]
    return Row(
        name,
        max(told[FROM_S:UNTIL_S]),
        min(drawn[FROM_S:UNTIL_S]),
        sum(limit.caused_s for limit in caused),
        max((limit.longest_caused_s for limit in caused), default=0),
        outcome.most_heat,
        back,
    )


def rows() -> list[Row]:
    """Every fault, once each; a frozen and a delayed meter with time stamps and without."""
    table = [ran("none")]
    for kind in FaultKind:
        device = "p1" if kind.startswith("meter") else "box" if kind.startswith("charger") else ""
        until_s = FROM_S + 1 if kind is FaultKind.CHARGER_REBOOT else UNTIL_S
        table.append(ran(kind.value, PlantFault(kind, FROM_S, until_s, device)))
    table.append(ran("clock_step back", PlantFault(FaultKind.CLOCK_STEP, FROM_S, UNTIL_S, amount=-3600)))
    stamped = (FaultKind.METER_FROZEN, FaultKind.METER_DELAYED)
    table += [
        ran(f"{kind.value}, stamped", PlantFault(kind, FROM_S, UNTIL_S, "p1"), meter="homewizard_p1")
        for kind in stamped
    ]
    return table


def text_of(table: list[Row]) -> str:
    """The table for people."""
    lines = [
        "| fault | most told in it [A] | least drawn in it [A] | excess caused [s] | at a time [s] "
        "| heat | back after [s] |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in table:
        back = "-" if row.back_s is None else str(row.back_s)
        numbers = (
            f"{row.most_told_a:g} | {row.least_drawn_a:g} | {row.caused_s} | {row.longest_s} | {row.heat:.0%}"
        )
        lines.append(f"| {row.fault.replace('_', ' ')} | {numbers} | {back} |")
    return "\n".join(lines) + "\n"


_HEAD: Final = """# Reliability

Made by `python -m benchmarks.reliability docs/reliability.md`: every fault of the virtual site against the
real control, deciding every second. A car charges at 16 A on three phases beside a house that takes 1 A and
flickers by 0.1 A, on a 25 A breaker. The fault lasts from second 600 to 900; at second 720 the house takes
12 A more on L1, so that 12 A are left for the car. A car that was only cut keeps them; one that rises again
stops at 11 A, for a rise leaves a margin of half an ampere and the charger takes whole ones.

- *Excess caused*: time in which charging adds to a current above 25 A, here by up to 4 A. Car and charger
  need some seconds to follow a cut.
- *Heat*: how near the breaker came to the lower edge of its curve; 25 % is where it starts warm.
- *Back*: from the fault's end until the car draws 11 A; `-` is not within 10 minutes.

What is found, and how charging comes back:

- A meter that is lost, talks garbage, misses a phase, or repeats its time stamp is blind after 3 s: offers
  are held and shrink for 15 s, then stay at the failsafe, after 15 min at 0. They come back 10 s after it
  does.
- A sign that turns is found by the sample that is the mirror of the one before on all phases, with 3 A or
  more on two of them, while charging stands still; the next change of charging confirms it, or after 60 s
  it is forgiven. The turn back is seen alike.
- A late meter is found when a change of charging of 3 A is not seen within two periods, and believed again
  when it is. Charging goes up and down within what a fresh meter would allow, and what the house does is
  answered as late as it is said.
- A meter without a stamp that freezes while charging stands still is **not** found before charging changes
  by 3 A. The excess lasts until then; here it stays within what the breaker bears. Where it matters, use a
  meter that stamps or counts.
- A charger that does not come down within 15 s of a cut counts as load and is left to its own watchdog: it
  is neither fed nor told until that has acted, so that it falls to its failsafe. Then it is tried again;
  each time it fails it is left alone for twice as long.
- A charger that lies, and measures as it lies, looks like a house that takes more: all others are cut, the
  breaker's own curve is what remains. Only a meter of its own would tell.

"""


def main() -> None:
    """Run, print, write."""
    text = text_of(rows())
    print(text)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(_HEAD + text)


if __name__ == "__main__":
    main()
