"""A compiled model as plain matrices, and where each kind of variable stands in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from scheduler.problem import FloatArray, IntArray

if TYPE_CHECKING:
    from scheduler.pyomo_later import pyo

BoolArray = NDArray[np.bool_]
ABSENT = -1
_DERIVED = frozenset({"others_sun_slots", "held_slots", "tied", "tied_session"})
"""Fields of ``Columns`` that are not positions of one variable."""


@dataclass(frozen=True, slots=True)
class StandardForm:
    """min cost x + offset, row_low <= matrix x <= row_high, low <= x <= high, some x whole."""

    matrix: sp.csc_array
    row_low: FloatArray
    row_high: FloatArray
    low: FloatArray
    high: FloatArray
    whole: BoolArray
    cost: FloatArray
    offset: float
    row_rule: NDArray[np.str_]
    """Name of the constraint that each row belongs to."""

    def __post_init__(self) -> None:
        for array in (self.row_low, self.row_high, self.low, self.high, self.whole, self.cost):
            array.setflags(write=False)

    @property
    def columns(self) -> int:
        """Number of variables."""
        return int(self.matrix.shape[1])

    @property
    def rows(self) -> int:
        """Number of rows."""
        return int(self.matrix.shape[0])

    def without_rows(self, rules: Iterable[str]) -> StandardForm:
        """The same without the rows of the named constraints, and with no variable whole."""
        dropped = self.rows_of(rules)
        return replace(self.with_rows_kept(~dropped), whole=np.zeros_like(self.whole))

    def rows_of(self, rules: Iterable[str]) -> BoolArray:
        """Which rows belong to the named constraints."""
        found = np.zeros(self.rows, dtype=bool)
        for rule in rules:
            found |= self.row_rule == rule
        return found

    def with_rows_kept(self, keep: BoolArray) -> StandardForm:
        """The same with some of its rows."""
        if keep.all():
            return self
        return replace(
            self,
            matrix=sp.csc_array(self.matrix[keep]),
            row_low=self.row_low[keep],
            row_high=self.row_high[keep],
            row_rule=self.row_rule[keep],
        )

    def relaxed(self) -> StandardForm:
        """The same with no variable whole."""
        return replace(self, whole=np.zeros_like(self.whole))

    def with_bounds(
        self, columns: IntArray, low: FloatArray | float, high: FloatArray | float
    ) -> StandardForm:
        """The same with other bounds on ``columns``."""
        new_low, new_high = self.low.copy(), self.high.copy()
        new_low[columns], new_high[columns] = low, high
        return replace(self, low=new_low, high=new_high)

    def with_row_high(self, rule: str, high: FloatArray | float) -> StandardForm:
        """The same with other upper bounds on the rows of one constraint."""
        new_high = self.row_high.copy()
        new_high[self.row_rule == rule] = high
        return replace(self, row_high=new_high)

    def with_cost(self, cost: FloatArray, offset: float = 0.0) -> StandardForm:
        """The same with another objective."""
        return replace(self, cost=cost, offset=offset)

    def with_row(self, rule: str, coefficients: FloatArray, high: float) -> StandardForm:
        """The same with one more row ``coefficients x <= high``."""
        return replace(
            self,
            matrix=sp.csc_array(sp.vstack([self.matrix, sp.csr_array(coefficients[np.newaxis, :])])),
            row_low=np.append(self.row_low, -np.inf),
            row_high=np.append(self.row_high, high),
            row_rule=np.append(self.row_rule, rule),
        )

    def around(self, x: FloatArray, free: IntArray) -> StandardForm:
        """The part that is left to choose when all but the ``free`` columns stay as they are in ``x``."""
        held = x.copy()
        held[free] = 0.0
        flow = self.matrix @ held
        part = sp.csr_array(self.matrix[:, free])
        rows = np.diff(part.indptr) > 0
        return StandardForm(
            matrix=sp.csc_array(part[rows]),
            row_low=(self.row_low - flow)[rows],
            row_high=(self.row_high - flow)[rows],
            low=self.low[free],
            high=self.high[free],
            whole=self.whole[free],
            cost=self.cost[free],
            offset=self.value(held),
            row_rule=self.row_rule[rows],
        )

    def transformed(self, change: sp.csc_array) -> StandardForm:
        """The same in other variables y, with x = change y; bounds and wholeness are kept."""
        return replace(self, matrix=sp.csc_array(self.matrix @ change), cost=np.asarray(change.T @ self.cost))

    def value(self, x: FloatArray) -> float:
        """The objective at ``x``."""
        return float((self.cost * x).sum()) + self.offset


@dataclass(frozen=True, slots=True)
class Columns:
    """Positions of the variables; ``ABSENT`` where a variable stands in no row."""

    current_a: IntArray
    on: IntArray
    start: IntArray
    missing_kwh: IntArray
    buy_kw: IntArray
    sell_kw: IntArray
    curtailed_kw: IntArray
    running: IntArray
    fill_kw: IntArray
    drain_kw: IntArray
    rise_kw: IntArray
    phase_buy_kw: IntArray
    """By phase and slot; empty where the meter counts the sum."""
    others_sun_kw: IntArray
    held: IntArray
    give_a: IntArray
    giving: IntArray
    changed_a: IntArray
    """One for each draw that is on by the published plan."""
    chosen: IntArray
    """One for each draw; ``ABSENT`` where its session has no budget of phase switches."""
    switched: IntArray
    lost_a: IntArray
    """One for each draw, as ``switched``."""
    used: IntArray
    goes_on: IntArray
    stops: IntArray
    taken_kwh: IntArray
    """One for each session and slot with draws, as the three before."""
    car_kwh: IntArray
    """One for each slot of each session whose car gives."""
    begins: IntArray
    """One for each of ``running``."""
    content_kwh: IntArray
    fills: IntArray
    """One for each slot where there is a battery, as the four that follow."""
    fill_takes_all: IntArray
    fill_at_most: IntArray
    drain_gives_all: IntArray
    drain_at_most: IntArray
    filling_kw: IntArray
    """One for each charger and flexible load, by slot, where a battery that acts by itself may fill."""
    buying: IntArray
    """One for each slot."""
    cutting: IntArray
    """One for each of ``curtailed_kw``."""
    phase_sell_kw: IntArray
    """By phase and slot, as ``phase_buy_kw`` and ``phase_buying``."""
    phase_buying: IntArray
    reached: IntArray
    """One for each level of a peak."""
    others_sun_slots: IntArray
    """The slots that ``others_sun_kw`` speaks of."""
    held_slots: IntArray
    """The slots that ``held`` speaks of."""
    tied: IntArray
    """What belongs to the ties of a session."""
    tied_session: IntArray
    """The session of each of these."""


def _form(raw: Any) -> StandardForm:
    """The matrices that Pyomo's compiler wrote."""
    kind = np.array([row.bound_type for row in raw.rows])
    rhs = np.asarray(raw.rhs, dtype=np.float64)
    return StandardForm(
        matrix=sp.csc_array(raw.A),
        row_low=np.where(kind == 1, -np.inf, rhs),
        row_high=np.where(kind == -1, np.inf, rhs),
        low=_bounds([column.lb for column in raw.columns], -np.inf),
        high=_bounds([column.ub for column in raw.columns], np.inf),
        whole=np.array([not column.is_continuous() for column in raw.columns], dtype=bool),
        cost=np.asarray(raw.c.toarray(), dtype=np.float64).ravel(),
        offset=float(np.sum(raw.c_offset)),
        row_rule=np.array([row.constraint.parent_component().name for row in raw.rows], dtype=np.str_),
    )


def compiled(m: pyo.ConcreteModel) -> tuple[StandardForm, Columns]:
    """Matrices of a model and the positions of its variables."""
    from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

    raw = LinearStandardFormCompiler().write(m, mixed_form=True, set_sense=None)
    position = {id(column): j for j, column in enumerate(raw.columns)}

    def of(variable: pyo.Var, index: Iterable[Any] | None = None) -> IntArray:
        made = dict(variable.items())
        known = list(variable.index_set() if index is None else index)
        if not made:
            return np.full(len(known), ABSENT)
        return np.array([position.get(id(made.get(d)), ABSENT) for d in known], dtype=np.int64)

    index = {name: list(of_it) for of_it, names in _indices(m) for name in names}
    named = [one.name for one in fields(Columns) if one.name not in _DERIVED]
    places = {name: of(getattr(m, name), index.get(name)) for name in named}
    return _form(raw), Columns(
        **places,
        others_sun_slots=np.array(list(m.others_sun_kw), dtype=np.int64),
        held_slots=np.array(list(m.held), dtype=np.int64),
        tied=np.concatenate([of(variable) for variable in m.ties]),
        tied_session=np.array([d[0] for variable in m.ties for d in variable], dtype=np.int64),
    )


def _indices(m: pyo.ConcreteModel) -> Iterator[tuple[Iterable[Any], tuple[str, ...]]]:
    """What the positions of some variables are of, where that is more than the index of the variable."""
    yield m.draws, ("current_a", "on", "start", "chosen", "switched", "lost_a")
    yield [(s, t) for s, t, k in m.draws if k == 0], ("used", "goes_on", "stops", "taken_kwh")
    yield m.slots, ("buying",)
    yield m.metered, ("phase_buying",)
    yield m.running, ("begins",)
    by_slot = ("fills", "fill_takes_all", "fill_at_most", "drain_gives_all", "drain_at_most")
    yield m.content_kwh, by_slot


def _bounds(values: Sequence[float | None], missing: float) -> FloatArray:
    """Bounds with infinity where there is none."""
    return np.array([missing if value is None else float(value) for value in values])
