"""A step more than is asked for: what is decided is then more than just enough."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from scheduler.problem import IntArray
from scheduler.standard_form import StandardForm


def a_step_more(form: StandardForm, steps: IntArray) -> tuple[IntArray, StandardForm]:
    """Rows of the goals, and ``form`` where each asks for one step more: a step can then be taken off where a
    limit needs it. ``steps`` are the columns that count steps.
    """
    goals = np.flatnonzero(np.asarray(form.row_rule) == "energy_goal")
    of_steps = abs(sp.csr_array(form.matrix[goals])[:, steps])
    low = form.row_low.copy()
    low[goals] += of_steps.max(axis=1).toarray().ravel() if of_steps.nnz else 0.0
    return goals, replace(form, row_low=low)
