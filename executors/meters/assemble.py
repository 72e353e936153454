"""From the values that a meter gives to one reading: signs, missing parts and the cautious side."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.units import W_PER_KW
from executors.readings import NOTHING, MeterReading, PerPhase

LOWEST_VOLTAGE: Final = 0.9
HIGHEST_VOLTAGE: Final = 1.1
"""Share of the nominal voltage between which a supply stays (EN 50160)."""

_NAMES: Final = ("l1", "l2", "l3")


@dataclass(frozen=True, slots=True)
class MeterManner:
    """How a meter's numbers are to be taken."""

    nominal_v: float
    """Phase to neutral [V], for a meter that gives no voltage."""
    invert: bool = False
    """The meter counts export as positive."""
    phases: int = 3
    signed_currents: bool = False
    """The sign of a current is believed where its phase gives no power."""
    estimates: bool = True
    """A current that the device does not give is made from power and voltage."""
    whole_amperes: bool = False
    """Currents without a fraction come from a device that rounds to whole amperes."""


@dataclass(frozen=True, slots=True)
class Sample:
    """When a meter was asked, and what it says about the time."""

    sampled_s: float
    telegram: str = ""
    device_time: datetime | None = None
    warnings: tuple[str, ...] = ()
    month_peak_at: datetime | None = None


def assemble(values: Mapping[str, float], manner: MeterManner, sample: Sample) -> MeterReading:
    """The reading of ``values`` (names of ``quantities``, in kW, kWh, A, V, Hz); what is not there is NaN."""
    sign = -1.0 if manner.invert else 1.0
    power_kw = _three(sign * _net(values, f"_{name}") for name in _NAMES)
    voltage_v = _three(_get(values, f"voltage_{name}") for name in _NAMES)
    given_a = _three(_get(values, f"current_{name}") for name in _NAMES)
    current_a = _three(
        _current_a(given_a[i], sign, power_kw[i], voltage_v[i], manner) for i in range(manner.phases)
    )
    import_kwh, export_kwh = _energy(values, "import"), _energy(values, "export")
    if manner.invert:
        import_kwh, export_kwh = export_kwh, import_kwh
    return MeterReading(
        sampled_s=sample.sampled_s,
        current_a=current_a,
        voltage_v=voltage_v,
        power_kw=power_kw,
        total_kw=_total_kw(values, sign, power_kw, manner.phases),
        import_kwh=import_kwh,
        export_kwh=export_kwh,
        frequency_hz=_get(values, "frequency"),
        quarter_kw=_get(values, "quarter"),
        month_peak_kw=_get(values, "month_peak"),
        month_peak_at=sample.month_peak_at,
        telegram=sample.telegram,
        device_time=sample.device_time,
        resolution_a=_resolution_a(given_a, manner),
        estimated=any(math.isnan(given_a[i]) and not math.isnan(current_a[i]) for i in range(3)),
        warnings=sample.warnings,
    )


def _three(numbers: Iterable[float]) -> PerPhase:
    found = (*numbers, *NOTHING)
    return (found[0], found[1], found[2])


def _get(values: Mapping[str, float], name: str) -> float:
    return values.get(name, math.nan)


def _net(values: Mapping[str, float], suffix: str) -> float:
    """Power with a sign: as given, or import less export where those are two halves."""
    given = _get(values, f"power{suffix}")
    if not math.isnan(given):
        return given
    return _get(values, f"power_import{suffix}") - _get(values, f"power_export{suffix}")


def _current_a(given_a: float, sign: float, power_kw: float, voltage_v: float, manner: MeterManner) -> float:
    """Current [A] with the sign of its power. Reactive current shows in its size only."""
    if math.isnan(given_a):
        return _estimated_a(power_kw, voltage_v, manner.nominal_v) if manner.estimates else math.nan
    if not math.isnan(power_kw):
        return math.copysign(abs(given_a), power_kw)
    return sign * given_a if manner.signed_currents else abs(given_a)


def _estimated_a(power_kw: float, voltage_v: float, nominal_v: float) -> float:
    """Current [A] that carries ``power_kw``; without a voltage the one that leaves least room."""
    if math.isnan(voltage_v) or voltage_v <= 0:
        voltage_v = nominal_v * (LOWEST_VOLTAGE if power_kw >= 0 else HIGHEST_VOLTAGE)
    return power_kw * W_PER_KW / voltage_v


def _total_kw(values: Mapping[str, float], sign: float, power_kw: PerPhase, phases: int) -> float:
    given = sign * _net(values, "_total")
    return sum(power_kw[:phases]) if math.isnan(given) else given


def _energy(values: Mapping[str, float], direction: str) -> float:
    """The register of a direction [kWh]: as given, or the sum of its tariffs."""
    given = _get(values, f"energy_{direction}")
    if not math.isnan(given):
        return given
    return _get(values, f"energy_{direction}_t1") + _get(values, f"energy_{direction}_t2")


def _resolution_a(given_a: PerPhase, manner: MeterManner) -> float:
    found = [current for current in given_a if not math.isnan(current)]
    return 1.0 if manner.whole_amperes and found and all(a.is_integer() for a in found) else 0.0
