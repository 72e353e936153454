"""HiGHS, asked through matrices: one linear or mixed-integer program at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np

from domain.errors import SolverError
from scheduler.problem import FloatArray, IntArray
from scheduler.smaller import Smaller, smaller
from scheduler.standard_form import ABSENT, StandardForm

_LEAST_TIME_S = 0.05
_TIGHT, _LOOSE = 1e-7, 1e-6
"""Tolerances of rows; what is published is computed and checked again from the currents alone."""
_FEW_WHOLE = 50
_FEW_COLUMNS = 300
"""Up to so many columns of which so many are whole, a search goes on to its end."""
_SMALL_SEARCH = 160
"""Up to so many whole columns a search needs no heuristics before its first linear program."""
_MOSTLY_LINEAR = 1 / 8
"""Share of whole columns up to which presolve costs more in a search than it saves."""
_MANY_ROWS = 1000
"""Rows from which on presolve pays in a linear program."""
_QUICK_LINEAR = 20_000
"""Up to so many columns a linear program is done so soon that Ctrl-C can wait for it."""
_MANY_HELD = 0.1
"""Share of held columns from which on a form is made smaller first."""
Solver = highspy.Highs
_IN_SIMPLEX = highspy.cb.HighsCallbackType.kCallbackSimplexInterrupt
_FEASIBLE = highspy.SolutionStatus.kSolutionStatusFeasible


@dataclass(frozen=True, slots=True)
class Hint:
    """Values of some variables to begin from; HiGHS finds the others."""

    columns: IntArray
    values: FloatArray


@dataclass(frozen=True, slots=True)
class Answer:
    """What HiGHS found."""

    x: FloatArray | None
    """The best point, none where none was found."""
    bound: float
    """No point is better than this; -inf where nothing is known, inf where there is no point."""
    infeasible: bool
    """Proven that no point exists."""
    reduced_costs: FloatArray | None = None
    """What one unit more of every variable costs (linear programs)."""
    row_duals: FloatArray | None = None
    """What one unit more of every row's bound adds to the objective (linear programs)."""
    between: FloatArray | None = None
    """A point that is better than ``x`` because its currents lie between their steps, where there is one."""


@dataclass(frozen=True, slots=True)
class _Limits:
    """When a run of HiGHS ends."""

    time_limit_s: float
    gap: float = 0.0
    target: float = -np.inf
    nodes: int | None = None


def solve(
    form: StandardForm,
    *,
    time_limit_s: float,
    gap: float = 0.0,
    target: float = -np.inf,
    start: FloatArray | Hint | None = None,
    nodes: int | None = None,
) -> Answer:
    """Best point of ``form`` within ``time_limit_s``, at most ``gap`` (absolute) above its bound.

    A point at or below ``target`` is good enough; ``start`` is a point, or part of one, to begin from;
    ``nodes`` limits a search whatever the time. In a small form the best point takes no longer, and is what
    is found.
    Raises SolverError where HiGHS itself fails.
    """
    if (form.low > form.high + _TIGHT).any():
        return Answer(None, np.inf, infeasible=True)
    if searched_to_the_end(form):
        gap, target = 0.0, -np.inf
    limits = _Limits(time_limit_s, gap, target, nodes)
    if form.whole.any() and np.mean(form.low == form.high) > _MANY_HELD:
        return _solved_smaller(smaller(form), limits, start)
    return _searched(form, limits, start)


def _searched(form: StandardForm, limits: _Limits, start: FloatArray | Hint | None) -> Answer:
    """What the linear program says, where few columns have to be whole and are; else what a search finds."""
    if 0 < np.count_nonzero(form.whole) <= _FEW_WHOLE:
        linear = _solved(form.relaxed(), _Limits(limits.time_limit_s), None)
        if linear.infeasible or (linear.x is not None and _whole_at(form, linear.x)):
            return linear
    return _solved(form, limits, start)


def _whole_at(form: StandardForm, x: FloatArray) -> bool:
    """Whether the columns that have to be whole are so at ``x``."""
    whole = x[form.whole]
    return bool(np.all(np.abs(whole - np.round(whole)) <= _TIGHT))


def _solved_smaller(part: Smaller, limits: _Limits, start: FloatArray | Hint | None) -> Answer:
    """The answer for a form of which much is settled."""
    if not part.possible:
        return Answer(None, np.inf, infeasible=True)
    if not part.form.columns:
        return Answer(part.held, part.form.offset, infeasible=False)
    if isinstance(start, Hint):
        place = np.full(len(part.held), ABSENT)
        place[part.columns] = np.arange(len(part.columns))
        known = place[start.columns] != ABSENT
        start = Hint(place[start.columns[known]], start.values[known])
    elif start is not None:
        start = start[part.columns]
    answer = _searched(part.form, limits, start)
    return answer if answer.x is None else replace(answer, x=part.whole(answer.x), reduced_costs=None)


def searched_to_the_end(form: StandardForm) -> bool:
    """Whether ``form`` is so small that its best point takes no longer than a good one."""
    return form.columns <= _FEW_COLUMNS and int(np.count_nonzero(form.whole)) <= _FEW_WHOLE


def few_whole(form: StandardForm) -> bool:
    """Whether a search of ``form`` has few whole columns to choose."""
    return int(np.count_nonzero(form.whole & (form.low < form.high))) <= _SMALL_SEARCH


def _solved(form: StandardForm, limits: _Limits, start: FloatArray | Hint | None) -> Answer:
    """What one run of HiGHS gives."""
    highs = loaded(form, limits.time_limit_s, limits.gap)
    highs.setOptionValue("objective_target", limits.target)
    if limits.nodes is not None:
        highs.setOptionValue("mip_max_nodes", limits.nodes)
    _keep_short(highs, form, started=isinstance(start, np.ndarray))
    if start is not None and form.whole.any():
        _begin_from(highs, start)
    if highs.run() == highspy.HighsStatus.kError or _stopped_on_nothing(highs):
        highs = loaded(form, limits.time_limit_s, limits.gap)
        highs.setOptionValue("mip_feasibility_tolerance", _LOOSE)
        if highs.run() == highspy.HighsStatus.kError:
            raise SolverError("HiGHS stopped with an error")
    return answer_of(highs, linear=not form.whole.any())


def _keep_short(highs: Solver, form: StandardForm, *, started: bool) -> None:
    """Leave out what takes longer than it saves: presolve of what is small, a search for a first point."""
    whole = int(np.count_nonzero(form.whole))
    if whole <= _MOSTLY_LINEAR * form.columns and form.rows <= _MANY_ROWS:
        highs.setOptionValue("presolve", "off")
    if whole and (started or few_whole(form)):
        highs.setOptionValue("mip_heuristic_run_feasibility_jump", False)
        highs.setOptionValue("mip_detect_symmetry", False)


def _stopped_on_nothing(highs: Solver) -> bool:
    """Whether HiGHS stopped at its target with a point that breaks a row once presolve is undone: one that
    lies on its tolerance is taken for broken then.
    """
    at_target = highs.getModelStatus() == highspy.HighsModelStatus.kObjectiveTarget
    return at_target and highs.getInfo().primal_solution_status != _FEASIBLE


def _begin_from(highs: Solver, start: FloatArray | Hint) -> None:
    """Give HiGHS a point to begin from."""
    if isinstance(start, Hint):
        highs.setSolution(len(start.columns), start.columns.astype(np.int32), start.values)
        return
    point = highspy.HighsSolution()
    point.col_value = start.tolist()
    highs.setSolution(point)


def loaded(form: StandardForm, time_limit_s: float, gap: float = 0.0) -> Solver:
    """A silent, single-threaded HiGHS that holds ``form``."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]  # highspy leaves it untyped
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("time_limit", max(time_limit_s, _LEAST_TIME_S)),
        ("mip_abs_gap", gap),
        ("mip_rel_gap", 0.0),
        ("mip_feasibility_tolerance", _TIGHT),
        ("random_seed", 0),
    ):
        highs.setOptionValue(option, value)
    highs.HandleKeyboardInterrupt = True
    if form.columns <= _QUICK_LINEAR:
        highs.stopCallback(_IN_SIMPLEX)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = form.columns, form.rows
    lp.col_cost_, lp.offset_ = form.cost, form.offset
    lp.col_lower_, lp.col_upper_ = form.low, form.high
    lp.row_lower_, lp.row_upper_ = form.row_low, form.row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = form.matrix.indptr
    lp.a_matrix_.index_ = form.matrix.indices
    lp.a_matrix_.value_ = form.matrix.data
    if form.whole.any():
        lp.integrality_ = [
            highspy.HighsVarType.kInteger if whole else highspy.HighsVarType.kContinuous
            for whole in form.whole
        ]
    if highs.passModel(lp) == highspy.HighsStatus.kError:
        raise SolverError("HiGHS refused the model")
    return highs


def answer_of(highs: Solver, *, linear: bool) -> Answer:
    """The outcome of the last run; before the first node is done, the bound of a search means nothing."""
    status, info = highs.getModelStatus(), highs.getInfo()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Answer(None, np.inf, infeasible=True)
    found = info.primal_solution_status == _FEASIBLE
    x = np.array(highs.getSolution().col_value) if found else None
    solved = status == highspy.HighsModelStatus.kOptimal
    if not linear:
        trusted = solved or info.mip_node_count > 0
        return Answer(x, float(info.mip_dual_bound) if trusted else -np.inf, infeasible=False)
    if not solved:
        return Answer(x, -np.inf, infeasible=False)
    solution = highs.getSolution()
    return Answer(
        x,
        float(info.objective_function_value),
        infeasible=False,
        reduced_costs=np.array(solution.col_dual),
        row_duals=np.array(solution.row_dual),
    )
