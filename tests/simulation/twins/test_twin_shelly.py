"""The Shelly twins beside recorded answers."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from simulation.twins.http_server import HttpRequest, HttpResponse, HttpServer
from simulation.twins.shelly_gen1 import Shelly3em
from simulation.twins.shelly_pro import ShellyPro3em
from tests.shared_data import shared
from tests.simulation.twins.steady import NAN, READING, Steady
from tests.simulation.twins.wires import HURRIED_S, run

PASSWORD = "secret"  # noqa: S105  # of a twin


def recorded(name: str) -> Any:
    return json.loads(shared(f"devices/fixtures/shelly/{name}").read_text())


@asynccontextmanager
async def asked(respond: Callable[[HttpRequest], HttpResponse]) -> AsyncIterator[httpx.AsyncClient]:
    server = HttpServer(respond, HURRIED_S)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
            yield client
    finally:
        await server.stop()


async def get(respond: Callable[[HttpRequest], HttpResponse], path: str) -> Any:
    async with asked(respond) as client:
        return (await client.get(path)).json()


def test_the_3em_speaks_as_a_recorded_one_of_its_generation() -> None:
    real = recorded("gen1_shelly_em_SHEM_status_negative_power.json")["emeters"][0]
    status = run(get(Shelly3em(Steady()).respond, "/status"))
    # the recorded device has two clamps, reactive power and no current; the three-phase one shows current
    assert set(status["emeters"][0]) - set(real) == {"current"}
    assert [meter["power"] for meter in status["emeters"]] == [-918, 578, 2563]
    assert [meter["current"] for meter in status["emeters"]] == [4, 2.5, 11]
    assert [meter["total"] for meter in status["emeters"]] == [101_500, 202_500, 303_000]
    assert status["total_power"] == 2223


def test_a_clamp_that_is_not_there_is_not_valid() -> None:
    steady = Steady(replace(READING, power_w=(100.0, NAN, NAN)))
    meters = run(get(Shelly3em(steady).respond, "/status"))["emeters"]
    assert [meter["is_valid"] for meter in meters] == [True, False, False]


def test_the_3em_with_a_password_wants_basic() -> None:
    async def ask() -> list[int]:
        async with asked(Shelly3em(Steady(), password=PASSWORD).respond) as client:
            auths = (None, ("admin", "wrong"), ("admin", PASSWORD))
            return [(await client.get("/emeter/1", auth=auth)).status_code for auth in auths]

    assert run(ask()) == [401, 401, 200]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/rpc/EM.GetStatus?id=0", "pro3em_EM.GetStatus.json"),
        ("/rpc/EMData.GetStatus?id=0", "pro3em_EMData.GetStatus.json"),
        ("/rpc/Shelly.GetDeviceInfo", "pro3em_Shelly.GetDeviceInfo.json"),
    ],
)
def test_the_pro_3em_has_the_keys_of_a_recorded_one(path: str, name: str) -> None:
    assert set(run(get(ShellyPro3em(Steady()).respond, path))) == set(recorded(name))


def test_the_pro_3em_tells_the_house_in_both_profiles() -> None:
    status = run(get(ShellyPro3em(Steady()).respond, "/rpc/EM.GetStatus?id=0"))
    assert [status[f"{letter}_act_power"] for letter in "abc"] == [-918, 578, 2563]
    assert [status[f"{letter}_current"] for letter in "abc"] == [4, 2.5, 11]
    assert (status["total_act_power"], status["total_current"]) == (2223, 17.5)
    single = ShellyPro3em(Steady(), profile="monophase").respond
    one = run(get(single, "/rpc/EM1.GetStatus?id=2"))
    assert (one["act_power"], one["voltage"]) == (2563, 233)
    assert set(recorded("pro3em_EM1.GetStatus_monophase.json")) - set(one) == {"calibration"}
    assert run(get(single, "/rpc/EM1Data.GetStatus?id=0"))["total_act_ret_energy"] == 11_500
    assert run(get(single, "/rpc/EM.GetStatus?id=0"))["code"] == 404


def test_the_pro_3em_says_what_is_wrong_only_when_something_is() -> None:
    twin = ShellyPro3em(Steady())
    assert "a_errors" not in run(get(twin.respond, "/rpc/EM.GetStatus?id=0"))
    twin.errors = ("power_meter_failure",)
    assert run(get(twin.respond, "/rpc/EM.GetStatus?id=0"))["a_errors"] == ["power_meter_failure"]


def test_the_pro_3em_answers_json_rpc_in_its_frame() -> None:
    async def ask() -> Any:
        async with asked(ShellyPro3em(Steady()).respond) as client:
            call = {"id": 7, "method": "EM.GetStatus", "params": {"id": 0}}
            return (await client.post("/rpc", json=call)).json()

    answer = run(ask())
    assert answer["id"] == 7
    assert answer["result"]["total_act_power"] == 2223


def test_the_pro_3em_with_a_password_wants_digest() -> None:
    async def ask() -> list[int]:
        async with asked(ShellyPro3em(Steady(), password=PASSWORD).respond) as client:
            auths = (None, httpx.DigestAuth("admin", "wrong"), httpx.DigestAuth("admin", PASSWORD))
            return [(await client.get("/rpc/EM.GetStatus?id=0", auth=auth)).status_code for auth in auths]

    assert run(ask()) == [401, 401, 200]
