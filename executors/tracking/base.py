"""What every car should have before sun and hand: by its plan, by its request alone, or by the default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from domain.units import S_PER_H
from executors.control.why import Why
from executors.tracking.arrays import Bools, Floats, Ints, known
from executors.tracking.by_energy import Range, held_a
from executors.tracking.carry import extra_now
from executors.tracking.cars import Cars
from executors.tracking.danger import Danger
from executors.tracking.plan_rows import OLD_AFTER_S, PlanRows, slot_at
from executors.tracking.points import Points
from executors.tracking.wishes import Wishes, WishTable

CHEAP_SHARE: Final = 0.25
"""``default_request: cheapest`` charges in this share of the next day's slots, the cheapest ones."""
_DONE_KWH: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Base:
    """Currents with their phases and reasons; arrays over chargers."""

    current_a: Floats
    phases: Bools
    """Shape (C, 3); empty: those that there are."""
    code: Ints
    """``Why``."""
    planned_a: Floats
    """What the plan says; NaN where no plan counts."""
    asked: Bools
    done: Bools
    """The request has its energy."""


def usable(rows: PlanRows | None, plan_s: float) -> tuple[PlanRows | None, int, Why]:
    """The plan with its slot of now; None, -1 and why, where it cannot be followed."""
    if rows is None:
        return None, -1, Why.NO_PLAN
    slot = slot_at(rows, plan_s)
    begins_s = max(rows.made_s, float(rows.edges_s[0]))  # made days ahead, it is not old when it begins
    if slot is None or plan_s - begins_s > OLD_AFTER_S:
        return None, -1, Why.PLAN_TOO_OLD
    return rows, slot, Why.PLAN


def planned_for(rows: PlanRows | None, wishes: Wishes, table: WishTable, here: Bools) -> Bools:
    """Where the plan counts: it names the charger, and was made for the request of the car that is there."""
    if rows is None:
        return np.zeros(len(here), dtype=np.bool_)
    known = np.array([request_id in rows.request_ids for request_id in table.ids], dtype=np.bool_)
    mine = known[wishes.row] if len(known) else np.zeros(len(here), dtype=np.bool_)
    return rows.names & here & wishes.asked & mine


def base_now(
    points: Points,
    plan: tuple[PlanRows | None, int, Why],
    counts: Bools,
    wishes: Wishes,
    cars: Cars,
    owed_kwh: Floats,
    told_a: Floats,
    danger: Danger,
    plan_s: float,
) -> Base:
    """What every car should have at plan time ``plan_s``; ``counts``: where the plan does."""
    rows, slot, why = plan
    asked = wishes.asked & cars.here
    full_a = cars.most_a
    code = np.where(asked, int(why if rows is None else Why.NO_PLAN), int(Why.NOT_REQUESTED))
    current_a = np.where(asked, full_a, 0.0)
    phases = np.zeros((len(current_a), 3), dtype=np.bool_)
    planned_a = np.full(len(current_a), np.nan)
    if rows is not None:
        planned_a = np.where(counts, rows.current_a[:, slot], np.nan)
        held, carried = _by_plan(points, rows, slot, cars, owed_kwh, told_a, wishes.left_s, plan_s)
        current_a = np.where(counts, held, current_a)
        differs = carried | (np.abs(held - rows.current_a[:, slot]) > 0.5)
        code = np.where(counts, np.where(differs, int(Why.PLAN_CARRIED), int(Why.PLAN)), code)
        phases = np.where((counts & (rows.current_a[:, slot] > 0))[:, None], rows.phases[:, slot], phases)
    current_a, code = _by_default(points, rows, slot, asked, cars, current_a, code)
    must = asked & cars.here & (danger.tight | danger.impossible | wishes.late)
    current_a = np.where(must, full_a, current_a)
    phases = np.where(must[:, None], points.wiring.wired, phases)
    code = np.where(
        must, np.where(danger.impossible, int(Why.DEADLINE_IMPOSSIBLE), int(Why.DEADLINE_IN_DANGER)), code
    )
    done = asked & (known(wishes.left_kwh, np.inf) <= _DONE_KWH)
    current_a = np.where(done | ~cars.here, 0.0, current_a)
    code = np.where(done, int(Why.ENERGY_DONE), code)
    code = np.where(cars.here, code, int(Why.NO_CAR))
    return Base(current_a, phases, code, planned_a, asked, done)


def _by_plan(
    points: Points,
    rows: PlanRows,
    slot: int,
    cars: Cars,
    owed_kwh: Floats,
    told_a: Floats,
    left_s: Floats,
    plan_s: float,
) -> tuple[Floats, Bools]:
    """Current [A] that holds the plan's energy, and where the plan is off but the car charges to catch up."""
    lines = np.where(rows.current_a[:, slot] > 0, rows.phases[:, slot].sum(axis=1), cars.lines)
    allowed = Range(cars.min_a, cars.most_a, points.wiring.step_a, lines * points.kw_per_a)
    held = held_a(rows, slot, plan_s, owed_kwh, told_a, allowed)
    most_kw = cars.full_a * cars.all_lines * points.kw_per_a
    extra = extra_now(rows, slot, plan_s, owed_kwh, left_s, most_kw)
    return np.where(extra, cars.most_a, held), extra


def _by_default(
    points: Points,
    rows: PlanRows | None,
    slot: int,
    asked: Bools,
    cars: Cars,
    current_a: Floats,
    code: Ints,
) -> tuple[Floats, Ints]:
    """Cars without a request get what the owner says of them; sun comes later."""
    if points.default_request == "none":
        return current_a, code
    free = cars.here & ~asked
    on = points.default_request == "full" or (
        points.default_request == "cheapest" and rows is not None and cheap_now(rows, slot)
    )
    code = np.where(free, int(Why.DEFAULT_REQUEST), code)
    return np.where(free, cars.most_a if on else 0.0, current_a), code


def cheap_now(rows: PlanRows, slot: int) -> bool:
    """Whether the slot is in the cheapest quarter of the day ahead, as far as prices are known."""
    day = rows.edges_s[slot:-1] < rows.edges_s[slot] + 24 * S_PER_H
    prices = rows.buy_eur_per_kwh[slot:][day]
    if np.isnan(prices[0]):
        return False
    return bool(prices[0] <= np.nanquantile(prices, CHEAP_SHARE) + 1e-9)
