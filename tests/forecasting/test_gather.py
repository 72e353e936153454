"""Gathering: how far the horizon goes, which requests count, and what is told."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from domain.errors import InputError
from domain.series import Quality
from domain.site import Site
from forecasting.gather import Files, gather
from tests.forecasting.sites import ROOF, SHED, local, site, write_csv

HABIT = {"charger": "driveway", "days": ["tue"], "arrive": "18:00", "depart": "07:30", "energy_kwh": 18}
MONDAY = local("2026-06-01T12:00")
REQUEST_HEAD = "charger,arrival,departure,energy_kwh"


def price_file(path: Path, start: datetime, hours: int) -> Path:
    rows = [(start + timedelta(hours=hour), 0.2) for hour in range(hours)]
    return write_csv(path / "prices.csv", "time,buy_eur_per_kwh", rows)


def request_file(path: Path, *rows: tuple[str, datetime, datetime, float]) -> Path:
    return write_csv(path / "requests.csv", REQUEST_HEAD, rows)


def two_chargers() -> Site:
    chargers = [{"id": name, "current_a": {"min": 6, "max": 16}} for name in ("driveway", "garage")]
    habits = [HABIT, {**HABIT, "charger": "garage"}]
    return site(chargers=chargers, departures=habits)


def test_a_fixed_price_is_known_until_tomorrow_ends() -> None:
    found = gather(site(), MONDAY, Files())
    assert found.grid.start == MONDAY
    assert found.grid.end == local("2026-06-03T00:00")
    assert len(found.grid) == 36 * 4
    assert found.requests == ()


def test_tomorrow_ends_at_midnight_also_where_clocks_change() -> None:
    found = gather(site(), local("2026-03-28T00:00"), Files())
    assert len(found.grid) == 96 + 92


def test_the_horizon_ends_with_the_known_prices(tmp_path: Path) -> None:
    found = gather(site(), MONDAY, Files(prices=price_file(tmp_path, local("2026-06-01"), 30)))
    assert found.grid.end == local("2026-06-02T06:00")


def test_a_later_departure_extends_it_and_the_prices_get_a_declared_tail(tmp_path: Path) -> None:
    home = site(departures=[HABIT])
    found = gather(home, MONDAY, Files(prices=price_file(tmp_path, local("2026-06-01"), 24)))
    assert [one.id for one in found.requests] == ["driveway@2026-06-01T16:00Z"]
    assert found.grid.end == local("2026-06-02T07:30")
    assert found.buy.quality[-1] == Quality.REPEATED
    assert any("ends at 2026-06-02T00:00+02:00" in note for note in found.notes)


def test_no_horizon_is_longer_than_72_hours(tmp_path: Path) -> None:
    files = Files(
        prices=price_file(tmp_path, local("2026-06-01"), 24 * 7),
        requests=request_file(tmp_path, ("driveway", MONDAY, MONDAY + timedelta(days=5), 10.0)),
    )
    found = gather(site(), MONDAY, files)
    assert found.grid.end - found.grid.start == timedelta(hours=72)
    assert len(found.requests) == 1
    assert any(
        "share of time before the horizon ends at 2026-06-04T12:00+02:00" in note for note in found.notes
    )


def test_a_file_replaces_the_habits_of_the_chargers_that_it_names(tmp_path: Path) -> None:
    file = request_file(tmp_path, ("driveway", MONDAY, MONDAY + timedelta(hours=3), 4.0))
    found = gather(two_chargers(), MONDAY, Files(requests=file))
    assert [(one.charger, one.energy_kwh) for one in found.requests] == [("driveway", 4), ("garage", 18)]


def test_requests_that_are_over_or_too_late_are_left_out_and_said(tmp_path: Path) -> None:
    hour = timedelta(hours=1)
    file = request_file(
        tmp_path,
        ("driveway", MONDAY - 5 * hour, MONDAY, 1.0),
        ("driveway", MONDAY + hour, MONDAY + 2 * hour, 2.0),
        ("driveway", MONDAY + 72 * hour, MONDAY + 80 * hour, 3.0),
    )
    found = gather(two_chargers(), MONDAY, Files(requests=file))
    assert [one.energy_kwh for one in found.requests if one.charger == "driveway"] == [2]
    assert sum("left out, over by 2026-06-01T12:00+02:00" in note for note in found.notes) == 1
    assert sum("left out, starting after" in note for note in found.notes) == 1


def test_a_car_that_is_there_already_is_kept(tmp_path: Path) -> None:
    file = request_file(tmp_path, ("driveway", MONDAY - timedelta(hours=5), MONDAY + timedelta(hours=1), 1.0))
    assert len(gather(site(), MONDAY, Files(requests=file)).requests) == 1


def test_a_departure_between_two_seconds_lies_inside_the_horizon(tmp_path: Path) -> None:
    leaving = MONDAY + timedelta(hours=40, microseconds=5)
    found = gather(site(), MONDAY, Files(requests=request_file(tmp_path, ("driveway", MONDAY, leaving, 1.0))))
    assert found.grid.end >= leaving
    assert not any("share of time" in note for note in found.notes)


def test_prices_that_all_lie_before_the_plan_are_refused(tmp_path: Path) -> None:
    file = price_file(tmp_path, local("2026-05-20"), 24)
    with pytest.raises(
        InputError, match=r"prices that end at 2026-05-21T00:00\+02:00, before the plan starts"
    ):
        gather(site(), MONDAY, Files(prices=file))


def test_prices_that_start_after_the_plan_are_refused(tmp_path: Path) -> None:
    file = price_file(tmp_path, local("2026-06-01T13:00"), 24)
    with pytest.raises(InputError, match=r"starts at 2026-06-01T13:00\+02:00, after the horizon does"):
        gather(site(), MONDAY, Files(prices=file))


def test_the_faults_of_all_files_are_told_together(tmp_path: Path) -> None:
    for name, head in (("p", "time,price"), ("s", "time,sun_kw"), ("l", "time,house_kw"), ("r", "charger")):
        (tmp_path / f"{name}.csv").write_text(f"{head}\n2026-06-01T00:00Z\n")
    home = site(solar=[ROOF, SHED], sell={"source": "fixed", "eur_per_kwh": 0.1})
    paths = {name: tmp_path / f"{name[0]}.csv" for name in ("prices", "solar", "load", "requests")}
    with pytest.raises(InputError) as caught:
        gather(home, MONDAY, Files(**paths))
    assert {Path(fault.source).name for fault in caught.value.faults} == {"p.csv", "s.csv", "l.csv", "r.csv"}


def test_a_file_wrong_in_every_row_is_cut_short_once_beside_the_faults_of_another(tmp_path: Path) -> None:
    prices = write_csv(tmp_path / "p.csv", "time,market_eur_per_kwh", [(hour, "x") for hour in range(300)])
    with pytest.raises(InputError) as caught:
        gather(site(), MONDAY, Files(prices=prices, load=tmp_path / "none.csv"))
    of_prices = [fault for fault in caught.value.faults if fault.source == str(prices)]
    assert len(of_prices) == 101
    assert of_prices[-1].found == "500 faults more in this file"
    assert caught.value.faults[-1].source == str(tmp_path / "none.csv")


def test_nothing_is_missing_in_what_is_gathered() -> None:
    home = site({"source": "sample"}, solar=[ROOF, SHED], sell={"source": "sample"})
    found = gather(home, local("2026-06-01T09:07:31"), Files())
    series = [found.buy, found.sell, *found.solar_kw.values(), *found.load_kw]
    assert all(one.grid == found.grid for one in series)
    assert not any(np.isnan(one.values).any() for one in series)
    assert list(found.solar_kw) == ["roof", "shed"]


@pytest.mark.parametrize("slot_min", [5, 15, 30, 60])
def test_the_slots_are_as_long_as_asked(slot_min: int) -> None:
    found = gather(site(), local("2026-06-01"), Files(), slot_min)
    assert len(found.grid) == 48 * 60 // slot_min


def test_an_hour_priced_in_quarters_costs_their_mean(tmp_path: Path) -> None:
    rows = [(local("2026-06-01") + timedelta(minutes=15 * i), (i % 4) / 10) for i in range(96)]
    file = write_csv(tmp_path / "p.csv", "time,buy_eur_per_kwh", rows)
    assert gather(site(), local("2026-06-01"), Files(prices=file), 60).buy.values == pytest.approx(
        [0.15] * 24
    )
