"""What the matrices tell of whole columns: the slot in which each is decided, and the flows it allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from scheduler.layout import Layout
from scheduler.problem import FloatArray, IntArray
from scheduler.standard_form import ABSENT, BoolArray, StandardForm


def slots_of(form: StandardForm, layout: Layout) -> IntArray:
    """The slot in which each column is decided: its own, else the last one of what it shares a row with."""
    columns, table, gives = layout.columns, layout.table, layout.gives
    slots = np.arange(len(columns.buy_kw))
    slot = np.full(form.columns, ABSENT)
    for positions, of in (
        *((one, slots) for one in (columns.buy_kw, columns.sell_kw)),
        *((one, slots) for one in (columns.fill_kw, columns.drain_kw) if len(one)),
        (columns.phase_buy_kw, np.tile(slots, 3)[: len(columns.phase_buy_kw)]),
        *((one, table.slot) for one in (columns.current_a, columns.on, columns.chosen)),
        *((one, gives.slot) for one in (columns.give_a, columns.giving)),
    ):
        slot[positions[positions != ABSENT]] = of[positions != ABSENT]
    rows = sp.csr_array(form.matrix)
    filled = np.flatnonzero(np.diff(rows.indptr))
    latest = np.full(form.rows, ABSENT)
    latest[filled] = np.maximum.reduceat(slot[rows.indices], rows.indptr[filled])
    unknown = np.flatnonzero(form.whole & (slot == ABSENT))
    for column in unknown.tolist():
        inside = form.matrix.indices[form.matrix.indptr[column] : form.matrix.indptr[column + 1]]
        slot[column] = latest[inside].max(initial=0)
    return slot


@dataclass(frozen=True, slots=True)
class Sides:
    """What flows where a whole column is 1, and what flows where it is 0."""

    one: sp.csr_array
    zero: sp.csr_array

    @classmethod
    def of(cls, form: StandardForm, whole: BoolArray) -> Sides:
        """The sides of ``whole`` columns: what stands beside them in rows of two columns."""
        rows = sp.csr_array(form.matrix)
        pairs = np.flatnonzero((np.diff(rows.indptr) == 2) & np.isfinite(form.row_high))
        first = rows.indptr[pairs]
        columns = np.array([rows.indices[first], rows.indices[first + 1]])
        values = np.array([rows.data[first], rows.data[first + 1]])
        swap = whole[columns[0]]
        flow, switch = np.where(swap, columns[1], columns[0]), np.where(swap, columns[0], columns[1])
        of_flow, of_switch = np.where(swap, values[1], values[0]), np.where(swap, values[0], values[1])
        mine = whole[switch] & ~whole[flow] & (of_flow > 0)
        sides = []
        for side in (mine & (of_switch < 0), mine & (of_switch > 0)):
            ones = np.ones(int(side.sum()))
            shape = (form.columns, form.columns)
            sides.append(sp.csr_array(sp.coo_array((ones, (switch[side], flow[side])), shape=shape)))
        return cls(*sides)

    def shares(self, y: FloatArray) -> FloatArray:
        """Share of what flows where a column is 1, in both of its flows; ``y`` itself where nothing does."""
        one, zero = self.one @ y, self.zero @ y
        flows = one + zero
        shares: FloatArray = np.where(flows > 1e-6, one / np.maximum(flows, 1e-6), y)
        return shares
