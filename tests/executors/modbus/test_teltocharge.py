"""The TeltoCharge driver over RTU frames, against a server laid out from the maker's wiki."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

import pytest

from domain.errors import DeviceRefused, DeviceSilent, WrongDevice
from domain.site_devices import SerialLine
from executors.capabilities import CurrentLimit, FedBy, Pause, PhaseChoice, PowerReading, Watchdog
from executors.control.seam import CarState
from executors.modbus.link import ModbusLink
from executors.modbus.phase_change import Step
from executors.modbus.teltocharge import TeltoCharge
from executors.modbus.teltocharge_words import LIMIT_CAUSES, TERMINALS, rest_of
from tests.executors.modbus.telto_table import teltocharge
from tests.executors.tiny_modbus import Device, serve


class Bench:
    """An EVC2, its driver, and a clock in the test's hand."""

    def __init__(self, device: Device) -> None:
        self.device = device
        self.now_s = 1000.0
        self.charger: TeltoCharge

    async def sleep(self, seconds: float) -> None:
        self.now_s += seconds

    @property
    def writes(self) -> list[tuple[int, int]]:
        return [(address, value) for function, address, value in self.device.requests if function == 6]

    async def codes(self) -> set[str]:
        own = {"device_error", "device_warning", "own_limit"}
        return {alarm.code for alarm in (await self.charger.read()).alarms} - own


def run(test: Callable[[Bench], Awaitable[None]], device: Device | None = None) -> None:
    async def whole() -> None:
        bench = Bench(device or teltocharge())
        async with serve({3: bench.device}, rtu=True) as server:
            line = SerialLine(device=f"tcp://127.0.0.1:{server.port}", baud=9600, parity="even")
            link = ModbusLink(line, lambda: bench.now_s, bench.sleep, timeout_s=1.5)
            bench.charger = TeltoCharge(link, 3)
            await test(bench)
            await link.close()

    asyncio.run(asyncio.wait_for(whole(), 30))


def test_it_is_the_sum_of_its_abilities() -> None:
    async def test(bench: Bench) -> None:
        for ability in (CurrentLimit, Pause, PowerReading, Watchdog, PhaseChoice):
            assert isinstance(bench.charger, ability)
        assert bench.charger.fed_by is FedBy.ANY_FRAME

    run(test)


def test_all_45_registers_are_read_in_units_and_words() -> None:
    async def test(bench: Bench) -> None:
        start = await bench.charger.start()
        live, rest = start.live, start.rest
        assert live.voltage_v == (230.0, 231.0, 229.0)
        assert live.current_a == pytest.approx((15.9, 0.0, 16.1))
        assert (live.pilot, live.state, live.state_s) == ("C", CarState.CHARGING, 65541)
        assert (live.three_phase, live.can_change_phases, live.amp_limit_a) == (True, True, 16)
        assert (live.connected, live.to_use, live.amps_to_use) == ((0, 1, 2), 6, 16)
        assert (live.session, live.authorize, live.lock, live.timeout_s, live.failsafe_a) == (0, 0, 0, 30, 6)
        assert (rest.reboot, rest.needs_authorization, rest.product) == (0, True, 1234)
        assert (rest.serial, rest.firmware, rest.point_state) == (123_456_789, 11250, "charging")
        assert (rest.grid_limit_a, rest.user_limit_a, rest.locked) == (25, 16, True)
        assert (rest.temperature_c, rest.ocpp_connected, rest.iec_state) == (-5.0, True, "C2")
        assert rest.warnings == ("hot", "car draws more than it may", "PEN fault was seen")
        assert rest.errors == ("overcurrent", "residual current")
        assert (rest.limit_cause, rest.power_class_kw) == ("the user's setting", 11.0)
        assert (rest.power_kw, rest.session_kwh, rest.session_s) == (7.36, 12.34, 5400)
        assert rest.total_kwh == pytest.approx(1234.56)
        assert {finding.code for finding in start.findings} == {"authorization", "device_error"}
        addresses = {a for _, first, n in bench.device.requests for a in range(first, first + n)}
        assert addresses == set(range(45))

    run(test)


def test_another_device_at_the_unit_is_refused() -> None:
    async def test(bench: Bench) -> None:
        bench.device.holding[9] = 1
        with pytest.raises(WrongDevice, match="register 9 holds 1"):
            await bench.charger.start()

    run(test)


def test_a_charger_that_answers_function_4_only_is_found_too() -> None:
    async def test(bench: Bench) -> None:
        assert (await bench.charger.start()).live.identity == 21571
        assert {function for function, _, _ in bench.device.requests[1:]} == {4}

    device = teltocharge()
    device.input, device.holding = device.holding, {}
    run(test, device)


@pytest.mark.parametrize(("wanted_a", "held"), [(7.9, 7), (5.9, 0), (0.0, 0), (31.0, 16)])
def test_amperes_are_whole_downwards_never_1_to_5_and_not_above_its_own_limit(
    wanted_a: float, held: int
) -> None:
    async def test(bench: Bench) -> None:
        await bench.charger.start()
        assert (await bench.charger.offer(wanted_a)).limit_a == held
        assert bench.writes == [(15, held)]

    run(test)


def test_pausing_never_ends_the_session() -> None:
    async def test(bench: Bench) -> None:
        await bench.charger.start()
        await bench.charger.pause()
        assert bench.device.holding[16] == 0
        assert bench.device.holding[15] == 0

    run(test)


def test_a_cut_goes_out_at_once_a_rise_waits_and_what_is_held_is_not_written() -> None:
    async def test(bench: Bench) -> None:
        await bench.charger.start()
        await bench.charger.offer(10.0)
        await bench.charger.read()
        assert not (await bench.charger.offer(10.0)).written
        assert (await bench.charger.offer(8.0)).written
        assert (await bench.charger.offer(12.0)).limit_a == 8.0
        bench.now_s += 5.1
        assert (await bench.charger.offer(12.0)).limit_a == 12.0
        assert bench.writes == [(15, 10), (15, 8), (15, 12)]

    run(test)


def test_what_the_app_changes_is_seen_and_set_right() -> None:
    async def test(bench: Bench) -> None:
        await bench.charger.start()
        await bench.charger.offer(10.0)
        assert await bench.codes() == set()
        bench.device.holding[15] = 16
        assert await bench.codes() == {"foreign_write"}
        bench.now_s += 2.0
        assert (await bench.charger.offer(10.0)).written
        bench.device.holding[12] = 13
        assert await bench.codes() == {"foreign_write"}

    run(test)


def test_the_watchdog_is_set_read_back_and_watched() -> None:
    async def test(bench: Bench) -> None:
        await bench.charger.start()
        state = await bench.charger.arm(8.0, 20.0)
        assert (state.fallback_a, state.after_s, state.proven) == (8.0, 20.0, True)
        assert "either" in state.doubt
        assert bench.writes == [(19, 20), (20, 8)]
        assert await bench.codes() == set()
        bench.device.holding[19] = 0
        assert await bench.codes() == {"watchdog_changed"}
        for fallback_a, after_s in ((3.0, 20.0), (8.0, 0.0), (8.0, 601.0), (33.0, 20.0)):
            with pytest.raises(DeviceRefused):
                await bench.charger.arm(fallback_a, after_s)

    run(test)


def test_nothing_is_sent_that_nobody_asked_for_because_any_frame_feeds_the_watchdog() -> None:
    async def test(bench: Bench) -> None:
        await bench.charger.start()
        before = len(bench.device.requests)
        assert not await bench.charger.feed()
        await asyncio.sleep(0.1)
        assert len(bench.device.requests) == before

    run(test)


def test_phases_are_changed_only_after_the_car_stopped_and_nothing_is_offered_until_they_rested() -> None:
    async def test(bench: Bench) -> None:
        await bench.charger.start()
        await bench.charger.offer(16.0)
        await bench.charger.use_terminals((1,))
        assert (await bench.charger.offer(16.0)).limit_a == 0.0
        await bench.charger.read()
        bench.now_s += 1.0
        await bench.charger.offer(16.0)
        assert bench.device.holding[14] == 6  # still draws
        bench.device.holding |= {3: 0, 4: 0, 5: 0, 6: 2}
        await bench.charger.read()
        bench.now_s += 1.0
        await bench.charger.offer(16.0)
        assert bench.device.holding[14] == 1
        bench.device.holding |= {13: 1}
        for _ in range(9):
            bench.now_s += 1.0
            await bench.charger.read()
            assert (await bench.charger.offer(16.0)).limit_a == 0.0
        bench.now_s += 1.0
        await bench.charger.offer(16.0)
        assert bench.charger.change is not None
        assert bench.charger.change.step is Step.DONE
        told = await bench.charger.offer(16.0)
        assert told.limit_a == 16.0
        assert bench.device.holding[15] == 16
        assert await bench.codes() == set()
        assert [address for address, _ in bench.writes] == [15, 15, 14, 15]

    run(test)


def test_a_car_that_does_not_stop_is_not_switched_under_load() -> None:
    async def test(bench: Bench) -> None:
        await bench.charger.start()
        await bench.charger.use_terminals((0,))
        for _ in range(40):
            bench.now_s += 1.0
            await bench.charger.read()
            await bench.charger.offer(16.0)
        assert bench.device.holding[14] == 6
        assert await bench.codes() == {"phase_change"}

    run(test)


def test_a_charger_that_cannot_change_phases_says_so() -> None:
    async def test(bench: Bench) -> None:
        bench.device.holding[11] = 0
        assert "phases_fixed" in {finding.code for finding in (await bench.charger.start()).findings}
        with pytest.raises(DeviceRefused, match="register 11"):
            await bench.charger.use_terminals((0,))
        await bench.charger.use_terminals((0, 1, 2))
        assert bench.charger.change is None

    run(test)


def test_every_choice_of_phases_has_a_code_of_the_table() -> None:
    assert {code: "".join(f"L{t + 1}" for t in terminals) for code, terminals in TERMINALS.items()} == {
        0: "L1",
        1: "L2",
        2: "L3",
        3: "L1L2",
        4: "L1L3",
        5: "L2L3",
        6: "L1L2L3",
        7: "",
    }


def test_codes_that_the_table_does_not_have_are_shown_as_numbers() -> None:
    words = [0] * 24
    words[27 - 21], words[33 - 21], words[36 - 21], words[37 - 21] = 99, 99, 8, 9
    rest = rest_of(words)
    assert (rest.point_state, rest.iec_state, rest.limit_cause) == ("state 99", "state 99", "cause 8")
    assert math.isnan(rest.power_class_kw)
    assert len(LIMIT_CAUSES) == 8


def test_warnings_come_with_the_slow_values_in_words_and_stay_until_the_next_look() -> None:
    async def test(bench: Bench) -> None:
        reading = await bench.charger.read()
        found = {alarm.code: alarm.words for alarm in reading.alarms}
        assert set(found) == {"device_error", "device_warning", "own_limit"}
        assert found["own_limit"] == "its current is limited by the user's setting"
        assert (reading.power_kw, reading.session_kwh) == (7.36, 12.34)
        bench.now_s += 1.0
        later = await bench.charger.read()
        assert math.isnan(later.power_kw)
        assert (later.session_kwh, later.alarms) == (12.34, reading.alarms)

    run(test)


def test_a_lost_write_is_sent_again_with_the_next_order() -> None:
    async def test(bench: Bench) -> None:
        await bench.charger.start()
        bench.device.delay_s = lambda function, _address: 5.0 if function == 6 else 0.0
        with pytest.raises(DeviceSilent):
            await bench.charger.offer(0.0)
        bench.device.delay_s = lambda _function, _address: 0.0
        assert (await bench.charger.offer(0.0)).written

    run(test)
