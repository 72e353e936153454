"""Quantiles of solar and load in files: what scenarios they make, and every fault of them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import InputError
from domain.inputs import PlanInputs
from domain.site import Site
from forecasting.gather import Files, gather
from tests.forecasting.sites import ROOF, SHED, local, site, write_csv

START = local("2026-06-01T00:00")
SELL = {"source": "fixed", "eur_per_kwh": 0.05}


def day_file(path: Path, head: str, row: tuple[object, ...]) -> Path:
    """Two days on which every hour holds the same values."""
    return write_csv(path, head, [(START + timedelta(hours=hour), *row) for hour in range(48)])


def of_day(home: Site, **files: Path) -> PlanInputs:
    return gather(home, START, Files(**files), 60)


def first_kw(inputs: PlanInputs, number: int) -> tuple[dict[str, float], list[float]]:
    """Solar and load of the first slot in a scenario."""
    case = inputs.scenarios[number]
    suns = {array: round(float(one.values[0]), 9) for array, one in case.solar_kw.items()}
    return suns, [round(float(one.values[0]), 9) for one in case.load_kw]


def test_little_sun_goes_with_much_load_and_the_total_is_split_as_ever(tmp_path: Path) -> None:
    solar = day_file(tmp_path / "solar.csv", "time,solar_kw,solar_p10_kw,solar_p90_kw", (4.0, 1.0, 6.0))
    load = day_file(tmp_path / "load.csv", "time,load_kw,load_p10_kw,load_p90_kw", (0.9, 0.3, 2.4))
    found = of_day(site(solar=[ROOF, SHED], sell=SELL), solar=solar, load=load)
    assert {array: float(one.values[0]) for array, one in found.solar_kw.items()} == {
        "roof": 3.0,
        "shed": 1.0,
    }
    bad, good = found.scenarios
    assert (bad.name, bad.probability) == ("little sun, much load", 0.3)
    assert (good.name, good.probability) == ("much sun, little load", 0.3)
    assert first_kw(found, 0) == ({"roof": 0.75, "shed": 0.25}, [0.8, 0.8, 0.8])
    assert first_kw(found, 1) == ({"roof": 4.5, "shed": 1.5}, [0.1, 0.1, 0.1])


def test_each_array_and_each_phase_may_have_its_own(tmp_path: Path) -> None:
    """What has none stays as expected."""
    head = "time,roof_kw,shed_kw,roof_p10_kw,roof_p90_kw"
    solar = day_file(tmp_path / "solar.csv", head, (3.0, 1.0, 2.0, 5.0))
    head = "time,load_l1_kw,load_l2_kw,load_l3_kw,load_l2_p90_kw,load_l2_p10_kw"
    load = day_file(tmp_path / "load.csv", head, (0.5, 0.6, 0.7, 2.0, 0.1))
    found = of_day(site(solar=[ROOF, SHED], sell=SELL), solar=solar, load=load)
    assert first_kw(found, 0) == ({"roof": 2.0, "shed": 1.0}, [0.5, 2.0, 0.7])
    assert first_kw(found, 1) == ({"roof": 5.0, "shed": 1.0}, [0.5, 0.1, 0.7])


def test_a_file_of_the_site_may_say_them_too(tmp_path: Path) -> None:
    day_file(tmp_path / "sun.csv", "time,roof_kw,roof_p10_kw,roof_p90_kw", (3.0, 2.0, 5.0))
    home = site(solar=[{**ROOF, "source": "file", "path": "sun.csv"}], sell=SELL)
    found = gather(home, START, Files(base=tmp_path), 60)
    assert first_kw(found, 0)[0] == {"roof": 2.0}


def test_where_a_file_ends_nobody_says_how_uncertain_it_is(tmp_path: Path) -> None:
    """One day is known, the second is repeated: there the scenarios are as expected."""
    rows = [(START + timedelta(hours=hour), 3.0, 2.0, 5.0) for hour in range(24)]
    solar = write_csv(tmp_path / "solar.csv", "time,roof_kw,roof_p10_kw,roof_p90_kw", rows)
    departures = [
        {"charger": "driveway", "days": ["wed"], "arrive": "00:00", "depart": "01:00", "energy_kwh": 1}
    ]
    found = of_day(site(solar=[ROOF], sell=SELL, departures=departures), solar=solar)
    assert len(found.grid) > 24
    bad, good = (case.solar_kw["roof"].values for case in found.scenarios)
    assert (bad[0], good[0]) == (2.0, 5.0)
    assert (bad[-1], good[-1]) == (3.0, 3.0)


def test_without_quantiles_there_are_no_scenarios(tmp_path: Path) -> None:
    solar = day_file(tmp_path / "solar.csv", "time,solar_kw", (4.0,))
    assert of_day(site(solar=[ROOF], sell=SELL), solar=solar).scenarios == ()


def test_an_array_that_is_named_like_a_quantile_keeps_its_column(tmp_path: Path) -> None:
    other = {**SHED, "id": "roof_p10"}
    solar = day_file(tmp_path / "solar.csv", "time,roof_kw,roof_p10_kw", (3.0, 1.0))
    found = of_day(site(solar=[ROOF, other], sell=SELL), solar=solar)
    assert {array: float(one.values[0]) for array, one in found.solar_kw.items()} == {
        "roof": 3.0,
        "roof_p10": 1.0,
    }
    assert found.scenarios == ()


FAULTS = {
    "one of the two": (
        "time,solar_kw,solar_p10_kw",
        (4.0, 1.0),
        (
            1,
            "solar_p10_kw",
            "no column 'solar_p90_kw'",
            "give solar_p10_kw, solar_kw and solar_p90_kw together",
        ),
    ),
    "no central column": (
        "time,solar_p10_kw,solar_p90_kw",
        (1.0, 6.0),
        (1, "solar_p10_kw", "no column 'solar_kw'", "together"),
    ),
    "p10 above": (
        "time,solar_kw,solar_p10_kw,solar_p90_kw",
        (4.0, 4.5, 6.0),
        (2, "solar_p10_kw", "4.5, above solar_kw of 4", "at most solar_kw"),
    ),
    "p90 below": (
        "time,solar_kw,solar_p10_kw,solar_p90_kw",
        (4.0, 1.0, 3.5),
        (2, "solar_p90_kw", "3.5, below solar_kw of 4", "at least solar_kw"),
    ),
    "negative": (
        "time,solar_kw,solar_p10_kw,solar_p90_kw",
        (4.0, -1.0, 6.0),
        (2, "solar_p10_kw", "'-1.0'", "a number from 0"),
    ),
    "empty": (
        "time,solar_kw,solar_p10_kw,solar_p90_kw",
        (4.0, "", 6.0),
        (2, "solar_p10_kw", "an empty cell", "a number from 0"),
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_wrong_quantile_is_told_with_its_line(name: str, tmp_path: Path) -> None:
    head, row, (line, where, found, allowed) = FAULTS[name]
    solar = day_file(tmp_path / "solar.csv", head, row)
    with pytest.raises(InputError) as caught:
        of_day(site(solar=[ROOF], sell=SELL), solar=solar)
    first = caught.value.faults[0]
    assert (first.line, first.where) == (line, where)
    assert found in first.found
    assert allowed in first.allowed


def test_the_faults_of_both_files_come_together(tmp_path: Path) -> None:
    head = "time,solar_kw,solar_p10_kw,solar_p90_kw"
    rows = [(START, 4.0, 5.0, 6.0), (START + timedelta(hours=1), 4.0, 3.0, 2.0)]
    solar = write_csv(tmp_path / "solar.csv", head, rows)
    load = day_file(tmp_path / "load.csv", "time,load_kw,load_p90_kw", (1.0, 2.0))
    with pytest.raises(InputError) as caught:
        of_day(site(solar=[ROOF], sell=SELL), solar=solar, load=load)
    told = [(Path(one.source).name, one.line, one.where) for one in caught.value.faults]
    assert told == [
        ("solar.csv", 2, "solar_p10_kw"),
        ("solar.csv", 3, "solar_p90_kw"),
        ("load.csv", 1, "load_p90_kw"),
    ]
