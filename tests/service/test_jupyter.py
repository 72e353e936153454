"""A notebook plans a day with one import, from files or frames, and what it gets shows itself."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from domain.errors import InputError
from service.jupyter import figure, frame, limits, limits_by_slot, plan_day, requests
from service.planning import Planned
from tests.plans import home_plan, with_shortfall

ROOT = Path(__file__).resolve().parents[2]
SITE = """
name: Two points <&> one wire
location: {time_zone: Europe/Brussels}
grid: {limit_a: 10}
chargers:
  - {id: left, current_a: {min: 6, max: 16}, wiring: [L1]}
  - {id: right, current_a: {min: 6, max: 16}, wiring: [L2]}
tariff: {buy: {source: file, path: prices.csv}}
"""
PRICES = pd.DataFrame(
    {"buy_eur_per_kwh": [0.10, 0.30, 0.30, 0.30], "sell_eur_per_kwh": 0.0},
    index=pd.date_range("2026-03-18T17:00", periods=4, freq="h", tz="Europe/Brussels", name="time"),
)


def wishes(left_kwh: float = 4.2, right_kwh: float = 2.0) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "charger": ["left", "right"],
            "arrival": pd.Timestamp("2026-03-18T17:00", tz="Europe/Brussels"),
            "departure": pd.Timestamp("2026-03-18T21:00", tz="Europe/Brussels"),
            "energy_kwh": [left_kwh, right_kwh],
        }
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("notebook") / "site.yaml"
    path.write_text(SITE)
    return path


@pytest.fixture(scope="module")
def day(site: Path) -> Planned:
    return plan_day(site, at="2026-03-18T17:00", prices=PRICES, requests=wishes(), calm_eur=0.0)


def test_a_day_is_planned_from_frames(day: Planned) -> None:
    table = requests(day)
    assert list(table["charger"]) == ["left", "right"]
    assert table["delivered_kwh"].to_numpy() == pytest.approx([4.2, 2.0], abs=0.06)
    assert (table["shortfall_kwh"] == 0).all()
    assert table["arrival"].iloc[0].hour == 17


def test_the_frame_has_the_plan_by_the_sites_clock(day: Planned) -> None:
    table = frame(day)
    assert table.index[0] == pd.Timestamp("2026-03-18T17:00", tz="Europe/Brussels")
    assert len(table) == 16
    assert (table["charger left"]["phases"].iloc[:4] == "L1").all()
    assert table["charger left"]["current_a"].iloc[:4].to_numpy() == pytest.approx(10.0)
    assert table["circuit grid"]["L1_headroom_a"].iloc[:4].to_numpy() == pytest.approx(0.0)
    bought_eur = (table["site"]["import_kw"] * table["price"]["buy_eur_per_kwh"]).sum() / 4
    assert bought_eur == pytest.approx(day.plan.cost.total_eur)


def test_the_frame_of_a_plan_holds_every_part_of_it() -> None:
    blocks = set(frame(home_plan()).columns.get_level_values("of"))
    assert blocks == {"price", "site", "charger driveway", "circuit grid"}


def test_an_ampere_on_the_wire_of_the_waiting_car_has_its_price(day: Planned) -> None:
    """L1 carries 2.3 kWh in the cheap hour; 0.23 kWh more of them save 0.20 EUR each."""
    table = limits(day)
    assert table[["circuit", "phase", "unit"]].to_numpy().tolist() == [["grid", "L1", "A"]]
    assert table["saves_eur"].to_numpy() == pytest.approx([0.046])
    assert table["highest_eur_per_unit_h"].to_numpy() == pytest.approx([0.046])
    by_slot = limits_by_slot(day)
    assert by_slot.to_numpy().ravel() == pytest.approx(np.repeat([0.046, 0.0], [4, 12]))


def test_a_request_that_misses_energy_says_what_is_in_its_way(site: Path) -> None:
    short = plan_day(site, at="2026-03-18T17:00", prices=PRICES, requests=wishes(left_kwh=12.0))
    told = requests(short).iloc[0]
    assert told["shortfall_kwh"] == pytest.approx(12.0 - 9.2, abs=0.06)
    assert told["binding"] == "circuit grid L1"
    assert "A more on circuit grid" in told["remedy"]
    assert limits(short)["saves_kwh"].to_numpy() == pytest.approx([0.92])


def test_what_a_plan_shows_names_its_parts_and_escapes_them(day: Planned) -> None:
    text = day._repr_html_()
    assert "Two points &lt;&amp;&gt; one wire" in text
    assert "17:00 to 18:00 10 A L1" in text
    assert "data:image/png;base64," in text


def test_a_figure_shows_itself() -> None:
    assert figure(with_shortfall(home_plan()))._repr_png_().startswith(b"\x89PNG")


def test_a_day_is_planned_inside_a_running_event_loop(site: Path) -> None:
    async def notebook() -> Planned:
        return plan_day(str(site), at="2026-03-18T17:00", prices=PRICES, requests=wishes())

    assert len(asyncio.run(notebook()).plan.requests) == 2


def test_what_is_wrong_with_the_options_comes_together(site: Path) -> None:
    with pytest.raises(InputError) as caught:
        plan_day(site, at="at noon", gap=7.0)
    assert {fault.where or fault.source for fault in caught.value.faults} >= {"--gap", "--at"}


def test_who_lacks_pandas_is_told_what_installs_it() -> None:
    code = "import sys; sys.modules['pandas'] = None; import service.jupyter"
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stderr.strip().endswith("pip install 'chargewright[jupyter]'")


def test_a_table_that_is_none_is_refused(site: Path) -> None:
    with pytest.raises(InputError):
        plan_day(site, prices=[1, 2])  # type: ignore[arg-type]  # what this test is about
