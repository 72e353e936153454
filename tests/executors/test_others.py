"""What the plan moves besides chargers: what is wanted, and that nobody keeps another waiting."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from domain.errors import DeviceSilent
from domain.plan import Plan
from domain.site import Site, parse_site
from executors.capabilities import BatteryTold, Switched
from executors.others import Others
from executors.others_wanted import OthersWanted, others_wanted
from executors.readings import BatteryReading, SignalReading, SwitchReading
from tests.executors.tracking.small_days import plan_of

SITE = """
name: Others
location: {time_zone: Europe/Brussels}
grid: {limit_a: 63}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
chargers:
  - {id: c0, current_a: {min: 6, max: 16}}
flexible_loads:
  - {id: boiler, power_kw: 2, run_h: 1, between: ["00:00", "23:59"]}
battery:
  {capacity_kwh: 10, charge_kw: 5, discharge_kw: 5, soc: {min: 0.1, max: 1.0}, efficiency: 0.9,
   control: CONTROL}
"""


def site(control: str = "full") -> Site:
    return parse_site(SITE.replace("CONTROL", control), "others.yaml")


def plan(battery_kw: tuple[float, float], boiler_kw: tuple[float, float]) -> Plan:
    base = plan_of(site(), [], {"c0": [10.0, 10.0]})
    power = replace(
        base.power,
        battery_kw=np.array(battery_kw),
        flexible_kw={"boiler": np.array(boiler_kw)},
    )
    return replace(base, power=power)


def at(of: Plan, slot: int) -> float:
    return float(of.grid.edges_s[slot]) + 1.0


def test_the_plan_says_what_runs_in_each_slot() -> None:
    day = plan((2.0, -3.0), (2.0, 0.0))
    assert others_wanted(site(), day, at(day, 0), ceiling_on=False) == OthersWanted(
        {"boiler": True}, "power", 2.0
    )
    assert others_wanted(site(), day, at(day, 1), ceiling_on=False) == OthersWanted(
        {"boiler": False}, "power", -3.0
    )


@pytest.mark.parametrize(("battery_kw", "way"), [(0.0, "hold"), (1.0, "hold"), (-2.0, "release")])
def test_a_battery_that_can_only_be_held_drains_when_the_plan_drains_it(battery_kw: float, way: str) -> None:
    day = plan((battery_kw, 0.0), (0.0, 0.0))
    assert others_wanted(site("hold"), day, at(day, 0), ceiling_on=False).battery == way
    assert others_wanted(site("none"), day, at(day, 0), ceiling_on=False).battery == "release"


def test_without_a_plan_for_now_loads_are_off_and_the_battery_is_let_be() -> None:
    day = plan((2.0, -3.0), (2.0, 0.0))
    nothing = OthersWanted({"boiler": False})
    assert others_wanted(site(), None, 0.0, ceiling_on=False) == nothing
    for late_s in (-1.0, float(day.grid.edges_s[-1] - day.grid.edges_s[0])):
        wall_s = float(day.grid.edges_s[0]) + late_s
        assert others_wanted(site(), day, wall_s, ceiling_on=False) == nothing


def test_while_the_ceiling_holds_all_of_it_is_the_cars() -> None:
    day = plan((2.0, -3.0), (2.0, 2.0))
    assert others_wanted(site(), day, at(day, 0), ceiling_on=True) == OthersWanted(
        {"boiler": False}, "power", 0.0
    )
    assert others_wanted(site(), day, at(day, 1), ceiling_on=True).battery_kw == -3.0


@dataclass
class FakeSwitch:
    """A switch that answers, or not."""

    away: bool = False
    told: list[bool] = field(default_factory=list)

    async def read(self) -> SwitchReading:
        return SwitchReading(1.0, self.told[-1])

    async def switch(self, *, on: bool) -> Switched:
        if self.away:
            await asyncio.sleep(3600)
        self.told.append(on)
        return Switched(confirmed=True, written=True)


@dataclass
class FakeBattery:
    told: list[float | str] = field(default_factory=list)

    async def read(self) -> BatteryReading:
        return BatteryReading(100.0, -1.5, 0.5)

    async def set_power(self, power_kw: float) -> BatteryTold:
        self.told.append(power_kw)
        return BatteryTold(power_kw, confirmed=True, written=True)

    async def release(self) -> None:
        self.told.append("release")


@dataclass
class FakeSignal:
    fails: bool = False

    async def read(self) -> SignalReading:
        if self.fails:
            raise DeviceSilent("cut wire")
        return SignalReading(95.0, on=True)


def test_everybody_is_asked_and_told_though_one_hangs() -> None:
    async def test() -> None:
        now = [100.0]
        wanted = [OthersWanted({"a": True, "b": False}, "power", 1.0)]
        hangs, works, battery, signal = FakeSwitch(away=True), FakeSwitch(), FakeBattery(), FakeSignal()
        others = Others(
            lambda: wanted[0],
            lambda: now[0],
            switches={"a": hangs, "b": works},
            battery=battery,
            signal=signal,
            sleep=lambda _: asyncio.sleep(0),
        )
        task = asyncio.ensure_future(others.run())
        await asyncio.sleep(0.05)
        assert works.told[:2] == [False, False]
        assert list(others.heard.switches) == ["b"]
        assert battery.told[0] == 1.0
        assert (others.signal().on, others.signal().age_s) == (True, 5.0)
        assert others.battery_kw == -1.5
        wanted[0] = OthersWanted()
        signal.fails = True
        await asyncio.sleep(0.05)
        assert battery.told.count("release") == 1
        assert others.heard.trouble == {"signal": "cut wire"}
        now[0] = 200.0
        assert others.signal().age_s == 105.0
        assert math.isnan(others.battery_kw)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    asyncio.run(test())
