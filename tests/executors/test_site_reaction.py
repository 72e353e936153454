"""The reaction time of whole sites, by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.site import Site, parse_site
from executors.site_reaction import reaction_of

EXAMPLES = Path(__file__).parents[2] / "examples"


def example(name: str) -> Site:
    return parse_site((EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8"), name)


def test_one_charx_behind_a_p1_meter_reacts_within_the_next_second() -> None:
    found = reaction_of(example("home_charx"))
    assert found is not None
    assert (found.sample_s, found.cuts_s) == pytest.approx((1.0, 0.03))


def test_a_charger_and_its_meter_on_one_serial_line_take_turns() -> None:
    """9600 8N1: the EVC2's 21 registers, one write, and the SDM630's 18 registers after 100 ms of silence."""
    found = reaction_of(example("home_teltocharge"))
    assert found is not None
    byte_s, gaps_s = 10 / 9600, 7 * 10 / 9600
    write_s = 16 * byte_s + 0.05 + gaps_s
    charger_s = (13 + 42) * byte_s + 0.05 + gaps_s + write_s
    meter_s = (13 + 36) * byte_s + 0.05 + 0.1
    assert charger_s + meter_s < 1
    assert found.sample_s == pytest.approx(1.0)
    assert found.cuts_s == pytest.approx(write_s)


def points(count: int, *, grouped: int = 0) -> Site:
    """So many points of one CHARX, the first ``grouped`` of them in its load circuit."""
    text = "name: x\nlocation: {time_zone: UTC}\ngrid: {limit_a: 400, meter: m}\n"
    text += (
        "meters: {m: {driver: janitza_umg604, host: umg}}\ntariff: {buy: {source: fixed, eur_per_kwh: 1}}\n"
    )
    text += "chargers:\n"
    for n in range(1, count + 1):
        text += f"  - {{id: p{n}, driver: charx, host: c, connector: {n}, current_a: {{min: 6, max: 16}}, "
        text += f"in_load_circuit: {str(n <= grouped).lower()}}}\n"
    return parse_site(text, "x")


def test_48_points_on_one_connection_are_slower_than_the_tick() -> None:
    found = reaction_of(points(48))
    assert found is not None
    assert found.sample_s == pytest.approx(48 * 3 * 0.03)
    assert found.cuts_s == pytest.approx(48 * 0.03)


@pytest.mark.parametrize(("grouped", "frames"), [(0, 12), (12, 1), (11, 12), (2, 12)])
def test_one_frame_cuts_all_points_of_a_load_circuit(grouped: int, frames: int) -> None:
    """One point beside the group has its own frame after it: all of them are counted then."""
    found = reaction_of(points(12, grouped=grouped))
    assert found is not None
    assert found.cuts_s == pytest.approx(frames * 0.03)


def test_a_site_without_meter_or_wires_has_no_reaction() -> None:
    assert reaction_of(example("home_simple")) is None
    assert reaction_of(example("price_only")) is None
