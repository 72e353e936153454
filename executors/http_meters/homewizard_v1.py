"""HomeWizard P1 and kWh meters, API v1: open HTTP in the house.

HomeWizard's API documentation, v1. Every field may be missing, and the misspelt month is theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import httpx

from executors.http_meters.asking import Paths, ask, values_at
from executors.meters.assemble import MeterManner, Sample, assemble
from executors.readings import MeterReading

PATHS: Final[Paths] = {
    "power_total": ("active_power_w", "W"),
    "power_l1": ("active_power_l1_w", "W"),
    "power_l2": ("active_power_l2_w", "W"),
    "power_l3": ("active_power_l3_w", "W"),
    "current_l1": ("active_current_l1_a", "A"),
    "current_l2": ("active_current_l2_a", "A"),
    "current_l3": ("active_current_l3_a", "A"),
    "voltage_l1": ("active_voltage_l1_v", "V"),
    "voltage_l2": ("active_voltage_l2_v", "V"),
    "voltage_l3": ("active_voltage_l3_v", "V"),
    "frequency": ("active_frequency_hz", "Hz"),
    "energy_import": ("total_power_import_kwh", "kWh"),
    "energy_export": ("total_power_export_kwh", "kWh"),
    "energy_import_t1": ("total_power_import_t1_kwh", "kWh"),
    "energy_import_t2": ("total_power_import_t2_kwh", "kWh"),
    "energy_export_t1": ("total_power_export_t1_kwh", "kWh"),
    "energy_export_t2": ("total_power_export_t2_kwh", "kWh"),
    "quarter": ("active_power_average_w", "W"),
    "month_peak": ("montly_power_peak_w", "W"),
}
_REFUSALS: Final = {403: "its local API is off: switch it on in the app, under the meter's settings"}


def manner(nominal_v: float, *, invert: bool = False) -> MeterManner:
    """How HomeWizard's numbers are taken: signed currents, whole amperes from Dutch meters."""
    return MeterManner(nominal_v, invert, signed_currents=True, whole_amperes=True)


def parse(document: dict[str, Any], how: MeterManner, sampled_s: float) -> MeterReading:
    """The reading in the answer to ``/api/v1/data``."""
    return assemble(values_at(document, PATHS), how, Sample(sampled_s))


class HomeWizardV1:
    """A HomeWizard meter over HTTP; it renews its values once a second."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        host: str,
        clock: Callable[[], float],
        *,
        nominal_v: float,
        invert: bool = False,
    ) -> None:
        self._client, self._url, self._clock = client, f"http://{host}/api/v1/data", clock
        self._manner = manner(nominal_v, invert=invert)

    async def read(self) -> MeterReading:
        """One sample; a ``DeviceError`` where it cannot be had."""
        sampled_s = self._clock()
        document = await ask(self._client, self._url, f"HomeWizard at {self._url}", _REFUSALS)
        return parse(document, self._manner, sampled_s)
