"""A Shelly Pro 3EM, second generation: EM and EMData over HTTP.

Facts: Shelly's documentation of the components EM, EMData, EM1 and EM1Data; recorded answers.
"""

from __future__ import annotations

import json
import math
from typing import Any, Literal

from simulation.twins.digest_guard import DigestGuard
from simulation.twins.http_server import HttpRequest, HttpResponse, json_response
from simulation.twins.physics import MeterPhysics, MeterReading
from simulation.twins.quantities import total

Profile = Literal["triphase", "monophase"]
IDENTITY = "shellypro3em-aabbccddeeff"
LETTERS = "abc"
NO_HANDLER, UNAUTHORIZED = 404, 401


class ShellyPro3em:
    """The device's answers; with a password it wants HTTP Digest."""

    def __init__(
        self, physics: MeterPhysics, profile: Profile = "triphase", password: str | None = None
    ) -> None:
        self.errors: tuple[str, ...] = ()
        """What phase L1 reports as wrong: ``power_meter_failure``, ``out_of_range:voltage`` and the like."""
        self._physics = physics
        self._profile = profile
        self._guard = DigestGuard(IDENTITY, password) if password is not None else None

    def respond(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request."""
        method, parameters = _called(request)
        if method == "Shelly.GetDeviceInfo":
            return self._said(request, self._device())
        if self._guard is not None and not self._guard.lets_pass(request):
            return HttpResponse(UNAUTHORIZED, headers={"WWW-Authenticate": self._guard.challenge})
        result = self._result(method, parameters.get("id"))
        if result is None:
            return json_response({"code": NO_HANDLER, "message": f"No handler for {method}"}, NO_HANDLER)
        return self._said(request, result)

    def _said(self, request: HttpRequest, result: dict[str, Any]) -> HttpResponse:
        """A result as it is asked for: bare, or in a frame of JSON-RPC."""
        if request.method != "POST":
            return json_response(result)
        asked = json.loads(request.body)
        return json_response({"id": asked.get("id"), "src": IDENTITY, "result": result})

    def _result(self, method: str, component: Any) -> dict[str, Any] | None:
        reading = self._physics.read()
        if self._profile == "triphase" and str(component) == "0":
            if method == "EM.GetStatus":
                return self._em(reading)
            if method == "EMData.GetStatus":
                return self._em_data(reading)
        if self._profile == "monophase" and str(component) in {"0", "1", "2"}:
            if method == "EM1.GetStatus":
                return {"id": int(component), **_phase(reading, int(component), "")}
            if method == "EM1Data.GetStatus":
                return {"id": int(component), **_energy(reading, int(component), "")}
        return None

    def _device(self) -> dict[str, Any]:
        return {
            "name": None,
            "id": IDENTITY,
            "mac": "AABBCCDDEEFF",
            "slot": 0,
            "model": "SPEM-003CEBEU",
            "gen": 2,
            "fw_id": "20231219-134001/1.1.0-g34b5d4f",
            "ver": "1.1.0",
            "app": "Pro3EM",
            "auth_en": self._guard is not None,
            "auth_domain": IDENTITY if self._guard is not None else None,
            "profile": self._profile,
        }

    def _em(self, reading: MeterReading) -> dict[str, Any]:
        status: dict[str, Any] = {"id": 0}
        for k, letter in enumerate(LETTERS):
            status |= _phase(reading, k, f"{letter}_")
        amps = [abs(a) for a in reading.current_a if not math.isnan(a)]
        volt_amperes = [abs(v * a) for v, a in zip(reading.voltage_v, reading.current_a, strict=True)]
        status |= {
            "n_current": None,
            "total_current": round(sum(amps), 3),
            "total_act_power": round(total(reading.power_w), 3),
            "total_aprt_power": round(sum(va for va in volt_amperes if not math.isnan(va)), 3),
            "user_calibrated_phase": [],
        }
        return status | ({"a_errors": list(self.errors)} if self.errors else {})

    def _em_data(self, reading: MeterReading) -> dict[str, Any]:
        status: dict[str, Any] = {"id": 0}
        for k, letter in enumerate(LETTERS):
            status |= _energy(reading, k, f"{letter}_")
        return status | {
            "total_act": round(1000 * total(reading.import_kwh), 2),
            "total_act_ret": round(1000 * total(reading.export_kwh), 2),
        }


def _called(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    """Method and parameters of a call, by address or by JSON-RPC."""
    if request.path == "/rpc" and request.method == "POST":
        try:
            asked = json.loads(request.body)
        except ValueError:
            return "", {}
        return (str(asked.get("method")), asked.get("params") or {}) if isinstance(asked, dict) else ("", {})
    if request.path == "/shelly":
        return "Shelly.GetDeviceInfo", {}
    return request.path.removeprefix("/rpc/"), dict(request.query)


def _phase(reading: MeterReading, k: int, prefix: str) -> dict[str, Any]:
    """One phase; what is not measured is null."""
    volts, amps, watts = reading.voltage_v[k], abs(reading.current_a[k]), reading.power_w[k]
    if math.isnan(watts):
        return dict.fromkeys(f"{prefix}{name}" for name in _NAMES)
    apparent_va = volts * amps
    factor = abs(watts) / apparent_va if apparent_va else 0.0
    values = (amps, volts, watts, apparent_va, factor, reading.frequency_hz)
    return {f"{prefix}{name}": round(value, 3) for name, value in zip(_NAMES, values, strict=True)}


_NAMES = ("current", "voltage", "act_power", "aprt_power", "pf", "freq")


def _energy(reading: MeterReading, k: int, prefix: str) -> dict[str, Any]:
    wh = [1000 * reading.import_kwh[k], 1000 * reading.export_kwh[k]]
    names = ("total_act_energy", "total_act_ret_energy")
    return {f"{prefix}{n}": None if math.isnan(v) else round(v, 2) for n, v in zip(names, wh, strict=True)}
