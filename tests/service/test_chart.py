"""The chart: its panels, its colours, its words, and its files."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from matplotlib import dates
from matplotlib.figure import Figure

from domain.errors import InputError
from domain.plan import Plan, Status
from domain.series import Quality
from domain.time_grid import TimeGrid
from service.chart import figure, save
from service.chart_axis import edges, stretches
from service.chart_rows import tightest
from tests.plans import BRUSSELS, garage_plan, home_plan, with_shortfall

PNG = b"\x89PNG\r\n"


def words_in(chart: Figure) -> str:
    texts = [*chart.texts, *(text for panel in chart.axes for text in panel.texts)]
    legends = [panel.get_legend() for panel in chart.axes]
    inside = [text.get_text() for legend in legends if legend for text in legend.get_texts()]
    labels = [panel.get_ylabel() for panel in chart.axes]
    return " | ".join([*(text.get_text() for text in texts), *inside, *labels])


def made_of(plan: Plan, source: str) -> Plan:
    return replace(plan, sources={name: replace(one, source=source) for name, one in plan.sources.items()})


def test_a_home_has_a_panel_each_for_prices_power_charger_and_circuit() -> None:
    assert len(figure(home_plan()).axes) == 4


def test_six_chargers_have_a_panel_each_and_seven_share_one() -> None:
    assert len(figure(garage_plan(6)).axes) == 9
    assert len(figure(garage_plan(7)).axes) == 4


def test_the_title_says_site_money_and_proof() -> None:
    words = words_in(figure(home_plan()))
    assert "Home in Ghent" in words
    assert "19.3 kWh charged for 1.50 EUR" in words
    assert "proven within 0.03% of the best" in words


def test_made_up_data_says_so_and_real_data_does_not() -> None:
    assert "SAMPLE DATA" in words_in(figure(home_plan()))
    assert "SAMPLE DATA" not in words_in(figure(made_of(home_plan(), "prices.csv")))


def test_the_part_with_forecast_prices_is_marked() -> None:
    assert "forecast" in words_in(figure(home_plan()))


def test_a_load_that_is_a_forecast_in_whole_or_in_part_is_named_so() -> None:
    plan = home_plan()
    load = plan.sources["load"]
    for first, label in ((Quality.FORECAST, "load, forecast"), (Quality.PUBLISHED, "load, partly\nforecast")):
        quality = np.full(len(plan.grid), Quality.FORECAST, dtype=np.int8)
        quality[0] = first
        sources = {**plan.sources, "load": replace(load, quality=quality)}
        assert label in words_in(figure(replace(plan, sources=sources)))
    quality = np.full(len(plan.grid), Quality.PUBLISHED, dtype=np.int8)
    certain = replace(plan, sources={**plan.sources, "load": replace(load, quality=quality)})
    assert "load," not in words_in(figure(certain))


def test_each_phase_set_is_named_beside_its_charger() -> None:
    words = words_in(figure(home_plan()))
    assert "| L1 |" in words
    assert "L1 L2 L3" in words


def test_missing_energy_stands_out() -> None:
    words = words_in(figure(with_shortfall(home_plan())))
    assert "NOT ENOUGH: circuit grid L1" in words
    assert "4.0 kWh missing" in words


def test_a_plan_that_is_not_as_good_as_asked_says_so() -> None:
    assert "wider than the gap asked for" in words_in(figure(home_plan(Status.FEASIBLE)))


def test_a_plan_by_rule_is_not_called_proven() -> None:
    assert "made by rule, not proven" in words_in(figure(home_plan(Status.FALLBACK)))


def test_a_site_name_with_dollar_signs_is_not_taken_for_a_formula(tmp_path: Path) -> None:
    save(replace(home_plan(), site="Plaza $5 $\\frac{1}$"), tmp_path / "plan.png")


def test_a_name_in_letters_that_the_font_lacks_is_drawn_all_the_same(tmp_path: Path) -> None:
    save(replace(home_plan(), site="充電所"), tmp_path / "plan.png")


def test_the_ending_decides_between_png_and_svg(tmp_path: Path) -> None:
    save(home_plan(), tmp_path / "plan.png", tmp_path / "plan.SVG")
    assert (tmp_path / "plan.png").read_bytes().startswith(PNG)
    assert b"<svg" in (tmp_path / "plan.SVG").read_bytes()


@pytest.mark.parametrize("name", ["plan.pdf", "plan", "plan.png.txt"])
def test_another_ending_is_refused_before_anything_is_written(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"must end in \.png or \.svg"):
        save(home_plan(), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_the_picture_is_small_enough_to_be_kept(tmp_path: Path) -> None:
    save(home_plan(), tmp_path / "plan.png")
    assert (tmp_path / "plan.png").stat().st_size < 200_000


def test_the_axis_shows_local_hours() -> None:
    chart = figure(home_plan())
    chart.canvas.draw()
    shown = [label.get_text() for label in chart.axes[-1].get_xticklabels()]
    assert shown[0] == "12:00"
    assert "00:00" in shown


def test_a_day_on_which_the_clock_goes_back_is_an_hour_longer() -> None:
    zone = ZoneInfo(BRUSSELS)
    grid = TimeGrid.between(
        datetime(2026, 10, 25, tzinfo=zone), datetime(2026, 10, 26, tzinfo=zone), BRUSSELS
    )
    at = edges(grid)
    assert len(at) == 101
    assert at[-1] - at[0] == pytest.approx(25 / 24)


def test_stretches_are_the_runs_of_true_slots() -> None:
    plan = home_plan()
    on = plan.chargers["driveway"].current_a > 0
    found = [
        tuple(dates.num2date(edge, tz=ZoneInfo(BRUSSELS)).hour for edge in run)
        for run in stretches(on, plan.grid)
    ]
    assert found == [(13, 14), (22, 4)]


def test_the_tightest_circuit_is_the_one_nearest_to_its_limit() -> None:
    plan = home_plan()
    grid = plan.circuits["grid"]
    tight = replace(grid, limit_a=grid.limit_a - 12)
    assert tightest(replace(plan, circuits={"grid": grid, "garage": tight})) == "garage"


def test_phases_that_carry_the_same_are_all_seen() -> None:
    plan = home_plan()
    even = np.full((3, len(plan.grid)), 7.0)
    chart = figure(replace(plan, circuits={"grid": replace(plan.circuits["grid"], phase_a=even)}))
    panel = next(one for one in chart.axes if "circuit grid" in one.get_ylabel())
    named = {str(one.get_label()): one.get_linewidth() for one in panel.patches}
    assert named["L1"] > named["L2"] > named["L3"] > 0


def test_a_circuit_without_a_limit_in_amperes_is_drawn_without_one() -> None:
    plan = home_plan()
    endless = replace(plan.circuits["grid"], limit_a=np.full((3, len(plan.grid)), np.inf))
    chart = figure(replace(plan, circuits={"grid": endless}))
    assert "limit" not in words_in(chart)


def test_a_plan_of_a_few_minutes_and_one_of_three_days_can_be_drawn() -> None:
    for length in (timedelta(minutes=20), timedelta(hours=72)):
        plan = home_plan()
        grid = TimeGrid.between(plan.grid.start, plan.grid.start + length, BRUSSELS)
        figure(_stretched(plan, grid)).canvas.draw()


def _stretched(plan: Plan, grid: TimeGrid) -> Plan:
    """The same plan over another horizon, its slots repeated as they come."""
    take = np.arange(len(grid)) % len(plan.grid)
    told = plan.chargers["driveway"]
    charger = replace(
        told,
        current_a=told.current_a[take],
        power_kw=told.power_kw[take],
        phases=tuple(told.phases[slot] for slot in take),
    )
    power = replace(
        plan.power,
        solar_kw=plan.power.solar_kw[take],
        curtailed_kw=plan.power.curtailed_kw[take],
        load_kw=plan.power.load_kw[take],
    )
    circuit = plan.circuits["grid"]
    circuit = replace(circuit, phase_a=circuit.phase_a[:, take], limit_a=circuit.limit_a[:, take])
    sources = {
        name: replace(one, grid=grid, values=one.values[take], quality=one.quality[take])
        for name, one in plan.sources.items()
    }
    return replace(
        plan,
        grid=grid,
        chargers={"driveway": charger},
        power=power,
        circuits={"grid": circuit},
        sources=sources,
    )
