"""What is asked of a solution, and what it is: options, aims, and the solution with its certificate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from scheduler.evaluate import Outcome
from scheduler.kept import Kept
from scheduler.problem import FloatArray

GOOD_ENOUGH_EUR: Final = 0.01
"""A gap up to this is good enough whatever was asked."""
GAP_KWH: Final = 1e-3
"""Gap at which missing energy counts as the least."""
THOROUGH_S: Final = 5.0
"""Time for a finer plan than was asked [s]."""


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """How good a plan has to be, how calm, and how long it may take."""

    gap: float = 0.01
    """Largest gap, relative to the cost of charging; whole amperes alone may take half of it."""
    calm_eur: float | None = None
    """What calm may cost [EUR]; None: the larger of 0.01 EUR and 0.2 % of the charging cost."""
    fine_gap: float = 1e-3
    """Nearer than this share is not worth looking for, however much time there is."""
    time_limit_s: float = 60.0
    remedies_s: float = 20.0
    """Longest time to look for remedies, after the plan is made; 0 looks for none [s]."""
    remedy_plans: int | None = None
    """So often is planned again for them; None: by the size of the plan, the same on every machine."""


@dataclass(frozen=True, slots=True)
class Aim:
    """How near to its bound a point has to come; gaps are absolute, in the unit of the objective."""

    asked: float
    """Until this is reached, all the time there is may be used."""
    fine: float
    """Nearer is not worth looking for."""

    @classmethod
    def for_money(cls, options: PlanOptions, scale_eur: float) -> Aim:
        """The aim for a charging cost of ``scale_eur``."""
        asked = max(options.gap * scale_eur, GOOD_ENOUGH_EUR)
        return cls(asked, min(asked / 4, max(options.fine_gap * scale_eur, GOOD_ENOUGH_EUR / 4)))

    def above(self, rise: float) -> Aim:
        """The aim from a floor that lies ``rise`` above the bound: what was asked stays, and what is fine
        counts from the floor.
        """
        return replace(self, asked=max(self.asked - rise, self.fine))


@dataclass(frozen=True, slots=True)
class ClassShortfall:
    """Weighted missing energy of a priority class [kWh]."""

    missing_kwh: float
    bound_kwh: float
    """No plan that serves the higher classes as well misses less."""
    steps_kwh: float
    """What one step of each of its sessions that miss some is worth."""

    @property
    def least(self) -> bool:
        """Whether no less can be missing, within a step."""
        return self.missing_kwh <= self.bound_kwh + GAP_KWH + self.steps_kwh


@dataclass(frozen=True, slots=True)
class Solved:
    """Executable currents, what follows from them, and how good they provably are."""

    outcome: Outcome
    without_charging_eur: float
    cost_bound_eur: float
    """For the shortfall that was reached."""
    shortfall_bound_kwh: float
    cost_before_rounding_eur: float
    bound_before_rounding_eur: float
    """Cost and bound of the search, at the shortfall that currents without steps need."""
    build_s: float = 0.0
    rows: int = 0
    columns: int = 0
    binaries: int = 0
    by_rule: str = ""
    """Why the plan is made by rule; empty where the solver made it."""
    classes: tuple[ClassShortfall, ...] = ()
    """The highest class first."""
    x: FloatArray | None = None
    """The point of the model that the currents come from."""
    kept: Kept | None = None
    """What the first stage reached."""

    @property
    def scale_eur(self) -> float:
        """What gaps are measured by: the cost of charging, at least 1 EUR."""
        return max(abs(self.outcome.cost_eur - self.without_charging_eur), 1.0)
