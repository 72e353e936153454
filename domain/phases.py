"""Phases of the grid, and which of them a charger and a car use together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

Phase = Literal["L1", "L2", "L3"]
PHASES: Final[tuple[Phase, ...]] = ("L1", "L2", "L3")

PhaseSet = tuple[int, ...]
"""Grid phases in use, as ascending indices into ``PHASES``: ``(0, 2)`` is L1 and L3."""


def index_of(phase: Phase) -> int:
    """Position of a grid phase in ``PHASES``."""
    return PHASES.index(phase)


def phase_set(phases: Iterable[Phase]) -> PhaseSet:
    """The grid phases as ascending indices, each once."""
    return tuple(sorted({index_of(phase) for phase in phases}))


def name_of(phases: PhaseSet) -> str:
    """Name of a phase set in grid order: ``L1L3``; empty when no phase is used."""
    return "".join(PHASES[index] for index in sorted(phases))
