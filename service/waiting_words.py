"""Why a car waits, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from service.plan_words import spans

if TYPE_CHECKING:
    from domain.plan import Plan, RequestPlan, Wait

NO_ROOM: Final = frozenset({"circuit", "power", "imbalance", "cabinet", "group"})
"""Kinds that are a limit without room."""
_WORDS: Final = {
    "done": "has its energy",
    "price": "dearer",
    "circuit": "no room on circuit",
    "power": "no power left on circuit",
    "imbalance": "no room in the imbalance limit of",
    "cabinet": "no power left in cabinet",
    "group": "no room in group",
    "peak": "the month's peak would rise",
    "taper": "the car tapers below its least current",
    "shared": "another car charges here",
    "charger": "charger and car have no current in common",
    "calm": "nothing to gain",
}
SHORT: Final = {
    "done": "has its energy",
    "circuit": "{place} full",
    "power": "{place} full",
    "imbalance": "imbalance",
    "cabinet": "{place} full",
    "group": "{place} full",
    "peak": "peak",
    "taper": "nearly full",
    "shared": "another car",
    "price": "dearer",
    "charger": "no current",
    "calm": "no gain",
}
"""The same for a picture."""


def why(wait: Wait) -> str:
    """One reason in words: ``no room on circuit garage L2``."""
    return " ".join(part for part in (_WORDS.get(wait.kind, wait.kind), wait.circuit, wait.phase) if part)


def waits_line(plan: Plan, planned: RequestPlan) -> str:
    """Every reason for waiting with its times; empty where a car only waits once it has its energy."""
    told = [f"{why(wait)} ({spans(plan, wait.slots)})" for wait in planned.waits if wait.kind != "done"]
    return "; ".join(told)


def main_reason(plan: Plan, planned: RequestPlan) -> str:
    """The reason for which a car waits longest before it has its energy; empty where it does not wait."""
    before = [wait for wait in planned.waits if wait.kind != "done"]
    if not before:
        return ""
    hours = [float(np.sum(plan.grid.hours[list(wait.slots)])) for wait in before]
    return why(before[int(np.argmax(hours))])
