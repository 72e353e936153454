"""When a plan starts: offsets, local time, and the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.errors import InputError
from service.plan_options import PlanOrder, numbers_of, order_faults, start_of
from service.planning import read_order
from tests.service.commands import HOME

NOW = datetime(2026, 6, 17, 9, 30, 12, 345_678, UTC)
BRUSSELS = "Europe/Brussels"
ALL = ["--slot-min", "--gap", "--calm-eur", "--time-limit", "--chart", "--at"]


@pytest.mark.parametrize(
    ("typed", "utc", "said"),
    [
        (None, "2026-06-17T09:30:12", ""),
        ("2026-06-17T12:00:00+02:00", "2026-06-17T10:00:00", ""),
        ("2026-06-17T12:00Z", "2026-06-17T12:00:00", ""),
        (" 2026-06-17 12:00:30 ", "2026-06-17T10:00:30", "is read on the clock of Europe/Brussels"),
        ("2026-06-17", "2026-06-16T22:00:00", "is read on the clock of Europe/Brussels"),
        ("2026-03-29T02:30", "2026-03-29T01:00:00", "does not exist"),
        ("2026-10-25T02:30", "2026-10-25T00:30:00", "comes twice; the first time counts"),
    ],
)
def test_the_start_as_it_is_typed(typed: str | None, utc: str, said: str) -> None:
    start, told = start_of(PlanOrder(Path("site.yaml"), at=typed), BRUSSELS, NOW)
    assert start.isoformat() == f"{utc}+00:00"
    assert said in told
    assert bool(said) == bool(told)


def test_sensible_options_have_no_faults() -> None:
    assert order_faults(PlanOrder(Path("site.yaml"), at="2026-06-17", calm_eur="0.0", gap="0.0")) == []


def test_all_faults_of_the_options_are_told_at_once() -> None:
    order = PlanOrder(
        Path("s"), at="x", slot_min="7", gap="-1", calm_eur="-1", time_limit_s="0", chart=Path("a.pdf")
    )
    assert [fault.source for fault in order_faults(order)] == ALL


def test_numbers_that_are_none_are_named_with_what_is_allowed() -> None:
    order = PlanOrder(
        Path("s"), at="foo", slot_min="15.5", gap="x", calm_eur="1_0", time_limit_s="abc", chart=Path("a.pdf")
    )
    faults = order_faults(order)
    assert [fault.source for fault in faults] == ALL
    assert [fault.found for fault in faults[:4]] == ["15.5", "'x'", "'1_0'", "'abc'"]
    assert "1, 3, 5, 15, 30, 60" in faults[0].allowed


def test_numbers_are_read_as_they_were_typed() -> None:
    numbers = numbers_of(PlanOrder(Path("s"), slot_min="30", gap="1e-3", calm_eur="0.5", time_limit_s=" 5 "))
    assert (numbers.slot_min, numbers.gap, numbers.calm_eur, numbers.time_limit_s) == (30, 0.001, 0.5, 5.0)


def test_a_battery_that_the_site_lacks_has_no_state_of_charge(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(HOME)
    with pytest.raises(InputError, match="--battery-soc: a site without a battery"):
        read_order(PlanOrder(site, battery_soc="0.5"), NOW)
