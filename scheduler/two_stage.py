"""One program of several cases that share their first slots: the first stage of a two-stage program.

Every case is a block of its own, with all of its rows; what is told in the first slots is the same in all of
them. There it is whole, and currents are on their steps; the rest of every case is a linear program, which
knows what comes. In small problems without ties the rest of the central case has its on and off too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy.sparse as sp

from scheduler.column_slots import slots_of
from scheduler.first_rows import first_choices
from scheduler.forms import Model
from scheduler.kept import Kept
from scheduler.layout import Layout
from scheduler.linear import Linear
from scheduler.model import ON_OFF
from scheduler.problem import FloatArray, IntArray
from scheduler.search import SMALL_DRAWS
from scheduler.standard_form import StandardForm
from scheduler.written import Rows

_EPS: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Case:
    """One course of solar and load."""

    probability: float
    model: Model
    kept: Kept
    """What is kept of its energy."""


@dataclass(frozen=True, slots=True)
class TwoStage:
    """The program: mean cost of the cases, by the columns of each case and the steps of the first slots."""

    cases: tuple[Case, ...]
    form: StandardForm
    begins: IntArray
    """First column of every case."""

    @classmethod
    def of(cls, cases: Sequence[Case], slots: int) -> TwoStage:
        """The program of ``cases`` that share their first ``slots`` slots; the central one is the first."""
        central, *others = cases
        blocks = [_central(central, slots), *(_block(case, slots) for case in others)]
        begins = np.cumsum([0, *(block.columns for block in blocks)])
        joined = _side_by_side(blocks, [case.probability for case in cases])
        layout = cases[0].model.layout
        stepped, steps = _with_steps(joined, layout, slots)
        rows = Rows.joined([*_shared(cases, begins, slots), *steps])
        return cls(tuple(cases), _with_more(stepped, rows), begins[:-1])

    def mean_of(self, parts: Sequence[FloatArray]) -> FloatArray:
        """Coefficients of the mean over the cases of what ``parts`` count, one for each case."""
        coefficients = np.zeros(self.form.columns)
        for case, begin, part in zip(self.cases, self.begins.tolist(), parts, strict=True):
            coefficients[begin : begin + len(part)] = case.probability * part
        return coefficients

    def central(self, x: FloatArray) -> FloatArray:
        """What a point says of the central case, in the columns of its model."""
        return x[: self.cases[0].model.form.columns]


def _central(case: Case, slots: int) -> StandardForm:
    """The form of the central case: all of it whole where that is searched soon, since it has to be planned
    from the first slots on; else as any other.
    """
    layout = case.model.layout
    soon = len(layout.table.slot) <= SMALL_DRAWS and not (layout.tied or layout.by_itself)
    return case.model.costing(case.kept) if soon else _block(case, slots)


def _block(case: Case, slots: int) -> StandardForm:
    """The form of a case in which only what is decided in the first slots is whole."""
    form = case.model.costing(case.kept)
    decided = slots_of(form, case.model.layout)
    whole = form.whole & (decided >= 0) & (decided < slots)
    if len(case.model.layout.table.slot) > SMALL_DRAWS:
        touched = np.asarray(abs(form.matrix[:, np.flatnonzero(whole)]).sum(axis=1)).ravel() > 0
        form = form.with_rows_kept(~form.rows_of(ON_OFF) | touched)
    return replace(form, whole=whole)


def _side_by_side(blocks: Sequence[StandardForm], weights: Sequence[float]) -> StandardForm:
    """One form of all blocks, with the mean of what they cost."""
    names = ("row_low", "row_high", "low", "high", "whole", "row_rule")
    joined = {name: np.concatenate([getattr(block, name) for block in blocks]) for name in names}
    weighted = list(zip(weights, blocks, strict=True))
    return StandardForm(
        matrix=sp.csc_array(sp.block_diag([block.matrix for block in blocks], format="csc")),
        cost=np.concatenate([weight * block.cost for weight, block in weighted]),
        offset=sum(weight * block.offset for weight, block in weighted),
        **joined,
    )


def _shared(cases: Sequence[Case], begins: IntArray, slots: int) -> list[Rows]:
    """Rows that say that every case is told the same as the first one."""
    of_cases = [first_choices(case.model.problem, case.model.layout.columns, slots) for case in cases]
    return [
        (_moved(one, int(begin)) - central).equals(0.0)
        for choices, begin in zip(of_cases[1:], begins[1:], strict=False)
        for one, central in zip(choices, of_cases[0], strict=True)
    ]


def _moved(linear: Linear, by: int) -> Linear:
    """The same expression of the columns that stand ``by`` later."""
    return Linear(tuple((row, column + by, value) for row, column, value in linear.terms), linear.constant)


def _with_steps(form: StandardForm, layout: Layout, slots: int) -> tuple[StandardForm, list[Rows]]:
    """``form`` with a column for the steps of every current of the first slots, and rows that tie them:
    current_a = min_a on + step_a steps.
    """
    table, gives, columns = layout.table, layout.gives, layout.columns
    found, most = [], [np.zeros(0)]
    begin = form.columns
    for kind, amps, turned_on in (
        (table, columns.current_a, columns.on),
        (gives, columns.give_a, columns.giving),
    ):
        mine = np.flatnonzero(kind.slot < slots)
        steps = begin + np.arange(len(mine))
        begin += len(mine)
        low = Linear.of(turned_on[mine]).times(kind.min_a[mine])
        found.append((Linear.of(amps[mine]) - low - Linear.of(steps).times(kind.step_a[mine])).equals(0.0))
        most.append(np.floor((kind.max_a - kind.min_a)[mine] / kind.step_a[mine] + _EPS))
    return _with_columns(form, np.concatenate(most)), found


def _with_columns(form: StandardForm, high: FloatArray) -> StandardForm:
    """``form`` with more whole columns from 0 to ``high`` that cost nothing and stand in no row."""
    nothing = np.zeros(len(high))
    return replace(
        form,
        matrix=sp.csc_array(sp.hstack([form.matrix, sp.csc_array((form.rows, len(high)))], format="csc")),
        low=np.concatenate([form.low, nothing]),
        high=np.concatenate([form.high, high]),
        cost=np.concatenate([form.cost, nothing]),
        whole=np.concatenate([form.whole, np.ones(len(high), dtype=bool)]),
    )


def _with_more(form: StandardForm, rows: Rows) -> StandardForm:
    """``form`` with more rows."""
    shape = (len(rows.low), form.columns)
    more = sp.csc_array(sp.coo_array((rows.coefficient, (rows.row, rows.column)), shape=shape))
    return replace(
        form,
        matrix=sp.csc_array(sp.vstack([form.matrix, more], format="csc")),
        row_low=np.concatenate([form.row_low, rows.low]),
        row_high=np.concatenate([form.row_high, rows.high]),
        row_rule=np.concatenate([form.row_rule, np.repeat("shared_first", len(rows.low))]),
    )
