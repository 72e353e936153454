"""The HomeWizard twin beside recorded answers: HTTP, HTTPS with its odd name, token, and WebSocket."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from simulation.twins.dsmr_telegram import MeterKind
from simulation.twins.faults import Fault, FaultKind
from simulation.twins.homewizard_push import HomeWizardPush
from simulation.twins.homewizard_v1 import HomeWizardV1, P1Settings
from simulation.twins.homewizard_v2 import HomeWizardV2
from simulation.twins.http_server import HttpServer
from simulation.twins.identity import Identity, make_identity
from simulation.twins.sampled import Sampled
from tests.programs import program
from tests.shared_data import shared
from tests.simulation.twins.steady import BRUSSELS, NAN, READING, Steady
from tests.simulation.twins.wires import HURRIED_S, HandClock, run

SERIAL = "5c2fafaabbcc"
NAME = f"appliance/p1dongle/{SERIAL}"
TOKEN = "0123456789ABCDEF" * 2
SETTINGS = P1Settings(BRUSSELS, serial=SERIAL)


def recorded(name: str) -> Any:
    return json.loads(shared(f"devices/fixtures/homewizard/{name}").read_text())


def kinds(values: dict[str, Any]) -> dict[str, type]:
    """Names with the kind of value: whole numbers and others are both numbers."""
    return {name: float if isinstance(value, int) else type(value) for name, value in values.items()}


@asynccontextmanager
async def v1(twin: HomeWizardV1) -> AsyncIterator[tuple[httpx.AsyncClient, HttpServer]]:
    server = HttpServer(twin.respond, HURRIED_S)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=0.5) as client:
            yield client, server
    finally:
        await server.stop()


def meter(clock: HandClock | None = None, steady: Steady | None = None) -> Sampled:
    return Sampled(steady or Steady(), clock or HandClock(), 1.0)


def test_v1_says_what_a_recorded_dongle_says_in_the_same_words_and_kinds() -> None:
    real = {**recorded("v1/HWE-P1_data.json"), **recorded("v1/evcc_HWE-P1_data_real_redacted.json")}

    async def ask() -> None:
        async with v1(HomeWizardV1(meter(), SETTINGS)) as (client, _):
            data = (await client.get("/api/v1/data")).json()
            device = (await client.get("/api")).json()
        assert kinds(data) == {name: kinds(real)[name] for name in data}
        assert set(device) == set(recorded("v1/HWE-P1_device.json"))
        assert data["active_power_w"] == 2223
        assert [data[f"active_current_l{k}_a"] for k in (1, 2, 3)] == [-4, 2.5, 11]
        assert [data[f"active_power_l{k}_w"] for k in (1, 2, 3)] == [-918, 578, 2563]
        assert (data["total_power_import_kwh"], data["total_power_export_kwh"]) == (500.125, 20.25)
        assert data["montly_power_peak_timestamp"] == 261102114500
        assert data["active_power_average_w"] == 2351

    run(ask())


def test_v1_leaves_out_what_the_utility_meter_does_not_send() -> None:
    one = (230.0, NAN, NAN)
    steady = Steady(replace(READING, voltage_v=one, current_a=one, power_w=one, demand=None))
    dutch = replace(SETTINGS, kind=MeterKind.DUTCH, shows_voltage=False)

    async def ask() -> dict[str, Any]:
        async with v1(HomeWizardV1(meter(steady=steady), dutch)) as (client, _):
            return dict((await client.get("/api/v1/data")).json())

    data = run(ask())
    assert {name for name in data if "_l" in name} == {"active_power_l1_w", "active_current_l1_a"}
    assert "montly_power_peak_w" not in data


def test_v1_shows_whole_amps_behind_a_dutch_meter() -> None:
    steady = Steady(replace(READING, current_a=(-4.4, 2.6, 11.2)))
    dutch = replace(SETTINGS, kind=MeterKind.DUTCH)

    async def ask() -> dict[str, Any]:
        async with v1(HomeWizardV1(meter(steady=steady), dutch)) as (client, _):
            return dict((await client.get("/api/v1/data")).json())

    data = run(ask())
    assert [data[f"active_current_l{k}_a"] for k in (1, 2, 3)] == [-4, 3, 11]


def test_v1_refuses_while_the_local_api_is_off() -> None:
    async def ask() -> None:
        twin = HomeWizardV1(meter(), SETTINGS)
        twin.api_enabled = False
        async with v1(twin) as (client, _):
            answer = await client.get("/api/v1/data")
        assert answer.status_code == 403
        assert answer.json() == recorded("v1/error_api_disabled_403.json")

    run(ask())


def test_a_value_stays_for_its_period_and_a_frozen_one_for_ever() -> None:
    async def ask() -> None:
        clock, steady = HandClock(), Steady()
        twin = HomeWizardV1(meter(clock, steady), SETTINGS)

        async with v1(twin) as (client, _):

            async def power_w() -> float:
                return float((await client.get("/api/v1/data")).json()["active_power_w"])

            steady.reading = replace(READING, power_w=(100.0, 0.0, 0.0))
            assert await power_w() == 2223
            clock.pass_s(1)
            assert await power_w() == 100
            twin.meter.frozen = True
            steady.reading = READING
            clock.pass_s(10)
            assert await power_w() == 100

    run(ask())


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(FaultKind.SILENT), httpx.ReadTimeout),
        (Fault(FaultKind.LATE, seconds=0.7), httpx.ReadTimeout),
        (Fault(FaultKind.CLOSED), httpx.RemoteProtocolError),
        (Fault(FaultKind.TRUNCATED), httpx.RemoteProtocolError),
        (Fault(FaultKind.GARBAGE), httpx.RemoteProtocolError),
        (Fault(FaultKind.REBOOT, seconds=0.2), httpx.TransportError),
    ],
)
def test_http_fails_as_commanded_and_is_well_afterwards(fault: Fault, error: type[Exception]) -> None:
    async def ask() -> None:
        async with v1(HomeWizardV1(meter(), SETTINGS)) as (client, server):
            server.faults.command(fault)
            with pytest.raises(error):
                await client.get("/api/v1/data")
            await asyncio.sleep(fault.seconds + 0.05 if fault.kind is FaultKind.REBOOT else 0)
            assert (await client.get("/api/v1/data")).status_code == 200

    run(ask())


def test_an_error_another_device_and_a_slow_line_are_answers_too() -> None:
    async def ask() -> None:
        async with v1(HomeWizardV1(meter(), SETTINGS)) as (client, server):
            for kind in (FaultKind.EXCEPTION, FaultKind.WRONG_UNIT, FaultKind.BYTE_BY_BYTE):
                server.faults.command(Fault(kind, seconds=0.0002))
            replies = [await client.get("/api/v1/system") for _ in range(3)]
        assert [reply.status_code for reply in replies] == [500, 200, 200]
        assert "text/html" in replies[1].headers["content-type"]
        assert replies[2].json() == {"cloud_enabled": True}

    run(ask())


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Identity:
    program("openssl")
    folder: Path = tmp_path_factory.mktemp("identity")
    return make_identity(folder, NAME)


def trusting(identity: Identity) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(identity.ca))
    context.hostname_checks_common_name = True
    return context


@asynccontextmanager
async def v2(twin: HomeWizardV2, identity: Identity) -> AsyncIterator[tuple[httpx.AsyncClient, HttpServer]]:
    push = HomeWizardPush(twin)
    server = HttpServer(twin.respond, HURRIED_S, identity.context(), {"/api/ws": push.serve})
    push.server = server
    await server.start()
    try:
        async with httpx.AsyncClient(
            base_url=f"https://127.0.0.1:{server.port}", verify=trusting(identity), timeout=2
        ) as client:
            yield client, server
    finally:
        await server.stop()


AS_THE_DONGLE: dict[str, Any] = {"sni_hostname": NAME}
BEARER = {"Authorization": f"Bearer {TOKEN}", "X-Api-Version": "2"}


def test_v2_says_what_a_recorded_dongle_says_in_the_same_words_and_kinds(identity: Identity) -> None:
    real = recorded("v2/HWE-P1_measurement_3_phase_with_gas_with_watermeter.json")
    voltages = {f"voltage_l{k}_v": float for k in (1, 2, 3)}

    async def ask() -> None:
        async with v2(HomeWizardV2(meter(), SETTINGS, HandClock(), (TOKEN,)), identity) as (client, _):
            answer = await client.get("/api/measurement", headers=BEARER, extensions=AS_THE_DONGLE)
        data = answer.json()
        assert kinds(data) == {name: {**kinds(real), **voltages}[name] for name in data}
        assert (data["power_w"], data["current_a"]) == (2223, 17.5)
        assert data["timestamp"] == "2026-11-20T13:30:15"
        assert data["monthly_power_peak_timestamp"] == "2026-11-02T11:45:00"

    run(ask())


def test_the_certificate_bears_the_name_of_the_appliance_and_no_other(identity: Identity) -> None:
    async def ask() -> None:
        async with v2(HomeWizardV2(meter(), SETTINGS, HandClock(), (TOKEN,)), identity) as (client, _):
            for other in ({}, {"sni_hostname": "appliance/p1dongle/000000000000"}):
                with pytest.raises(httpx.ConnectError, match="certificate verify failed"):
                    await client.get("/api", headers=BEARER, extensions=other)

    run(ask())


def test_a_token_is_given_for_30_seconds_after_the_button(identity: Identity) -> None:
    async def ask() -> None:
        clock = HandClock()
        twin = HomeWizardV2(meter(), SETTINGS, clock)
        async with v2(twin, identity) as (client, _):

            async def pair(name: str) -> httpx.Response:
                return await client.post("/api/user", json={"name": name}, extensions=AS_THE_DONGLE)

            assert (await pair("local/us")).json() == {"error": "user:creation-not-enabled"}
            twin.press_button()
            clock.pass_s(30)
            assert (await pair("us")).json() == {"error": "user:name-invalid"}
            given = (await pair("local/us")).json()
            clock.pass_s(0.1)
            assert (await pair("local/us")).status_code == 403
            bearer = {"Authorization": f"Bearer {given['token']}"}
            users = await client.get("/api/user", headers=bearer, extensions=AS_THE_DONGLE)
            assert users.json() == [{"name": "local/us", "current": True}]

    run(ask())


def test_without_a_token_nothing_is_told(identity: Identity) -> None:
    async def ask() -> None:
        async with v2(HomeWizardV2(meter(), SETTINGS, HandClock(), (TOKEN,)), identity) as (client, _):
            for headers in ({}, {"Authorization": "Bearer 00"}, {"Authorization": f"Basic {TOKEN}"}):
                answer = await client.get("/api/measurement", headers=headers, extensions=AS_THE_DONGLE)
                assert answer.status_code == 401
                assert answer.json() == recorded("v2/error_unauthorized_401.json")

    run(ask())


def test_the_websocket_goes_as_recorded_and_pushes_every_sample(identity: Identity) -> None:
    session = shared("devices/fixtures/homewizard/v2/ws_session_example.jsonl").read_text().splitlines()
    told = [json.loads(line) for line in session]

    async def ask() -> None:
        clock, steady = HandClock(), Steady()
        twin = HomeWizardV2(meter(clock, steady), SETTINGS, clock, (TOKEN,))
        async with v2(twin, identity) as (_, server):
            url = f"wss://127.0.0.1:{server.port}/api/ws"
            async with connect(url, ssl=trusting(identity), server_hostname=NAME) as link:
                assert json.loads(await link.recv()) == told[0]["msg"]
                await link.send(json.dumps({"type": "authorization", "data": TOKEN}))
                assert json.loads(await link.recv()) == told[2]["msg"]
                await link.send(json.dumps(told[3]["msg"]))
                assert json.loads(await link.recv())["data"]["power_w"] == 2223
                steady.reading = replace(READING, power_w=(100.0, 0.0, 0.0))
                clock.pass_s(1)
                pushed = json.loads(await link.recv())
                assert (pushed["type"], pushed["data"]["power_w"]) == ("measurement", 100)
                await link.send(json.dumps({"type": "subscribe", "data": "weather"}))
                assert json.loads(await link.recv())["data"] == {"message": "request:unknown-subscription"}
                server.faults.command(Fault(FaultKind.CLOSED))
                clock.pass_s(1)
                with pytest.raises(ConnectionClosed):
                    await link.recv()

    run(ask())


def test_the_websocket_shows_a_wrong_token_the_door(identity: Identity) -> None:
    async def ask() -> None:
        twin = HomeWizardV2(meter(), SETTINGS, HandClock(), (TOKEN,))
        async with v2(twin, identity) as (_, server):
            url = f"wss://127.0.0.1:{server.port}/api/ws"
            async with connect(url, ssl=trusting(identity), server_hostname=NAME) as link:
                await link.recv()
                await link.send(json.dumps({"type": "authorization", "data": "wrong"}))
                assert json.loads(await link.recv())["data"] == {"message": "user:unauthorized"}
                with pytest.raises(ConnectionClosed):
                    await link.recv()

    run(ask())
