"""Still ticks: what is told is the same with them and without, and anything that moves ends them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from executors.control import decide
from executors.control.seam import Wanted
from tests.executors.control.small_sites import wiring
from tests.executors.control.tiny_plant import Record, plant_of, run


def noisy_day(seed: int) -> list[float]:
    """A house of 2 to 14 A that moves now and then, with noise, for 400 s."""
    chance = np.random.default_rng(seed)
    steps_a = np.repeat(chance.choice([2.0, 4.0, 9.0, 14.0], 8), 50)
    return [float(value) for value in steps_a + chance.normal(0.0, 0.1, 400)]


def ran(seed: int, count: int = 2) -> Record:
    base_a = noisy_day(seed)
    site = wiring(count)
    wanted = Wanted(np.full(count, 10.0), site.wired)
    return run(plant_of(site), lambda s: base_a[s], 400, wanted=lambda _s: wanted)


@pytest.mark.parametrize("seed", range(6))
def test_still_ticks_tell_what_whole_decisions_tell(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    with_them = ran(seed)
    monkeypatch.setattr(decide, "stands", lambda *_args: None)
    without = ran(seed)
    assert np.array_equal(with_them.limit_a, without.limit_a)
    assert [one.feed_watchdog.tolist() for one in with_them.setpoints] == [
        one.feed_watchdog.tolist() for one in without.setpoints
    ]


def test_most_ticks_of_a_quiet_house_are_still(monkeypatch: pytest.MonkeyPatch) -> None:
    whole: list[float] = []
    decided = decide._decided

    def counted(*args: Any) -> Any:
        whole.append(args[-1])
        return decided(*args)

    monkeypatch.setattr(decide, "_decided", counted)
    site = wiring(2)
    wanted = Wanted(np.full(2, 6.0), site.wired)
    run(plant_of(site), lambda _s: 2, 400, wanted=lambda _s: wanted)
    settled = [s for s in whole if s > whole[0] + 60]
    assert 30 <= len(settled) <= 40


def test_a_new_wish_is_decided_in_its_tick() -> None:
    site = wiring(1)
    low, high = (Wanted(np.array([amps]), site.wired) for amps in (8.0, 6.0))
    record = run(plant_of(site), lambda _s: 2, 200, wanted=lambda s: low if s < 150 else high._replace())
    assert record.told()[149] == 8
    assert record.told()[150] == 6
