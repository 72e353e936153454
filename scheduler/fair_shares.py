"""Fair shares: the sum of the largest missing shares of a class, as rows and columns of a form."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy.sparse as sp

from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import StandardForm

EACH: Final = 6
"""Up to so many sessions every number of worst shares has its round; after it the number doubles."""


@dataclass(frozen=True, slots=True)
class Fair:
    """The sum of the ``count`` largest of ``missing_kwh / asked_kwh`` among some sessions."""

    missing: IntArray
    """Columns of their missing energy."""
    asked_kwh: FloatArray
    count: int
    most: float = np.inf
    """What the sum may be."""

    @property
    def columns(self) -> int:
        """Columns that it adds: a threshold, and what each share is above it."""
        return 1 + len(self.missing)

    def value(self, x: FloatArray) -> float:
        """The sum at the point ``x``."""
        shares = x[self.missing] / self.asked_kwh
        return float(np.sort(shares)[::-1][: self.count].sum())


def counts(sessions: int) -> list[int]:
    """The numbers of worst shares that are made least, one after the other.

    Making the worst share least, then the worst two, the worst three, ... is the leximin order also where
    currents are whole (Ogryczak and Sliwinski, "On direct methods for lexicographic min-max optimization",
    2006).
    """
    found = list(range(1, min(sessions, EACH) + 1))
    while found and found[-1] < sessions:
        found.append(min(2 * found[-1], sessions))
    return found


def with_fair(form: StandardForm, fair: Fair) -> StandardForm:
    """``form`` with the columns threshold and above[s] at its end, and the rows for its sum.

    missing_kwh[s] / asked_kwh[s] - threshold - above[s] <= 0 and count threshold + sum_s above[s] <= most.
    """
    n, wide = len(fair.missing), form.columns + fair.columns
    rows = np.arange(n)
    shares = sp.coo_array((1 / fair.asked_kwh, (rows, fair.missing)), shape=(n, wide))
    threshold = sp.coo_array((-np.ones(n), (rows, np.full(n, form.columns))), shape=(n, wide))
    above = sp.coo_array((-np.ones(n), (rows, form.columns + 1 + rows)), shape=(n, wide))
    total = sp.csr_array(_sum_of_largest(form.columns, fair)[np.newaxis, :])
    padded = sp.hstack([form.matrix, sp.csc_array((form.rows, fair.columns))])
    none = np.zeros(fair.columns)
    return replace(
        form,
        matrix=sp.csc_array(sp.vstack([padded, shares + threshold + above, total])),
        row_low=np.append(form.row_low, np.full(n + 1, -np.inf)),
        row_high=np.concatenate([form.row_high, np.zeros(n), [fair.most]]),
        row_rule=np.append(form.row_rule, ["missing_share"] * n + ["kept_share"]),
        low=np.append(form.low, none),
        high=np.append(form.high, np.full(fair.columns, np.inf)),
        whole=np.append(form.whole, none.astype(bool)),
        cost=np.append(form.cost, none),
    )


def lessening(form: StandardForm, fair: Fair) -> StandardForm:
    """``form`` with the columns of ``fair``, and its sum as the objective."""
    return with_fair(form, fair).with_cost(_sum_of_largest(form.columns, fair))


def _sum_of_largest(columns: int, fair: Fair) -> FloatArray:
    """Count threshold + sum of what is above it, as coefficients."""
    coefficients = np.zeros(columns + fair.columns)
    coefficients[columns] = fair.count
    coefficients[columns + 1 :] = 1.0
    return coefficients


def completed(x: FloatArray, fair: Fair) -> FloatArray:
    """``x`` with the values of the columns that ``fair`` adds."""
    shares = x[fair.missing] / fair.asked_kwh
    threshold = np.sort(shares)[-fair.count]
    return np.concatenate([x, [threshold], np.maximum(shares - threshold, 0.0)])
