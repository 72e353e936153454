"""A departure in danger: what physics still allows until then, and how much would be missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from domain.units import S_PER_H
from executors.tracking.arrays import Bools, Floats, known
from executors.tracking.plan_rows import PlanRows, planned_until_kwh

TIGHT_H: Final = 0.5
"""With less time to spare than this at full power a plan that gives too little is not waited for [h]."""
LAST_H: Final = 0.05
"""The same where the plan gives enough [h]."""
_NOTHING_KWH: Final = 0.1
_SLACK_KWH: Final = 0.15
_SLACK_S: Final = 60.0
"""A plan still covers a car that is behind it by the larger of these: it is made up within a slot. What a
fast charger gives in a minute is no reason to leave the plan."""


@dataclass(frozen=True, slots=True)
class Danger:
    """How every departure stands; arrays over chargers, NaN without a departure ahead or a known need."""

    possible_kwh: Floats
    """The most that the car can still get until its departure."""
    shortfall_kwh: Floats
    """What it will miss even at full power from now on; 0: nothing."""
    spare_h: Floats
    """Time left over if it charged at full power from now on, less what it may need longer as it fills."""
    covered: Bools
    """The plan gives until then what is missing."""

    @property
    def impossible(self) -> Bools:
        """Some energy will be missing whatever is done."""
        short: Bools = known(self.shortfall_kwh) > 0
        return short

    @property
    def tight(self) -> Bools:
        """It must charge now, whatever the price: the plan does not cover it, or only just."""
        spare_h = known(self.spare_h, np.inf)
        now: Bools = spare_h < np.where(self.covered, LAST_H, TIGHT_H)
        return now


def danger(
    rows: PlanRows | None,
    plan_s: float,
    left_kwh: Floats,
    left_s: Floats,
    most_kw: Floats,
    takes_kwh: Floats,
    longer_kwh: Floats,
) -> Danger:
    """How the departures stand, with all the power that cars, chargers and the plan's other cars leave.

    ``left_kwh``: what is missing; ``left_s``: time to the departure; ``most_kw``: full power of car and
    charger; ``takes_kwh``: what the battery still takes by its taper (NaN: not known); ``longer_kwh``: what
    full power would give in the time that the car may need longer. Room on circuits is the plan's; without a
    plan, and after its end, it is taken as free.
    """
    asked = np.isfinite(left_s) & (left_s > 0) & ~np.isnan(left_kwh)
    possible_kwh = most_kw * np.where(asked, left_s, 0.0) / S_PER_H
    covered = np.zeros(len(left_kwh), dtype=np.bool_)
    if rows is not None:
        hours = _hours(rows, plan_s, left_s)
        possible_kwh -= (np.maximum(most_kw[:, None] - rows.most_kw, 0.0) * hours).sum(axis=1)
        slack_kwh = np.maximum(_SLACK_KWH, most_kw * (_SLACK_S / S_PER_H))
        until_s = plan_s + np.where(asked, left_s, 0.0)
        covered = planned_until_kwh(rows, plan_s, until_s) >= left_kwh - slack_kwh
    possible_kwh = np.where(asked, np.fmin(possible_kwh, takes_kwh), np.nan)
    short_kwh = left_kwh - possible_kwh
    spare_h = (possible_kwh - left_kwh - longer_kwh) / np.maximum(most_kw, 1e-9)
    wanting = asked & (left_kwh > _NOTHING_KWH)
    return Danger(
        possible_kwh=possible_kwh,
        shortfall_kwh=np.where(asked, np.where(short_kwh > _NOTHING_KWH, short_kwh, 0.0), np.nan),
        spare_h=np.where(wanting, spare_h, np.nan),
        covered=covered,
    )


def _hours(rows: PlanRows, plan_s: float, left_s: Floats) -> Floats:
    """Shape (C, S): hours of every slot between now and each car's departure."""
    low_s = np.maximum(rows.edges_s[:-1], plan_s)
    high_s = np.minimum(rows.edges_s[1:], (plan_s + left_s)[:, None])
    hours: Floats = np.clip(high_s - low_s, 0.0, None) / S_PER_H
    return hours
