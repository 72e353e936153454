"""Quick questions to small arrays: answers as of numpy itself, and shared arrays that nobody can spoil."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from executors.control import quick
from executors.control.seam import Wanted
from tests.executors.control.small_sites import wiring
from tests.executors.control.tiny_plant import plant_of, run

MASKS = st.lists(st.booleans(), max_size=9)
PHASES = st.lists(st.tuples(*[st.floats(allow_nan=True)] * 3), min_size=1, max_size=5)


@given(MASKS)
def test_some_and_every_answer_as_any_and_all(values: list[bool]) -> None:
    mask = np.array(values, dtype=bool)
    assert quick.some(mask) == mask.any()
    assert quick.every(mask) == mask.all()


@given(PHASES)
def test_the_phases_of_a_row_are_compared_as_along_an_axis(values: list[tuple[float, ...]]) -> None:
    rows = np.array(values)
    assert np.array_equal(quick.highest(rows), rows.max(axis=1), equal_nan=True)
    assert np.array_equal(quick.lowest(rows), rows.min(axis=1), equal_nan=True)
    assert np.array_equal(quick.on_any(rows > 0), (rows > 0).any(axis=1))
    assert np.array_equal(quick.on_all(rows > 0), (rows > 0).all(axis=1))
    assert quick.is_unknown(rows) == bool(np.isnan(rows).all())


def test_a_shared_array_is_one_for_each_size_and_cannot_be_changed() -> None:
    assert quick.nobody(3) is quick.nobody(3)
    assert quick.unknown(2, 3) is not quick.unknown(3, 2)
    with pytest.raises(ValueError, match="read-only"):
        quick.nothing(3)[0] = 1.0


def told_a(wish_a: NDArray[Any]) -> list[list[float]]:
    """What two chargers are told behind 25 A, beside a house of 3 A."""
    site = wiring(2)
    record = run(plant_of(site), lambda _s: 3, 40, wanted=lambda _s: Wanted(wish_a, site.wired))
    return [one.tolist() for one in record.limit_a]


def test_a_wish_in_whole_numbers_is_the_same_wish() -> None:
    told = told_a(np.array([9, 14]))
    assert told == told_a(np.array([9.0, 14.0]))
    assert told[-1] == [9.0, 12.0]
