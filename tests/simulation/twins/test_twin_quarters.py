"""The quarter-hour values of a Belgian meter, by hand calculation."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from simulation.twins.quarters import KeepsQuarters
from tests.simulation.twins.steady import BRUSSELS, READING, Steady


def at(text: str, import_kwh: float, steady: Steady) -> None:
    moment = datetime.fromisoformat(text).replace(tzinfo=BRUSSELS)
    steady.reading = replace(READING, at=moment, netted_import_kwh=import_kwh)


def test_the_running_quarter_climbs_to_its_mean_and_the_highest_of_the_month_stays() -> None:
    steady = Steady()
    at("2026-11-20 13:30:00", 100.0, steady)
    meter = KeepsQuarters(steady, BRUSSELS)
    found = []
    for moment, kwh in (
        ("13:40:00", 100.5),  # 0.5 kWh so far: 2 kW over the whole quarter
        ("13:44:59", 101.0),  # 1 kWh: 4 kW
        ("13:45:00", 101.0),
        ("13:59:59", 101.5),
        ("14:10:00", 101.5),
    ):
        at(f"2026-11-20 {moment}", kwh, steady)
        demand = meter.read().demand
        assert demand is not None
        found.append((demand.quarter_kw, demand.month_peak_kw, f"{demand.month_peak_at:%H:%M}"))
    assert found == [
        (2, 0, "13:30"),
        (4, 0, "13:30"),
        (0, 4, "13:45"),
        (2, 4, "13:45"),
        (0, 4, "13:45"),
    ]


def test_the_highest_quarter_begins_afresh_with_the_local_month() -> None:
    steady = Steady()
    at("2026-11-30 23:45:00", 100.0, steady)
    meter = KeepsQuarters(steady, BRUSSELS)
    at("2026-11-30 23:59:59", 102.0, steady)
    meter.read()
    at("2026-12-01 00:00:00", 102.0, steady)
    demand = meter.read().demand
    assert demand is not None
    assert demand.month_peak_kw == 0
