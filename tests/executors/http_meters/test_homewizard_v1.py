"""HomeWizard's open API, with its recorded answers over HTTP."""

from __future__ import annotations

import asyncio
import math

import httpx
import pytest

from domain.errors import DeviceGarbled, DeviceRefused, DeviceSilent
from executors.http_meters.homewizard_v1 import HomeWizardV1
from executors.readings import MeterReading
from tests.executors.http_meters.web_server import Answer, web_server
from tests.shared_data import shared


def read(status: int, body: bytes, path: str = "/api/v1/data", *, invert: bool = False) -> MeterReading:
    def answering(_method: str, asked: str, _headers: dict[str, str]) -> Answer:
        return (status, {}, body) if asked == path else (404, {}, b"")

    async def ask(port: int) -> MeterReading:
        async with httpx.AsyncClient() as client:
            clock = asyncio.get_running_loop().time
            meter = HomeWizardV1(client, f"127.0.0.1:{port}", clock, nominal_v=230, invert=invert)
            return await meter.read()

    with web_server(answering) as port:
        return asyncio.run(ask(port))


def recorded(name: str) -> MeterReading:
    return read(200, shared(f"devices/fixtures/homewizard/v1/{name}.json").read_bytes())


def test_a_recorded_answer_of_a_belgian_or_dutch_meter() -> None:
    reading = recorded("evcc_HWE-P1_data_real_redacted")
    assert reading.power_kw == pytest.approx((-0.021, 0.057, 0.168))
    assert reading.current_a == pytest.approx((-0.092, 0.252, 0.747))
    assert reading.voltage_v == (228.0, 226.0, 225.0)
    assert reading.total_kw == pytest.approx(0.203)
    assert (reading.import_kwh, reading.export_kwh) == (18664.997, 13823.608)
    assert reading.resolution_a == 0.0


def test_whole_amperes_are_marked_and_the_belgian_fields_read() -> None:
    reading = recorded("HWE-P1_data")
    assert reading.current_a == (-4.0, 2.0, 0.0)
    assert reading.resolution_a == 1.0
    assert (reading.quarter_kw, reading.month_peak_kw) == pytest.approx((0.123, 1.111))


def test_a_kwh_meter_shows_every_digit() -> None:
    reading = recorded("HWE-KWH3_data")
    assert reading.current_a == pytest.approx((0.0, 15.521, 15.477))
    assert reading.frequency_hz == pytest.approx(49.926)
    assert reading.resolution_a == 0.0


def test_without_currents_they_come_from_power_on_the_cautious_side() -> None:
    reading = recorded("HWE-P1_data_minimal")
    assert reading.estimated
    assert reading.current_a == pytest.approx((-676 / 253, 133 / 207, 0.0))
    assert reading.import_kwh == pytest.approx(10830.511 + 2948.827)


def test_phases_that_are_null_are_missing() -> None:
    reading = recorded("HWE-P1_data_single_phase")
    assert reading.power_kw[0] == pytest.approx(-0.676)
    assert math.isnan(reading.power_kw[1])
    assert math.isnan(reading.current_a[2])


def test_an_api_that_is_switched_off_says_what_to_do() -> None:
    body = shared("devices/fixtures/homewizard/v1/error_api_disabled_403.json").read_bytes()
    with pytest.raises(DeviceRefused, match="switch it on in the app"):
        read(403, body)


@pytest.mark.parametrize(
    "body", [b"<html>busy</html>", b"[1, 2]", b"", b'{"active_power_w": 1' + b"0" * 300_000]
)
def test_an_answer_that_is_no_object_is_garbled(body: bytes) -> None:
    with pytest.raises(DeviceGarbled):
        read(200, body)


def test_text_and_truth_values_are_not_numbers() -> None:
    reading = read(200, b'{"active_power_w": "12", "active_current_l1_a": true, "active_power_l1_w": NaN}')
    assert math.isnan(reading.total_kw)
    assert math.isnan(reading.current_a[0])


def test_nobody_there_is_silence() -> None:
    async def ask() -> None:
        async with httpx.AsyncClient() as client:
            await HomeWizardV1(client, "127.0.0.1:1", lambda: 0.0, nominal_v=230).read()

    with pytest.raises(DeviceSilent):
        asyncio.run(ask())
