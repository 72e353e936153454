"""HomeWizard's API v2 over TLS: token, certificate's name, WebSocket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.server import ServerConnection, serve

from domain.errors import DeviceGarbled, DeviceRefused, DeviceSilent
from executors.http_meters.homewizard_socket import HomeWizardSocket
from executors.http_meters.homewizard_v2 import HomeWizardV2, certificate_name, pair, trust
from executors.readings import MeterReading
from tests.executors.http_meters.certificates import authority, device_tls
from tests.executors.http_meters.web_server import Answer, web_server
from tests.shared_data import needs, shared

NAME = "appliance/p1dongle/5c2fafaabbcc"
TOKEN = "0123456789ABCDEF0123456789ABCDEF"  # noqa: S105 - of nobody
THREE_PHASES = "HWE-P1_measurement_3_phase_with_gas_with_watermeter"


def body(name: str) -> bytes:
    return shared(f"devices/fixtures/homewizard/v2/{name}.json").read_bytes()


def answering(method: str, path: str, headers: dict[str, str]) -> Answer:
    if headers.get("x-api-version") != "2":
        return 400, {}, b"{}"
    if (method, path) == ("POST", "/api/user"):
        return 200, {}, json.dumps({"token": TOKEN, "name": "local/test"}).encode()
    if path != "/api/measurement" or headers.get("authorization") != f"Bearer {TOKEN}":
        return 401, {}, body("error_unauthorized_401")
    return 200, {}, body(THREE_PHASES)


def asked(ca: Path, port: int, name: str = NAME, token: str = TOKEN) -> MeterReading:
    async def ask() -> MeterReading:
        async with httpx.AsyncClient(verify=trust(ca)) as client:
            clock = asyncio.get_running_loop().time
            meter = HomeWizardV2(client, f"127.0.0.1:{port}", name, token, clock, nominal_v=230)
            return await meter.read()

    return asyncio.run(ask())


@needs("devices/fixtures/homewizard/v2")
def test_a_measurement_comes_over_tls_with_token_and_name(tmp_path: Path) -> None:
    ca = authority(tmp_path)
    with web_server(answering, device_tls(tmp_path, NAME)) as port:
        reading = asked(ca, port)
    assert reading.current_a == (-4.0, 2.0, 0.0)
    assert reading.power_kw == pytest.approx((-0.676, 0.133, 0.0))
    assert reading.telegram == "2024-06-28T14:12:34"
    assert reading.device_time is None
    assert (reading.quarter_kw, reading.month_peak_kw) == pytest.approx((0.123, 1.111))


def test_another_device_with_a_good_certificate_is_refused(tmp_path: Path) -> None:
    ca = authority(tmp_path)
    with (
        web_server(answering, device_tls(tmp_path, "appliance/p1dongle/ffffffffffff")) as port,
        pytest.raises(DeviceSilent),
    ):
        asked(ca, port)


def test_a_certificate_of_another_authority_is_refused(tmp_path: Path) -> None:
    for folder in ("ours", "theirs"):
        (tmp_path / folder).mkdir()
    ca = authority(tmp_path / "ours")
    authority(tmp_path / "theirs")
    with web_server(answering, device_tls(tmp_path / "theirs", NAME)) as port:
        with pytest.raises(DeviceSilent):
            asked(ca, port)
        with pytest.raises(DeviceSilent):
            asyncio.run(certificate_name("127.0.0.1", port, trust(ca)))


@needs("devices/fixtures/homewizard/v2")
def test_a_token_that_is_not_accepted_is_told(tmp_path: Path) -> None:
    ca = authority(tmp_path)
    with (
        web_server(answering, device_tls(tmp_path, NAME)) as port,
        pytest.raises(DeviceRefused, match="pair again"),
    ):
        asked(ca, port, token="wrong")  # noqa: S106 - that is the point


def test_the_name_for_the_site_file_is_read_from_the_certificate(tmp_path: Path) -> None:
    ca = authority(tmp_path)
    with web_server(answering, device_tls(tmp_path, NAME)) as port:
        assert asyncio.run(certificate_name("127.0.0.1", port, trust(ca))) == NAME
    with (
        web_server(answering, device_tls(tmp_path, "printer.local")) as port,
        pytest.raises(DeviceGarbled, match=r"printer\.local"),
    ):
        asyncio.run(certificate_name("127.0.0.1", port, trust(ca)))


def test_pairing_wants_the_button_first(tmp_path: Path) -> None:
    ca, pressed = authority(tmp_path), [False]

    def button(method: str, path: str, headers: dict[str, str]) -> Answer:
        return answering(method, path, headers) if pressed[0] else (403, {}, b"{}")

    async def ask(port: int) -> str:
        async with httpx.AsyncClient(verify=trust(ca)) as client:
            return await pair(client, f"127.0.0.1:{port}", NAME, "test")

    with web_server(button, device_tls(tmp_path, NAME)) as port:
        with pytest.raises(DeviceRefused, match="press its button"):
            asyncio.run(ask(port))
        pressed[0] = True
        assert asyncio.run(ask(port)) == TOKEN


def test_homewizards_own_authority_is_read(tmp_path: Path) -> None:
    context = trust(shared("devices/fixtures/homewizard/v2/homewizard-ca-cert.pem"))
    assert len(context.get_ca_certs()) == 1
    assert context.check_hostname


Talk = Callable[[ServerConnection], Any]


def over_socket(tmp_path: Path, talk: Talk, wanted: Callable[[HomeWizardSocket], Any]) -> None:
    ca = authority(tmp_path)

    async def test() -> None:
        async with serve(talk, "127.0.0.1", 0, ssl=device_tls(tmp_path, NAME)) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            clock = asyncio.get_running_loop().time
            meter = HomeWizardSocket(f"127.0.0.1:{port}", NAME, TOKEN, trust(ca), clock, nominal_v=230)
            task = asyncio.create_task(meter.run())
            try:
                await wanted(meter)
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    asyncio.run(asyncio.wait_for(test(), 20))


async def first(meter: HomeWizardSocket) -> MeterReading:
    while True:
        try:
            return await meter.read()
        except DeviceSilent:
            await asyncio.sleep(0.01)


async def play(socket: ServerConnection, session: list[dict[str, Any]]) -> None:
    """The device's side of a recorded session."""
    for frame in session:
        if frame["dir"] == "tx":
            said = json.loads(await socket.recv())
            assert said == json.loads(json.dumps(frame["msg"]).replace("<TOKEN>", TOKEN))
        elif "msg" in frame:
            await socket.send(json.dumps(frame["msg"]))
        else:
            data = json.loads(body(frame["data_file"].removesuffix(".json")))
            await socket.send(json.dumps({"type": "measurement", "data": data}))


def test_measurements_come_by_themselves_after_the_documented_exchange(tmp_path: Path) -> None:
    lines = shared("devices/fixtures/homewizard/v2/ws_session_example.jsonl").read_text().splitlines()
    session = [json.loads(line) for line in lines]

    async def talk(socket: ServerConnection) -> None:
        await play(socket, session[:5])
        await socket.wait_closed()

    async def wanted(meter: HomeWizardSocket) -> None:
        assert (await first(meter)).current_a == (-4.0, 2.0, 0.0)

    over_socket(tmp_path, talk, wanted)


def test_a_refusal_over_the_socket_is_told_as_the_reason_of_the_silence(tmp_path: Path) -> None:
    async def talk(socket: ServerConnection) -> None:
        await socket.send(json.dumps({"type": "error", "data": {"message": "user:unauthorized"}}))
        await socket.wait_closed()

    async def wanted(meter: HomeWizardSocket) -> None:
        while True:
            with pytest.raises(DeviceSilent) as caught:
                await meter.read()
            if "user:unauthorized" in str(caught.value):
                return
            await asyncio.sleep(0.01)

    over_socket(tmp_path, talk, wanted)
