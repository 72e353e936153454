"""A Shelly 3EM, first generation: its status over HTTP.

Facts: a recorded status of a SHEM-3; energies are in Wh, by phase and not netted.
"""

from __future__ import annotations

import base64
import math
from typing import Any

from simulation.twins.http_server import HttpRequest, HttpResponse, json_response
from simulation.twins.physics import MeterPhysics, MeterReading
from simulation.twins.quantities import total

MAC = "AABBCCDDEEFF"


class Shelly3em:
    """The device's answers; with a password it wants HTTP Basic."""

    def __init__(self, physics: MeterPhysics, password: str | None = None, user: str = "admin") -> None:
        self._physics = physics
        self._wanted = None
        if password is not None:
            self._wanted = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()

    def respond(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request."""
        if request.path == "/shelly":
            locked = self._wanted is not None
            return json_response(
                {"type": "SHEM-3", "mac": MAC, "auth": locked, "fw": "v1.14.0", "num_emeters": 3}
            )
        if self._wanted not in {None, request.headers.get("authorization")}:
            return HttpResponse(401, headers={"WWW-Authenticate": 'Basic realm="shellyem3"'})
        reading = self._physics.read()
        if request.path == "/status":
            return json_response(self._status(reading))
        parts = request.path.strip("/").split("/")
        if len(parts) == 2 and parts[0] == "emeter" and parts[1] in {"0", "1", "2"}:
            return json_response(self._meter(reading, int(parts[1])))
        return HttpResponse(404)

    def _status(self, reading: MeterReading) -> dict[str, Any]:
        return {
            "wifi_sta": {"connected": True, "ssid": "Home", "ip": "127.0.0.1", "rssi": -60},
            "time": reading.at.strftime("%H:%M"),
            "unixtime": int(reading.at.timestamp()),
            "has_update": False,
            "mac": MAC,
            "relays": [{"ison": False, "overpower": False, "is_valid": True, "source": "input"}],
            "emeters": [self._meter(reading, k) for k in range(3)],
            "total_power": round(total(reading.power_w), 2),
            "uptime": 1000,
        }

    def _meter(self, reading: MeterReading, k: int) -> dict[str, Any]:
        volts, amps, watts = reading.voltage_v[k], abs(reading.current_a[k]), reading.power_w[k]
        if math.isnan(watts):
            nothing = dict.fromkeys(("power", "pf", "current", "voltage", "total", "total_returned"), 0.0)
            return {**nothing, "is_valid": False}
        apparent_va = volts * amps
        return {
            "power": round(watts, 2),
            "pf": round(watts / apparent_va, 2) if apparent_va else 0.0,
            "current": round(amps, 2),
            "voltage": round(volts, 2),
            "is_valid": True,
            "total": round(1000 * reading.import_kwh[k], 1),
            "total_returned": round(1000 * reading.export_kwh[k], 1),
        }
