"""A HomeWizard P1 meter, first version of its local API.

Facts: HomeWizard's API documentation, v1; every field is left out where the utility meter does not send it.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from simulation.twins.dsmr_telegram import MeterKind, telegram
from simulation.twins.http_server import HttpRequest, HttpResponse, json_response
from simulation.twins.physics import MeterReading, Three
from simulation.twins.quantities import total
from simulation.twins.sampled import Sampled


@dataclass(frozen=True, slots=True)
class P1Settings:
    """What kind of utility meter the dongle is plugged into."""

    zone: ZoneInfo
    """The meter's local time."""
    kind: MeterKind = MeterKind.BELGIAN
    serial: str = "5c2fafaabbcc"
    shows_voltage: bool = True
    """Some Dutch meters do not send it."""


class HomeWizardV1:
    """The dongle's answers."""

    def __init__(self, meter: Sampled, settings: P1Settings) -> None:
        self.api_enabled = True
        """Local API, a switch in the maker's app."""
        self.meter = meter
        self._settings = settings
        self._cloud_enabled = True

    def respond(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request."""
        if not self.api_enabled:
            return json_response({"error": {"id": 202, "description": "API not enabled"}}, 403)
        if request.path == "/api/v1/system" and request.method == "PUT":
            return self._set_system(request.body)
        if request.method != "GET":
            return HttpResponse(405)
        return self._get(request.path)

    def _get(self, path: str) -> HttpResponse:
        if path in {"/api", "/api/"}:
            return json_response(self._device())
        if path == "/api/v1/data":
            return json_response(self._data())
        if path == "/api/v1/system":
            return json_response({"cloud_enabled": self._cloud_enabled})
        if path == "/api/v1/telegram":
            s = self._settings
            text = telegram(self.meter.read(), s.kind, s.zone)
            return HttpResponse(200, text.encode("ascii"), "text/plain")
        return HttpResponse(404)

    def _set_system(self, body: bytes) -> HttpResponse:
        try:
            wanted = json.loads(body)
        except ValueError:
            return json_response({"error": {"id": 2, "description": "body contains invalid json"}}, 400)
        if not isinstance(wanted, dict) or not isinstance(wanted.get("cloud_enabled"), bool):
            return json_response({"error": {"id": 7, "description": "no parameters recognized"}}, 400)
        self._cloud_enabled = wanted["cloud_enabled"]
        return json_response({"cloud_enabled": self._cloud_enabled})

    def _device(self) -> dict[str, str]:
        return {
            "product_type": "HWE-P1",
            "product_name": "P1 meter",
            "serial": self._settings.serial,
            "firmware_version": "5.18",
            "api_version": "v1",
        }

    def _data(self) -> dict[str, Any]:
        reading = self.meter.read()
        shown = shown_currents(reading, self._settings.kind)
        return {
            "wifi_ssid": "Home",
            "wifi_strength": 100,
            "smr_version": 50,
            "meter_model": "Fluvius253769484_A",
            "unique_id": "00112233445566778899AABBCCDDEEFF",
            "active_tariff": 1,
            "total_power_import_kwh": round(reading.netted_import_kwh, 3),
            "total_power_import_t1_kwh": round(reading.netted_import_kwh, 3),
            "total_power_export_kwh": round(reading.netted_export_kwh, 3),
            "total_power_export_t1_kwh": round(reading.netted_export_kwh, 3),
            "active_power_w": round(total(reading.power_w)),
            **by_phase("active_power_l{}_w", reading.power_w, 0),
            **(
                by_phase("active_voltage_l{}_v", reading.voltage_v, 1) if self._settings.shows_voltage else {}
            ),
            **by_phase("active_current_l{}_a", shown, 3),
            **self._demand(reading),
        }

    def _demand(self, reading: MeterReading) -> dict[str, Any]:
        if reading.demand is None:
            return {}
        ended = reading.demand.month_peak_at.astimezone(self._settings.zone)
        return {
            "active_power_average_w": round(1000 * reading.demand.quarter_kw),
            "montly_power_peak_w": round(1000 * reading.demand.month_peak_kw),
            "montly_power_peak_timestamp": int(ended.strftime("%y%m%d%H%M%S")),
        }


def shown_currents(reading: MeterReading, kind: MeterKind) -> Three:
    """Currents as the dongle shows them [A]: signed, and whole where the utility meter sends whole ones."""
    digits = 0 if kind is MeterKind.DUTCH else 2
    amps = [round(a, digits) if not math.isnan(a) else a for a in reading.current_a]
    return (amps[0], amps[1], amps[2])


def by_phase(name: str, values: Three, digits: int) -> dict[str, float]:
    """Values of the phases that there are, by a name with a gap for the phase's number."""
    return {
        name.format(k + 1): round(value, digits) if digits else round(value)
        for k, value in enumerate(values)
        if not math.isnan(value)
    }
