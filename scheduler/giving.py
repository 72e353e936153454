"""Cars that give energy back: when, with which currents, and how much is left in their batteries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scheduler.devices import Feed

if TYPE_CHECKING:
    from scheduler.decision import Decision
    from scheduler.problem import Option, Problem

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Giver:
    """What a session's car may give back while it is there for whole slots; contents are of its battery."""

    options: tuple[Option, ...]
    """Phase sets with the currents that it gives [A]; steps are the session's."""
    slots: IntArray
    """Slots in which it may give, ascending."""
    start_kwh: float
    least_kwh: float
    """It gives nothing below this content."""
    most_kwh: float
    stored_per_kwh: float
    """Content by energy drawn at the grid."""
    emptied_per_kwh: float
    """Content by energy given at the grid."""
    wear_eur_per_kwh: float
    """Per kWh given at the grid."""

    @property
    def undone_per_kwh(self) -> float:
        """Drawn energy that one kWh given undoes."""
        return self.emptied_per_kwh / self.stored_per_kwh


@dataclass(frozen=True, slots=True)
class GiveTable:
    """Every choice to give, by session, slot and option of its giver; arrays of shape (gives,)."""

    keys: tuple[tuple[int, int, int], ...]
    session: IntArray
    slot: IntArray
    option: IntArray
    charger: IntArray
    min_a: FloatArray
    max_a: FloatArray
    step_a: FloatArray
    kw_per_a: FloatArray
    feeds: tuple[Feed, ...]

    @classmethod
    def of(cls, problem: Problem) -> GiveTable:
        """Table of a problem; empty where no car gives."""
        rows = [
            ((s, int(t), k), session.charger, option, session.step_a, session.circuits)
            for s, session in enumerate(problem.sessions)
            if session.giver is not None
            for t in session.giver.slots
            for k, option in enumerate(session.giver.options)
        ]
        keys = np.array([row[0] for row in rows], dtype=np.int64).reshape(-1, 3)
        per_a = [row[2].kw_per_a(problem.voltage_v) for row in rows]
        return cls(
            keys=tuple(row[0] for row in rows),
            session=keys[:, 0],
            slot=keys[:, 1],
            option=keys[:, 2],
            charger=np.array([row[1] for row in rows], dtype=np.int64),
            min_a=np.array([row[2].min_a for row in rows], dtype=np.float64),
            max_a=np.array([row[2].max_a for row in rows], dtype=np.float64),
            step_a=np.array([row[3] for row in rows], dtype=np.float64),
            kw_per_a=np.array(per_a, dtype=np.float64),
            feeds=tuple(_feed(row[2], row[4], kw) for row, kw in zip(rows, per_a, strict=True)),
        )


def _feed(option: Option, circuits: tuple[int, ...], kw_per_a: float) -> Feed:
    """Where an option's power flows."""
    on_l1, on_l2, on_l3 = (1 / kw_per_a if p in option.phases else 0.0 for p in range(3))
    return Feed(circuits, (on_l1, on_l2, on_l3))


def most_given_kw(problem: Problem) -> FloatArray:
    """The most that all cars together can give in each slot [kW]."""
    table = problem.gives
    if not table.keys:
        return np.zeros(problem.slots)
    most = np.zeros(len(problem.sessions) * problem.slots)
    np.maximum.at(most, table.session * problem.slots + table.slot, table.kw_per_a * table.max_a)
    together: FloatArray = most.reshape(-1, problem.slots).sum(axis=0)
    return together


def given_kw(problem: Problem, decision: Decision) -> FloatArray:
    """(gives,) power that each choice gives [kW]."""
    if not problem.gives.keys:
        return np.zeros(0)
    power: FloatArray = problem.gives.kw_per_a * decision.given_a
    return power


def given_at_kw(problem: Problem, power_kw: FloatArray) -> FloatArray:
    """(slots,) what all cars together give [kW]."""
    together = np.zeros(problem.slots)
    np.add.at(together, problem.gives.slot, power_kw)
    return together


def given_flows(problem: Problem, power_kw: FloatArray) -> tuple[tuple[Feed, FloatArray], ...]:
    """Feed and signed power (slots,) [kW] of everything that is given."""
    found = []
    for j in np.flatnonzero(power_kw):
        flow = np.zeros(problem.slots)
        flow[problem.gives.slot[j]] = -power_kw[j]
        found.append((problem.gives.feeds[j], flow))
    return tuple(found)


def given_by_session_kwh(problem: Problem, power_kw: FloatArray) -> FloatArray:
    """(sessions, slots) energy that each car gives [kWh]."""
    table, found = problem.gives, np.zeros((len(problem.sessions), problem.slots))
    np.add.at(found, (table.session, table.slot), power_kw * problem.hours[table.slot])
    return found
