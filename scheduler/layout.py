"""Where the choices of a problem stand in its form."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from scheduler.giving import GiveTable
from scheduler.problem import DrawTable, Problem
from scheduler.standard_form import Columns

SOME_DRAWS: Final = 420
"""Up to so many choices, everything is searched at once even where the slots of a session bind each other."""
_IN_TURN_DRAWS: Final = 1000
"""Up to so many choices, what a battery does by itself is searched with them."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The choices of a problem to draw and to give, and where their variables stand."""

    table: DrawTable
    columns: Columns
    gives: GiveTable
    selected: tuple[int | None, ...]
    """Per session: the option that its budget of phase switches begins with, if any."""
    by_itself: bool = False
    """Whether a battery acts by itself."""
    in_turn: bool = False
    """Whether what it does is searched with the choices, a few slots in turn: where these are few and a peak
    is paid for, which it can lift or lower.
    """

    @classmethod
    def of(cls, problem: Problem, columns: Columns) -> Layout:
        """The layout of a problem."""
        budgets = [session.switching for session in problem.sessions]
        selected = tuple(None if one is None else one.selected for one in budgets)
        by_itself = problem.battery is not None and not problem.battery.commanded
        few = len(problem.draw_table.slot) <= _IN_TURN_DRAWS
        in_turn = by_itself and few and problem.wish.peak_counts and bool(problem.peaks)
        return cls(problem.draw_table, columns, problem.gives, selected, by_itself, in_turn)

    @property
    def tied(self) -> bool:
        """Whether the slots of any session bind each other."""
        return bool(self.table.tied.any())

    @property
    def slot_by_slot(self) -> bool:
        """Whether that is so, and the choices are too many to search them all at once."""
        return self.tied and len(self.table.slot) > SOME_DRAWS

    @property
    def peak_by_itself(self) -> bool:
        """Whether all of a plan is searched at once, with a peak and a battery that acts by itself."""
        return self.in_turn and not self.slot_by_slot
