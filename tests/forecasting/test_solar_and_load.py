"""Solar and load: who gives them, and on which array or phase they land."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import InputError, SourceError
from domain.inputs import PlanInputs
from domain.site import Site
from forecasting.gather import Files, gather
from tests.forecasting.sites import ROOF, SHED, local, site, write_csv

START = local("2026-06-01T00:00")
SELL = {"source": "fixed", "eur_per_kwh": 0.05}


def day_file(path: Path, head: str, row: tuple[float, ...]) -> Path:
    """Two days on which every hour holds the same values."""
    return write_csv(path, head, [(START + timedelta(hours=hour), *row) for hour in range(48)])


def of_day(home: Site, **files: Path) -> PlanInputs:
    return gather(home, START, Files(**files), 60)


def first_kw(inputs: PlanInputs) -> dict[str, float]:
    return {array: float(series.values[0]) for array, series in inputs.solar_kw.items()}


def load_kw(inputs: PlanInputs) -> list[float]:
    return [float(series.values[0]) for series in inputs.load_kw]


def test_the_total_of_the_sun_is_split_by_peak_power(tmp_path: Path) -> None:
    file = day_file(tmp_path / "solar.csv", "time,solar_kw", (4.0,))
    assert first_kw(of_day(site(solar=[ROOF, SHED], sell=SELL), solar=file)) == {"roof": 3.0, "shed": 1.0}


def test_each_array_may_have_its_column(tmp_path: Path) -> None:
    file = day_file(tmp_path / "solar.csv", "time,shed_kw,roof_kw", (1.5, 2.5))
    assert first_kw(of_day(site(solar=[ROOF, SHED], sell=SELL), solar=file)) == {"roof": 2.5, "shed": 1.5}


def test_an_array_that_the_file_lacks_comes_from_its_own_source(tmp_path: Path) -> None:
    file = day_file(tmp_path / "solar.csv", "time,shed_kw", (1.5,))
    found = of_day(site(solar=[ROOF, SHED], sell=SELL), solar=file)
    assert found.solar_kw["shed"].source == str(file)
    assert found.solar_kw["roof"].source == "sample solar"


def test_arrays_may_share_a_file_of_the_site(tmp_path: Path) -> None:
    day_file(tmp_path / "sun.csv", "time,shed_kw,roof_kw", (1.5, 2.5))
    named = [{**array, "source": "file", "path": "sun.csv"} for array in (ROOF, SHED)]
    found = gather(site(solar=named, sell=SELL), START, Files(base=tmp_path), 60)
    assert first_kw(found) == {"roof": 2.5, "shed": 1.5}


def test_a_sun_far_above_the_panels_is_doubted(tmp_path: Path) -> None:
    file = day_file(tmp_path / "solar.csv", "time,solar_kw", (4000.0,))
    notes = " ".join(of_day(site(solar=[ROOF], sell=SELL), solar=file).notes)
    assert "up to 4000 kW from 6 kW peak: are these watts" in notes


def test_an_hour_of_sun_or_load_that_was_never_seen_is_not_guessed(tmp_path: Path) -> None:
    """The file knows 0:00 to 8:00 of the first day, the horizon goes to the end of the second."""
    rows = [(START + timedelta(hours=hour), 2.0) for hour in range(8)]
    for column in ("solar", "load"):
        file = write_csv(tmp_path / f"{column}.csv", f"time,{column}_kw", rows)
        with pytest.raises(InputError, match="no value from 2026-06-01T08:00"):
            of_day(site(solar=[ROOF], sell=SELL), **{column: file})


@pytest.mark.parametrize(
    ("head", "row", "word"),
    [
        ("time,barn_kw", (1.0,), "unknown column 'barn_kw'"),
        ("time,solar_kw,roof_kw", (1.0, 1.0), "solar_kw or the arrays"),
        ("time,solar_kw", (-1.0,), "from 0 to 1e"),
    ],
)
def test_wrong_solar_columns_are_told(head: str, row: tuple[float, ...], word: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=word):
        of_day(site(solar=[ROOF], sell=SELL), solar=day_file(tmp_path / "solar.csv", head, row))


def test_a_solar_file_for_a_site_without_arrays_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no solar array"):
        of_day(site(), solar=day_file(tmp_path / "solar.csv", "time,solar_kw", (4.0,)))


def test_a_solar_provider_must_have_been_asked_unless_a_file_stands_in(tmp_path: Path) -> None:
    roof = {**ROOF, "source": "solcast", "resource_id": "1", "key_env": "KEY"}
    with pytest.raises(SourceError, match=r"solar.roof: solcast roof was not asked.*--solar"):
        of_day(site(solar=[roof], sell=SELL))
    file = day_file(tmp_path / "solar.csv", "time,solar_kw", (4.0,))
    assert first_kw(of_day(site(solar=[roof], sell=SELL), solar=file)) == {"roof": 4.0}


@pytest.mark.parametrize("column", ["solar_kw", "roof_kw"])
def test_an_array_may_name_a_file_of_its_own(column: str, tmp_path: Path) -> None:
    day_file(tmp_path / "roof.csv", f"time,{column}", (2.0,))
    roof = {**ROOF, "source": "file", "path": "roof.csv"}
    found = gather(site(solar=[roof], sell=SELL), START, Files(base=tmp_path), 60)
    assert first_kw(found) == {"roof": 2.0}


def test_one_load_is_even_over_the_phases_of_the_grid(tmp_path: Path) -> None:
    file = day_file(tmp_path / "load.csv", "time,load_kw", (3.0,))
    assert load_kw(of_day(site(), load=file)) == [1.0, 1.0, 1.0]
    one_phase = site(grid={"phases": 1})
    assert load_kw(of_day(one_phase, load=file)) == [3.0, 0.0, 0.0]


def test_each_phase_may_have_its_load(tmp_path: Path) -> None:
    file = day_file(tmp_path / "load.csv", "time,load_l1_kw,load_l2_kw,load_l3_kw", (1.0, 0.5, 0.25))
    assert load_kw(of_day(site(), load=file)) == [1.0, 0.5, 0.25]


@pytest.mark.parametrize(
    ("head", "phases", "word"),
    [
        ("time,load_l1_kw", 3, "either load_kw, or load_l1_kw and load_l2_kw and load_l3_kw"),
        ("time,load_kw,load_l1_kw", 3, "either load_kw"),
        ("time,load_l2_kw", 1, "unknown column 'load_l2_kw'"),
    ],
)
def test_wrong_load_columns_are_told(head: str, phases: int, word: str, tmp_path: Path) -> None:
    file = day_file(tmp_path / "load.csv", head, (1.0,) * head.count(","))
    with pytest.raises(InputError, match=word):
        of_day(site(grid={"phases": phases}), load=file)


def test_without_a_file_the_site_says_its_load(tmp_path: Path) -> None:
    day_file(tmp_path / "load.csv", "time,load_kw", (6.0,))
    assert load_kw(of_day(site(load={"source": "fixed", "kw": 0.6}))) == pytest.approx([0.2] * 3)
    own = site(load={"source": "file", "path": "load.csv"})
    assert load_kw(gather(own, START, Files(base=tmp_path), 60)) == [2.0] * 3


def test_without_any_load_the_base_load_counts_and_is_said() -> None:
    found = of_day(site(grid={"base_load_max_a": 10}))
    assert load_kw(found) == pytest.approx([2.3] * 3)
    assert any("grid.base_load_max_a of 10 A counts" in note for note in found.notes)


def test_without_base_load_it_is_zero_and_said() -> None:
    found = of_day(site())
    assert load_kw(found) == [0.0] * 3
    assert any("the load counts as 0" in note for note in found.notes)
