"""Whether a meter may be believed: voltage, the sum of its phases, and whether anything flows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from executors.readings import MeterReading

LOWEST: Final = 180.0 / 230.0
HIGHEST: Final = 260.0 / 230.0
"""Share of the nominal voltage outside which registers, word order or wiring are wrong."""
SUM_SHARE: Final = 0.05
SUM_KW: Final = 0.05
"""How far the sum of the phases may be from the total: the larger of 5 % and 50 W."""
APPARENT_A: Final = 1.0
"""How much more current its power may ask for than a phase shows [A]."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found at start-up; ``refuses``: the meter must not be used for protection."""

    code: str
    words: str
    refuses: bool = True


def findings(
    reading: MeterReading, nominal_v: float, phases: int, resolution_a: float = 0.0
) -> list[Finding]:
    """What is implausible in a first reading of all values; empty when nothing is."""
    found: list[Finding] = []
    for i in range(phases):
        found.extend(_of_phase(i, reading, nominal_v, max(resolution_a, reading.resolution_a)))
    found.extend(_of_sum(reading, phases))
    if all(math.isnan(a) for a in reading.current_a):
        found.append(Finding("no_current", "no current by phase: this meter cannot protect a fuse"))
    elif reading.estimated:
        words = "currents are made from power, because the meter gives none: reactive current is not seen"
        found.append(Finding("estimated_current", words, refuses=False))
    return found


def _of_phase(i: int, reading: MeterReading, nominal_v: float, resolution_a: float) -> list[Finding]:
    name, voltage_v = f"L{i + 1}", reading.voltage_v[i]
    low_v, high_v = LOWEST * nominal_v, HIGHEST * nominal_v
    if not math.isnan(voltage_v) and not low_v < voltage_v < high_v:
        words = (
            f"{voltage_v:.1f} V on {name}, {low_v:.0f} to {high_v:.0f} V are plausible: "
            "wrong meter type, word order, or a phase that is not connected"
        )
        return [Finding("voltage", words)]
    if math.isnan(voltage_v) or math.isnan(reading.current_a[i]) or math.isnan(reading.power_kw[i]):
        return []
    needed_a = abs(reading.power_kw[i]) * 1000 / voltage_v
    if needed_a > abs(reading.current_a[i]) * 1.1 + APPARENT_A + resolution_a:
        words = (
            f"{reading.power_kw[i]:.2f} kW on {name} need {needed_a:.1f} A, "
            f"{abs(reading.current_a[i]):.1f} A are shown: wrong transformer ratio or meter type"
        )
        return [Finding("current", words)]
    return []


def _of_sum(reading: MeterReading, phases: int) -> list[Finding]:
    summed_kw = sum(reading.power_kw[:phases])
    if math.isnan(summed_kw) or math.isnan(reading.total_kw):
        return []
    if abs(summed_kw - reading.total_kw) <= max(SUM_SHARE * abs(reading.total_kw), SUM_KW):
        return []
    words = f"the phases add up to {summed_kw:.2f} kW, the total is {reading.total_kw:.2f} kW"
    return [Finding("sum", f"{words}: wrong meter type, or a clamp the wrong way round")]
