"""What holds for any readings: offers that can be told, no rise while blind, limits, order of writes."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from executors.control.decide import decide_safe
from executors.control.seam import Readings, Setpoints, Wanted, Wiring
from executors.control.state import start
from tests.executors.control.small_sites import charger, wiring

SITE = wiring(
    chargers=[
        charger("a", circuit="garage"),
        charger(
            "b", circuit="garage", wiring=["L2", "L3", "L1"], current_a={"min": 6, "max": 32, "step": 0.1}
        ),
        charger("c", wiring=["L3"], failsafe={"current_a": 0, "after_s": 20}, priority=2),
    ],
    grid={"limit_a": [40, 35, 40], "imbalance_limit_a": 20, "base_load_max_a": 15, "protection": None},
    circuits=[{"id": "garage", "parent": "grid", "limit_a": 32, "limit_kw": 15}],
)
AMPS = st.one_of(st.floats(-30, 60), st.sampled_from([np.nan, 0.0, 1e6]))
TICK = st.fixed_dictionaries(
    {
        "meter_a": st.lists(AMPS, min_size=3, max_size=3),
        "age_s": st.sampled_from([0.0, 0.4, 2.0, 5.0, 40.0, np.inf]),
        "measured_a": st.lists(st.one_of(st.floats(0, 33), st.just(np.nan)), min_size=9, max_size=9),
        "offered_a": st.lists(st.sampled_from([0.0, 6.0, 9.0, 16.0, np.nan]), min_size=3, max_size=3),
        "car": st.lists(st.integers(0, 4), min_size=3, max_size=3),
        "link": st.lists(st.sampled_from([True, True, True, False]), min_size=3, max_size=3),
        "wanted_a": st.lists(st.sampled_from([0.0, 3.0, 8.5, 16.0, np.inf, np.nan]), min_size=3, max_size=3),
        "pause_s": st.sampled_from([1.0, 1.0, 1.0, 3.0, 12.0]),
    }
)


def readings(tick: dict[str, Any], site: Wiring) -> Readings:
    meter_a = np.full((site.circuits, 3), np.nan)
    meter_a[0] = tick["meter_a"]
    link = np.array(tick["link"])
    return Readings(
        meter_a=meter_a,
        meter_kw=np.full(site.circuits, np.nan),
        meter_age_s=np.array([tick["age_s"], np.inf]),
        meter_mark=np.full(site.circuits, np.nan),
        measured_a=np.array(tick["measured_a"]).reshape(3, 3),
        offered_a=np.array(tick["offered_a"]),
        phases=site.wired,
        car=np.array(tick["car"]),
        charger_age_s=np.where(link, 0.5, 30.0),
        link=link,
    )


def story(ticks: list[dict[str, Any]]) -> list[tuple[dict[str, Any], Setpoints, NDArray[np.float64]]]:
    """Every tick with its setpoints and the offers before it."""
    state, now_s, told = start(SITE), 0.0, []
    for tick in ticks:
        now_s += tick["pause_s"]
        before_a = state.chargers.command_a
        wish = Wanted(np.array(tick["wanted_a"]), SITE.wired)
        setpoints, state = decide_safe(SITE, readings(tick, SITE), wish, state, now_s)
        told.append((tick, setpoints, before_a))
    return told


@seed(1)
@settings(max_examples=60, deadline=None)
@given(st.lists(TICK, min_size=1, max_size=25))
def test_whatever_is_read_offers_can_be_told_and_stay_within_what_was_wanted(
    ticks: list[dict[str, Any]],
) -> None:
    for tick, setpoints, before_a in story(ticks):
        limit_a = setpoints.limit_a
        assert np.isfinite(limit_a).all()
        off = limit_a == 0
        steps = (limit_a - SITE.min_a) / SITE.step_a
        assert np.all(off | (np.abs(steps - np.round(steps)) < 1e-6) | (limit_a == SITE.max_a))
        assert np.all(off | ((limit_a >= SITE.min_a) & (limit_a <= SITE.max_a)))
        rose = limit_a > np.nan_to_num(before_a, nan=np.inf)
        assert np.all(limit_a[rose] <= np.nan_to_num(np.array(tick["wanted_a"]), nan=0.0)[rose])


@seed(2)
@settings(max_examples=60, deadline=None)
@given(st.lists(TICK, min_size=2, max_size=25))
def test_whatever_is_read_nothing_rises_on_an_old_sample_or_without_a_link(
    ticks: list[dict[str, Any]],
) -> None:
    for tick, setpoints, before_a in story(ticks):
        rose = setpoints.limit_a > np.nan_to_num(before_a, nan=np.inf)
        if tick["age_s"] > 3 or not np.isfinite(tick["meter_a"]).all():
            assert not rose.any()
        assert not (rose & ~np.array(tick["link"])).any()


@seed(3)
@settings(max_examples=60, deadline=None)
@given(st.lists(TICK, min_size=2, max_size=25))
def test_whatever_is_read_rises_stay_within_every_circuit(ticks: list[dict[str, Any]]) -> None:
    for _, setpoints, before_a in story(ticks):
        rose = setpoints.limit_a > np.nan_to_num(before_a, nan=np.inf)
        if rose[:2].any():
            garage_a = setpoints.limit_a[0] + setpoints.limit_a[1]
            assert garage_a <= 32 + 1e-6


@seed(4)
@settings(max_examples=60, deadline=None)
@given(st.lists(TICK, min_size=2, max_size=25))
def test_whatever_is_read_cuts_are_written_before_rises(ticks: list[dict[str, Any]]) -> None:
    for _, setpoints, before_a in story(ticks):
        change_a = (setpoints.limit_a - before_a)[setpoints.order]
        change_a = change_a[~np.isnan(change_a)]
        first_rise = next((i for i, value in enumerate(change_a) if value > 0), len(change_a))
        assert not (change_a[first_rise:] < 0).any()
