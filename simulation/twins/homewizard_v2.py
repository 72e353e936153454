"""A HomeWizard P1 meter, second version of its local API: token, values, and what it pushes.

Facts: HomeWizard's API documentation, v2: authorization, measurement, error handling, WebSocket.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

from simulation.twins.dsmr_telegram import telegram
from simulation.twins.homewizard_v1 import P1Settings, by_phase, shown_currents
from simulation.twins.http_server import HttpRequest, HttpResponse, json_response
from simulation.twins.physics import Clock
from simulation.twins.quantities import total
from simulation.twins.sampled import Sampled

API_VERSION: Final = "2.0.0"
BUTTON_S = 30.0
"""How long the button counts [s]."""
USER_NAME: Final = re.compile(r"local/[a-zA-Z0-9\-_/\\# ]{1,40}")


class HomeWizardV2:
    """The dongle's answers."""

    def __init__(
        self, meter: Sampled, settings: P1Settings, clock: Clock, tokens: tuple[str, ...] = ()
    ) -> None:
        """``tokens`` are known from the start; more come by the button."""
        self.meter = meter
        self._settings = settings
        self._clock = clock
        self._users = {f"local/known{n}": token for n, token in enumerate(tokens)}
        self._pressed_s = -math.inf
        self._made = 0
        self._began_s = clock()

    def press_button(self) -> None:
        """Somebody presses the button on the dongle."""
        self._pressed_s = self._clock()

    def knows(self, token: str) -> bool:
        """Whether a token may read."""
        return token in self._users.values()

    def respond(self, request: HttpRequest) -> HttpResponse:
        """The answer to a request."""
        if request.headers.get("x-api-version", "2") != "2":
            return error("request:api-version-not-supported", 400)
        if request.path == "/api/user" and request.method == "POST":
            return self._make_user(request.body)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not self.knows(token):
            return error("user:unauthorized", 401)
        if request.path == "/api/user" and request.method == "DELETE":
            return self._delete_user(request.body)
        if request.method != "GET":
            return HttpResponse(405)
        return self._get(request.path, token)

    def topic(self, name: str, token: str) -> Any:
        """Content of a topic of the WebSocket; none where there is no such topic."""
        if name == "measurement":
            return self.measurement()
        if name == "device":
            return self._device()
        if name == "system":
            return self._system()
        return self._user_list(token) if name == "user" else None

    def measurement(self) -> dict[str, Any]:
        """The values of this period."""
        reading = self.meter.read()
        local = reading.at.astimezone(self._settings.zone)
        amps = [abs(a) for a in reading.current_a if not math.isnan(a)]
        values = {
            "protocol_version": 50,
            "meter_model": "Fluvius253769484_A",
            "unique_id": "00112233445566778899AABBCCDDEEFF",
            "timestamp": local.strftime("%Y-%m-%dT%H:%M:%S"),
            "tariff": 1,
            "energy_import_kwh": round(reading.netted_import_kwh, 3),
            "energy_import_t1_kwh": round(reading.netted_import_kwh, 3),
            "energy_export_kwh": round(reading.netted_export_kwh, 3),
            "energy_export_t1_kwh": round(reading.netted_export_kwh, 3),
            "power_w": round(total(reading.power_w)),
            **by_phase("power_l{}_w", reading.power_w, 0),
            "current_a": round(sum(amps), 3),
            **by_phase("current_l{}_a", shown_currents(reading, self._settings.kind), 3),
            "external": [],
        }
        if self._settings.shows_voltage:
            values |= by_phase("voltage_l{}_v", reading.voltage_v, 1)
        if reading.demand is not None:
            ended = reading.demand.month_peak_at.astimezone(self._settings.zone)
            values["average_power_15m_w"] = round(1000 * reading.demand.quarter_kw)
            values["monthly_power_peak_w"] = round(1000 * reading.demand.month_peak_kw)
            values["monthly_power_peak_timestamp"] = ended.strftime("%Y-%m-%dT%H:%M:%S")
        return values

    def _get(self, path: str, token: str) -> HttpResponse:
        topics = {
            "/api": "device",
            "/api/measurement": "measurement",
            "/api/system": "system",
            "/api/user": "user",
        }
        if path in topics:
            return json_response(self.topic(topics[path], token))
        if path == "/api/telegram":
            s = self._settings
            return HttpResponse(
                200, telegram(self.meter.read(), s.kind, s.zone).encode("ascii"), "text/plain"
            )
        return HttpResponse(404)

    def _make_user(self, body: bytes) -> HttpResponse:
        name = _name(body)
        if not USER_NAME.fullmatch(name):
            return error("user:name-invalid" if name else "json:parameter-missing:name", 400)
        if self._clock() - self._pressed_s > BUTTON_S:
            return error("user:creation-not-enabled", 403)
        self._made += 1
        token = f"{self._made:032X}"
        self._users[name] = token
        return json_response({"token": token, "name": name})

    def _delete_user(self, body: bytes) -> HttpResponse:
        if self._users.pop(_name(body), None) is None:
            return error("user:not-found", 404)
        return HttpResponse(204)

    def _user_list(self, token: str) -> list[dict[str, Any]]:
        return [
            {"name": name, "current": True} if known == token else {"name": name}
            for name, known in self._users.items()
        ]

    def _device(self) -> dict[str, str]:
        return {
            "product_name": "P1 Meter",
            "product_type": "HWE-P1",
            "serial": self._settings.serial,
            "firmware_version": "6.00",
            "api_version": API_VERSION,
        }

    def _system(self) -> dict[str, Any]:
        return {
            "wifi_ssid": "Home",
            "wifi_rssi_db": -60,
            "cloud_enabled": False,
            "uptime_s": int(self._clock() - self._began_s),
            "status_led_brightness_pct": 100,
            "api_v1_enabled": True,
        }


def error(code: str, status: int) -> HttpResponse:
    """An answer that refuses."""
    return json_response({"error": code}, status)


def _name(body: bytes) -> str:
    """The user's name in a request; empty where there is none."""
    try:
        wanted = json.loads(body)
    except ValueError:
        return ""
    name = wanted.get("name") if isinstance(wanted, dict) else None
    return name if isinstance(name, str) else ""
