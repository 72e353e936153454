"""The failsafe proof against brute force: every second of silence, every timeout, every set of points."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from domain.site import Site, parse_site
from executors.control.failsafe_proof import Kind, Proof, Verdict, prove
from tests.executors.control.small_sites import charger, site_data

BREAKER = {"mcb": (1.13, 1.0 * (2.55**2 - 1.13**2)), "gg": (1.25, 5.0 * (2.06**2 - 1.25**2))}


def home(**keys: Any) -> Site:
    return parse_site(json.dumps(site_data(**keys)), "site.yaml")


def one(
    base_a: float, after_s: float, failsafe_a: float = 6, kind: str = "mcb", rating_a: float = 25
) -> Site:
    """One charger of 16 A behind one protection."""
    point = charger("a", failsafe={"current_a": failsafe_a, "after_s": after_s})
    grid = {
        "limit_a": rating_a,
        "base_load_max_a": base_a,
        "protection": {"type": kind, "rating_a": rating_a},
    }
    return home(chargers=[point], grid=grid)


def trips(current_a: float, seconds: float, kind: str, rating_a: float) -> bool:
    """Whether heat reaches 1 in steps of a tenth of a second."""
    hold, k = BREAKER[kind]
    heat = 0.0
    for _ in range(round(seconds * 10)):
        heat = max(0.0, heat + 0.1 * ((current_a / rating_a) ** 2 - hold**2) / k)
    return heat > 1 + 1e-9


def largest_after_s(proof: Proof) -> float | None:
    found = [finding.largest_after_s for finding in proof.findings if finding.kind is Kind.CURVE]
    return found[0] if found else None


@pytest.mark.parametrize("kind", ["mcb", "gg"])
@pytest.mark.parametrize("base_a", [4, 11, 12, 12.5, 13, 14, 15, 16, 17, 18, 19])
@pytest.mark.parametrize("after_s", [5, 30, 120])
def test_the_verdict_on_the_curve_is_that_of_every_second(kind: str, base_a: float, after_s: float) -> None:
    proof = prove(one(base_a, after_s, kind=kind))
    reaction_a = 25 * (BREAKER[kind][0] ** 2 + BREAKER[kind][1] / 17) ** 0.5
    offers_a = min(16.0, reaction_a - base_a)
    expected = trips(offers_a + base_a, after_s + 15, kind, 25)
    assert (proof.verdict is Verdict.NOT_PROVEN) == expected
    if expected:
        would_do = [t for t in range(1, 300) if not trips(offers_a + base_a, t + 15, kind, 25)]
        assert largest_after_s(proof) == (float(would_do[-1]) if would_do else None)


def test_the_named_timeout_makes_the_proof() -> None:
    named = largest_after_s(prove(one(14, 120)))
    assert named == 17
    assert prove(one(14, named)).verdict is Verdict.PROVEN
    assert prove(one(14, named + 1)).verdict is Verdict.NOT_PROVEN


@pytest.mark.parametrize("seed", range(40))
def test_the_named_points_are_the_fewest_that_make_the_fuse_fit(seed: int) -> None:
    chance = np.random.default_rng(seed)
    fails_a = [float(a) for a in chance.choice([0, 6, 8, 10, 16], size=5)]
    base_a = float(chance.integers(0, 25))
    points = [charger(f"c{i}", failsafe={"current_a": a, "after_s": 1}) for i, a in enumerate(fails_a)]
    grid = {"limit_a": 32, "base_load_max_a": base_a, "protection": {"type": "mcb", "rating_a": 250}}
    proof = prove(home(chargers=points, grid=grid))
    found = [finding for finding in proof.findings if finding.kind is Kind.FUSE]
    assert bool(found) == (sum(fails_a) + base_a > 32)
    fits = [
        zeroed
        for count in range(6)
        for zeroed in combinations(range(5), count)
        if sum(a for i, a in enumerate(fails_a) if i not in zeroed) + base_a <= 32
    ]
    for finding in found:
        named = {int(name[1:]) for name in finding.at_zero}
        assert len(named) == len(fits[0])
        assert sum(a for i, a in enumerate(fails_a) if i not in named) + base_a <= 32
        assert finding.highest_failsafe_a is not None
        tenths = round(10 * finding.highest_failsafe_a)
        for at, fits_too in ((tenths, True), (tenths + 1, False)):
            held_a = [min(a, at / 10) if i in named else a for i, a in enumerate(fails_a)]
            assert (sum(held_a) + base_a <= 32 + 1e-9) == fits_too


def test_the_highest_failsafe_keeps_the_imbalance_too() -> None:
    """24 A of 20; with one of three at 4 A the three keep 20 A."""
    points = [charger(f"c{i}", wiring=["L1"], failsafe={"current_a": 8, "after_s": 5}) for i in range(3)]
    grid = {"limit_a": 63, "base_load_max_a": 5, "imbalance_limit_a": 20, "protection": None}
    (finding,) = prove(home(chargers=points, grid=grid)).findings
    assert (finding.highest_failsafe_a, finding.least_failsafe_a) == (4.0, 6.0)


def test_without_a_base_load_nothing_can_be_proven_and_simulated_points_are_only_warned_about() -> None:
    proof = prove(home())
    assert proof.verdict is Verdict.CANNOT_PROVE
    assert proof.ok
    assert not prove(home(chargers=[charger("a", driver="charx", host="charx.local")])).ok


def test_a_charger_without_a_failsafe_keeps_its_highest_offer_for_ever() -> None:
    point = {"id": "a", "driver": "simulated", "current_a": {"min": 6, "max": 16}}
    proof = prove(home(chargers=[point], grid={"base_load_max_a": 10}))
    assert [(finding.kind, finding.found_a) for finding in proof.findings] == [(Kind.FUSE, 26)] * 3
    assert proof.findings[0].at_zero == ("a",)


def test_a_one_sided_wiring_is_found_by_the_imbalance_limit() -> None:
    points = [charger(f"c{i}", wiring=["L1"], failsafe={"current_a": 8, "after_s": 5}) for i in range(3)]
    grid = {"limit_a": 63, "base_load_max_a": 5, "imbalance_limit_a": 20, "protection": None}
    proof = prove(home(chargers=points, grid=grid))
    found = [finding for finding in proof.findings if finding.kind is Kind.IMBALANCE]
    assert [(one.phase, one.found_a, len(one.at_zero)) for one in found] == [("L1", 24, 1)]


def test_a_fuse_below_the_grid_is_proven_too() -> None:
    points = [charger(f"c{i}", circuit="garage") for i in range(4)]
    site = home(
        chargers=points,
        grid={"limit_a": 63, "base_load_max_a": 5, "protection": {"type": "gg", "rating_a": 63}},
        circuits=[{"id": "garage", "parent": "grid", "limit_a": 20}],
    )
    found = [finding for finding in prove(site).findings if finding.kind is Kind.FUSE]
    assert {(one.circuit, one.found_a, len(one.at_zero)) for one in found} == {("garage", 24, 1)}
