"""Shelly 3EM and Pro 3EM, with recorded answers over HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from typing import Any

import httpx
import pytest

from domain.errors import DeviceRefused
from executors.http_meters.shelly_3em import Shelly3em
from executors.http_meters.shelly_pro_3em import ShellyPro3em
from executors.readings import MeterReading
from tests.executors.http_meters.web_server import Answer, Answering, web_server
from tests.shared_data import needs, shared


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(shared(f"devices/fixtures/shelly/{name}.json").read_text())
    return found


def status(**changes: Any) -> dict[str, Any]:
    """A status of a 3EM with the fields that Shelly's reference gives."""
    meters = [
        {"power": 1150.0, "pf": 1.0, "current": 5.0, "voltage": 230.0, "is_valid": True, "total": 1.0},
        {"power": -690.0, "pf": -1.0, "current": 3.0, "voltage": 231.0, "is_valid": True, "total": 2.0},
        {"power": 0.0, "pf": 0.0, "current": 0.02, "voltage": 229.0, "is_valid": True, "total": 3.0},
    ]
    return {"emeters": meters, "total_power": 460.0, "unixtime": 1_795_000_000} | changes


def pro(answering: Answering, password: str | None = None) -> MeterReading:
    async def ask(port: int) -> MeterReading:
        async with httpx.AsyncClient() as client:
            clock = asyncio.get_running_loop().time
            meter = ShellyPro3em(client, f"127.0.0.1:{port}", clock, nominal_v=230, password=password)
            return await meter.read()

    with web_server(answering) as port:
        return asyncio.run(ask(port))


def gen1(document: dict[str, Any], auth: tuple[str, str] | None = None) -> MeterReading:
    def answering(_method: str, path: str, headers: dict[str, str]) -> Answer:
        assert path == "/status"
        if auth and "authorization" not in headers:
            return 401, {"WWW-Authenticate": "Basic realm=x"}, b""
        return 200, {}, json.dumps(document).encode()

    async def ask(port: int) -> MeterReading:
        async with httpx.AsyncClient() as client:
            clock = asyncio.get_running_loop().time
            return await Shelly3em(client, f"127.0.0.1:{port}", clock, nominal_v=230, auth=auth).read()

    with web_server(answering) as port:
        return asyncio.run(ask(port))


def test_a_3em_gives_its_currents_the_sign_of_their_power() -> None:
    reading = gen1(status())
    assert reading.current_a == (5.0, -3.0, 0.02)
    assert reading.total_kw == pytest.approx(0.46)
    assert reading.telegram == "1795000000"
    assert math.isnan(reading.import_kwh)


def test_a_phase_that_is_not_valid_is_missing_and_so_is_the_total() -> None:
    document = status()
    document["emeters"][1]["is_valid"] = False
    reading = gen1(document)
    assert math.isnan(reading.current_a[1])
    assert math.isnan(reading.total_kw)
    assert reading.warnings == ("phase L2 is not valid",)


def test_a_two_channel_em_is_not_taken_for_a_3em() -> None:
    reading = gen1(recorded("gen1_shelly_em_SHEM_status_negative_power"))
    assert math.isnan(reading.current_a[2])
    assert "phase L3 is not valid" in reading.warnings


def test_a_password_of_the_first_generation() -> None:
    assert gen1(status(), auth=("admin", "secret")).current_a[0] == 5.0


@needs("devices/fixtures/shelly")
def test_a_pro_3em_reads_as_recorded() -> None:
    def answering(_method: str, path: str, _headers: dict[str, str]) -> Answer:
        name = path.removeprefix("/rpc/").split("?")[0]
        return 200, {}, json.dumps(recorded(f"pro3em_{name}")).encode()

    reading = pro(answering)
    assert reading.current_a == (2.392, 1.037, 0.428)
    assert reading.power_kw == pytest.approx((0.3755, 0.1708, 0.0127))
    assert reading.total_kw == pytest.approx(0.558965)


@needs("devices/fixtures/shelly")
def test_three_single_phases_are_put_together() -> None:
    def answering(_method: str, path: str, _headers: dict[str, str]) -> Answer:
        if path.endswith("DeviceInfo"):
            return 200, {}, b'{"profile": "monophase"}'
        document = recorded("pro3em_EM1.GetStatus_monophase") | {"id": path[-1]}
        document["current"] += int(path[-1])
        return 200, {}, json.dumps(document).encode()

    reading = pro(answering)
    assert reading.current_a == pytest.approx((-1.473, -2.473, -3.473))
    assert reading.total_kw == pytest.approx(3 * -0.3322)


def test_a_phase_that_cannot_be_measured_is_missing_and_a_wrong_order_is_told() -> None:
    document = {"a_current": 1.0, "a_act_power": 230.0, "a_voltage": 230.0, "b_current": 2.0}
    document |= {"b_act_power": 460.0, "b_voltage": 230.0, "total_act_power": 690.0}
    errors: dict[str, Any] = {"b_errors": ["out_of_range:current"], "errors": ["phase_sequence"]}

    def answering(_method: str, path: str, _headers: dict[str, str]) -> Answer:
        return 200, {}, json.dumps(document | errors if "EM." in path else {}).encode()

    reading = pro(answering)
    assert reading.current_a[0] == 1.0
    assert math.isnan(reading.current_a[1])
    assert math.isnan(reading.total_kw)
    assert reading.warnings == ("meter: phase_sequence", "L2: out_of_range:current")


@needs("devices/fixtures/shelly")
def test_a_failed_meter_gives_nothing() -> None:
    def answering(_method: str, path: str, _headers: dict[str, str]) -> Answer:
        failed = recorded("pro3em_EM.GetStatus") | {"errors": ["power_meter_failure"]}
        return 200, {}, json.dumps(failed if "EM." in path else {}).encode()

    assert all(math.isnan(a) for a in pro(answering).current_a)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@needs("devices/fixtures/shelly")
def test_a_password_of_the_second_generation_is_a_digest_and_never_sent() -> None:
    challenge = 'Digest qop="auth", realm="shellypro3em-x", nonce="60dc59c6", algorithm=SHA-256'

    def answering(method: str, path: str, headers: dict[str, str]) -> Answer:
        given = headers.get("authorization", "")
        parts = dict(part.strip().split("=", 1) for part in given.removeprefix("Digest ").split(",") if part)
        parts = {name: value.strip('"') for name, value in parts.items()}
        if not parts:
            return 401, {"WWW-Authenticate": challenge}, b""
        ours = sha256("admin:shellypro3em-x:secret")
        asked = sha256(f"{method}:{path}")
        wanted = sha256(f"{ours}:60dc59c6:{parts['nc']}:{parts['cnonce']}:auth:{asked}")
        assert "secret" not in given
        if parts["response"] != wanted:
            return 401, {"WWW-Authenticate": challenge}, b""
        name = path.removeprefix("/rpc/").split("?")[0]
        return 200, {}, json.dumps(recorded(f"pro3em_{name}")).encode()

    assert pro(answering, password="secret").current_a[0] == 2.392  # noqa: S106 - of nobody
    with pytest.raises(DeviceRefused, match="not accepted"):
        pro(answering, password="guess")  # noqa: S106 - of nobody
