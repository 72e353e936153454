"""The search branch by branch of the peak finds what one search of everything finds."""

from __future__ import annotations

import time

import numpy as np
import pytest

from scheduler.deadline import Deadline
from scheduler.forms import model_of, relaxation
from scheduler.kept import nothing_missing
from scheduler.peak_branches import search_by_peak
from scheduler.search import search
from scheduler.solved import Aim
from scheduler.task import Task
from tests.scheduler.test_peak_levels import office

EXACT = Aim(1e-6, 1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_both_searches_agree(seed: int) -> None:
    case = office(seed)
    model = model_of(case, time.monotonic, with_starts=False)
    form = model.costing(nothing_missing(case))
    deadline = Deadline.after(time.monotonic, 60.0)
    relaxed = relaxation(form, deadline)
    task = Task(form, model.layout, relaxed, EXACT, deadline)
    whole, split = search(task), search_by_peak(task, case)
    assert whole.x is not None
    assert split.x is not None
    assert form.value(split.x) == pytest.approx(form.value(whole.x), abs=1e-5)
    assert split.bound <= form.value(whole.x) + 1e-5
    assert split.bound >= form.value(whole.x) - 1e-4
    assert np.isfinite(split.bound)
