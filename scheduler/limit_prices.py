"""What a limit costs: the money that one ampere or kilowatt more would save in every slot."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from domain.errors import SolverError
from domain.inputs import PlanInputs
from domain.phases import PHASES
from domain.site import Site
from scheduler import highs
from scheduler.deadline import Clock, Deadline
from scheduler.forms import stated_model_of
from scheduler.from_site import problem_of
from scheduler.kept import nothing_decided
from scheduler.model import ON_OFF, build
from scheduler.problem import FloatArray, Problem
from scheduler.rules_circuit import GRID, circuit_current, circuit_feed_in, circuit_power, imbalance
from scheduler.shortfall import least_shortfall
from scheduler.standard_form import StandardForm

Place = tuple[str, int, int | None]
"""Kind of limit, circuit, phase; the kinds are current, power and imbalance."""
Prices = dict[Place, FloatArray]
UNITS: Final = {"current": "A", "power": "kW", "imbalance": "A"}
_EPS: Final = 1e-9


@dataclass(frozen=True, slots=True)
class LimitPrice:
    """What one unit more of a limit is worth; arrays have the shape (slots,)."""

    kind: str
    """``current`` (per phase), ``power`` or ``imbalance``."""
    circuit: str
    phase: str | None
    unit: str
    eur_per_unit_h: FloatArray
    """Money that one A or kW more would save while it lasts, at the same shortfall [EUR/(unit h)]."""
    kwh_per_unit_h: FloatArray
    """How much less would be missing in all, per hour [kWh/(unit h)]; 0 where nothing is missing."""


def limit_prices(
    site: Site, inputs: PlanInputs, *, clock: Clock, time_limit_s: float = 60.0
) -> tuple[LimitPrice, ...]:
    """The limits of ``site`` that cost something, the dearest first; raises as ``limit_prices_of``."""
    return limit_prices_of(problem_of(site, inputs).problem, clock=clock, time_limit_s=time_limit_s)


def limit_prices_of(problem: Problem, *, clock: Clock, time_limit_s: float = 60.0) -> tuple[LimitPrice, ...]:
    """Every limit that costs something, the dearest first.

    Prices are the duals of the relaxation at the shortfall of the plan: they hold for a small change, before
    currents are rounded to steps and minimum currents are seen. The kWh are those of the least shortfall
    of all requests together, whatever their class. Raises SolverError where the time does not suffice.
    """
    deadline = Deadline.after(clock, time_limit_s)
    model = stated_model_of(problem, clock)
    shortfall = least_shortfall(model, deadline)
    money = _prices(problem, model.costing(shortfall.kept), deadline)
    energy: Prices = {}
    if np.any(shortfall.kept.class_kwh > 0):
        missing = model.missing_of(nothing_decided(problem), np.arange(len(problem.sessions)))
        energy = _prices(problem, _unweighted(missing), deadline)
    none = np.zeros(problem.slots)
    found = [
        LimitPrice(
            kind=kind,
            circuit=problem.circuits[circuit].id,
            phase=None if phase is None else PHASES[phase],
            unit=UNITS[kind],
            eur_per_unit_h=money.get((kind, circuit, phase), none),
            kwh_per_unit_h=energy.get((kind, circuit, phase), none),
        )
        for kind, circuit, phase in dict.fromkeys([*money, *energy])
    ]
    return tuple(sorted(found, key=lambda one: _rank(problem, one)))


def _rank(problem: Problem, price: LimitPrice) -> tuple[float, float]:
    """Missing energy counts before money."""
    return (
        -float(problem.hours @ price.kwh_per_unit_h),
        -float(problem.hours @ price.eur_per_unit_h),
    )


def _unweighted(missing: StandardForm) -> StandardForm:
    """The form whose objective is missing energy, whatever it weighs."""
    return missing.with_cost(np.sign(missing.cost))


def _prices(problem: Problem, form: StandardForm, deadline: Deadline) -> Prices:
    """What one unit more of each limit takes from the objective of ``form``, per hour; what takes nothing is
    left out.
    """
    relaxed = form.without_rows(ON_OFF)
    duals = highs.solve(relaxed, time_limit_s=deadline.left_s).row_duals
    if duals is None:
        raise SolverError("no time was left to find what the limits cost")
    named = relaxed.row_rule
    found: Prices = {}
    for rule, places in _rows(problem):
        values = np.abs(duals[named == rule])
        for (place, t), value in zip(places, values, strict=True):
            if value > _EPS:
                per_slot = found.setdefault(place, np.zeros(problem.slots))
                per_slot[t] += value / problem.hours[t]
    return found


def _rows(problem: Problem) -> Iterable[tuple[str, list[tuple[Place, int]]]]:
    """The limit and the slot that each row of the rules of the wires speaks of.

    A wider limit loosens each of these rows, so that the size of its dual is what it saves; what flows in
    and what flows out share one limit.
    """
    m = build(problem, [circuit_current, circuit_feed_in, circuit_power, imbalance])
    for name in ("circuit_current", "circuit_feed_in"):
        yield name, [(("current", c, p), t) for c, p, t in getattr(m, name)]
    yield "circuit_power", [(("power", c, None), t) for c, t in m.circuit_power]
    pairs = [] if problem.imbalance_limit_a is None else list(m.imbalance)
    yield "imbalance", [(("imbalance", GRID, None), t) for _, _, t in pairs]
