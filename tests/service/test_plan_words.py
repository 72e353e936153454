"""What a plan says in words."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from rich.console import Console

from domain.plan import Binding, Plan, Proof, Status
from scheduler.baselines import Baseline
from service import plan_words as words
from service.screen_plan import show_tables
from tests.plans import garage_plan, home_plan, with_breach, with_shortfall
from tests.tolerance import approx_eur, approx_kwh


def shown(plan: Plan, at_once_eur: float = 0.0) -> str:
    console = Console(file=io.StringIO(), width=120, highlight=False)
    show_tables(plan, at_once_eur, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_block_is_a_stretch_of_one_current_on_one_phase_set() -> None:
    day, night = words.blocks(home_plan(), "driveway")
    assert (f"{day.start:%H:%M}", f"{day.end:%H:%M}", day.current_a, day.phases) == (
        "13:00",
        "14:00",
        8,
        "L1L2L3",
    )
    assert (f"{night.start:%H:%M}", f"{night.end:%H:%M}", night.current_a) == ("22:00", "04:00", 10)
    assert night.energy_kwh == approx_kwh(6 * 2.3)


def test_the_price_of_a_block_is_weighted_by_energy() -> None:
    day, _ = words.blocks(home_plan(), "driveway")
    assert day.price_eur_per_kwh == approx_eur(-0.02)


def test_a_session_that_covers_part_of_a_slot_cuts_its_block() -> None:
    plan = home_plan()
    late = plan.requests[0].request.model_copy(update={"arrival": plan.grid.start + timedelta(minutes=67)})
    plan = replace(plan, requests=(replace(plan.requests[0], request=late),))
    assert f"{words.blocks(plan, 'driveway')[0].start:%H:%M}" == "13:07"


def test_saving_is_told_in_money_and_share() -> None:
    plan = home_plan()
    line = words.comparison(plan, plan.cost.without_charging_eur + 6.0)
    assert line == "charging 1.50 EUR; charging at once: 6.00 EUR; saved: 4.50 EUR (75%)"


def test_sums_that_are_shown_add_up_to_the_cent() -> None:
    plan = home_plan()
    plan = replace(plan, cost=replace(plan.cost, without_charging_eur=plan.cost.total_eur - 8.404))
    assert "saved: 5.22 EUR" in words.comparison(plan, plan.cost.without_charging_eur + 13.616)


def test_no_share_is_told_where_charging_earns_money() -> None:
    plan = home_plan()
    assert "%" not in words.comparison(plan, plan.cost.without_charging_eur - 0.2)
    assert words.comparison(plan, plan.cost.total_eur) == "charging 1.50 EUR, the same as charging at once"


@pytest.mark.parametrize(
    ("status", "cost", "gap", "told"),
    [
        (Status.OPTIMAL, 10.0, 0.0002, "less than a cent (0.02%) above the best possible; solved in 0.2 s"),
        (
            Status.FEASIBLE,
            10.5,
            0.05,
            "at most 0.50 EUR (5.00%) above the best possible, wider than the gap asked for",
        ),
        (Status.FALLBACK, 10.5, np.inf, "made by rule because the solver gave nothing"),
        (Status.FEASIBLE, 10.5, np.inf, "every limit holds; how far the cost is from the best is not known"),
    ],
)
def test_the_proof_in_one_sentence(status: Status, cost: float, gap: float, told: str) -> None:
    proof = Proof(status, cost, 10.0, gap, 0.0, 0.0, 0.0, 0.05, 0.1, 1, 1, 1)
    assert words.proof_line(proof).startswith(told)


@pytest.mark.parametrize(
    ("before", "told"), [(0.001, ", mostly by rounding to the charger's steps"), (0.04, "")]
)
def test_a_gap_that_rounding_left_is_told_apart_from_one_that_the_search_left(
    before: float, told: str
) -> None:
    proof = Proof(Status.FEASIBLE, 10.5, 10.0, 0.05, before, 0.0, 0.0, 0.05, 0.1, 1, 1, 1)
    assert f"wider than the gap asked for{told}; solved in 0.2 s" in words.proof_line(proof)


def test_money_has_no_negative_zero() -> None:
    assert words.money(-0.001) == "0.00 EUR"


def test_a_shortfall_says_how_much_why_and_what_helps() -> None:
    (line,) = words.shortfall_lines(with_shortfall(home_plan()))
    assert line == (
        "driveway@2026-06-17T10:00Z misses 4.0 of 23.3 kWh; what binds: circuit grid L1; "
        "remedy: 2 A more on circuit grid"
    )


def test_every_limit_that_binds_is_named() -> None:
    plan = with_shortfall(home_plan())
    garage = tuple(Binding("circuit", "garage", phase, (40,)) for phase in ("L3", "L1"))
    more = (*garage, Binding("power", "grid", None, (41,)))
    (line,) = words.shortfall_lines(
        replace(plan, requests=(replace(plan.requests[0], also_binding=more), *plan.requests[1:]))
    )
    assert "; what binds: circuit grid L1 and circuit garage L1, L3 and the power limit of grid;" in line


def test_a_breach_says_what_is_exceeded_when_and_by_what() -> None:
    plan = with_breach(home_plan())
    assert words.breach_line(plan, plan.breaches[0]) == (
        "without any charging, grid L2 has 27.5 A where 24.0 A is allowed (current; Wed 14:30 to 15:00)"
    )


def test_stretches_of_slots_are_counted() -> None:
    assert words.spans(home_plan(), (0, 1, 5, 9)) == "Wed 12:00 to 12:30 and 2 more"


def test_the_screen_shows_blocks_money_proof_and_sources() -> None:
    told = shown(with_breach(with_shortfall(home_plan())), 3.0)
    for part in ("Wed 22:00", "10 A", "L1L2L3", "13.80 kWh", "Missing", "Breach", "SAMPLE DATA", "optimal"):
        assert part in told
    assert "published until Thu 00:00, then forecast" in told
    assert "Note     prices after 00:00 are a forecast" in told


def test_many_chargers_have_one_line_for_each_request() -> None:
    told = shown(garage_plan(20))
    assert told.count(" kWh ") >= 20
    assert sum(line.strip().startswith("point-") for line in told.splitlines()) == 20


def test_a_plan_without_requests_says_so() -> None:
    plan = home_plan()
    assert "No car wants energy in this time." in shown(replace(plan, requests=()))


def test_names_in_square_brackets_are_text_and_no_style() -> None:
    plan = home_plan()
    told = shown(replace(plan, site="[red]x[/red] [/]", chargers={"[b]": plan.chargers["driveway"]}))
    assert "[red]x[/red] [/]" in told
    assert "[b]" in told


def test_flexible_loads_and_battery_are_told_beside_the_cars() -> None:
    """2 kW in slots 0, 1 and 3; the battery takes 1 kW in the first slot and gives 0.5 in the last."""
    home = home_plan()
    boiler, battery = np.zeros(len(home.grid)), np.zeros(len(home.grid))
    boiler[[0, 1, 3]], battery[0], battery[-1] = 2.0, 1.0, -0.5
    power = replace(home.power, flexible_kw={"boiler": boiler}, battery_kw=battery)
    first, second = words.device_lines(replace(home, power=power))
    hours = home.grid.hours
    assert first.startswith("boiler: ")
    assert first.count(" to ") == 2
    assert first.endswith(f"{2.0 * (hours[0] + hours[1] + hours[3]):.1f} kWh")
    assert second == f"battery: takes {hours[0]:.1f} kWh, gives {0.5 * hours[-1]:.1f} kWh"


def test_the_plan_is_held_against_each_car_in_its_cheapest_hours() -> None:
    plan = home_plan()
    rule = Baseline(plan.cost.total_eur + 0.35, 0.0)
    assert words.rule_line(plan, rule) == "each car in its cheapest hours, one after the other: 0.35 EUR more"
    worse = Baseline(plan.cost.total_eur - 0.2, 2.1)
    assert words.rule_line(plan, worse).endswith("0.20 EUR less, with 2.1 kWh more missing")
    assert words.rule_line(plan, Baseline(plan.cost.total_eur, 0.0)).endswith(": the same")
    assert words.rule_line(replace(plan, requests=()), rule) == ""


@pytest.mark.parametrize(
    ("current_a", "told"), [(258.42583, "258.4 A"), (92.4048, "92.4 A"), (6.25, "6.25 A")]
)
def test_a_current_has_as_many_digits_as_a_person_reads(current_a: float, told: str) -> None:
    assert words.amps(current_a) == told


def test_a_request_of_a_large_site_is_one_line_in_a_narrow_terminal() -> None:
    console = Console(file=io.StringIO(), width=80, highlight=False)
    plan = garage_plan(20)
    show_tables(plan, plan.cost.total_eur, console)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    first = next(i for i, line in enumerate(lines) if "point-01" in line)
    told = [line.split()[0] for line in lines[first : first + 20]]
    assert told == [one.request.charger for one in plan.requests]


@pytest.mark.parametrize(
    ("kwh", "said"), [(7.92, "7.9"), (0.05, "0.1"), (0.0495, "0.050"), (0.0002, "0.001")]
)
def test_what_is_missing_is_never_said_to_be_nothing(kwh: float, said: str) -> None:
    assert words.missing_words(kwh) == said
