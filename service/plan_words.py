"""What a plan says to people, in words: its proof, its money, its blocks of charging."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from domain.phases import name_of
from domain.plan import Breach, Plan, Proof, RequestPlan, Status
from domain.plan_document import request_id
from domain.scenarios import CaseOutlook

if TYPE_CHECKING:
    from scheduler.baselines import Baseline

_NEAR_EUR = 0.005
"""Below this, two sums of money read the same."""
_NEAR_KWH = 0.05


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of time in which a charger is told one current on one phase set."""

    start: datetime
    """Local time."""
    end: datetime
    current_a: float
    phases: str
    energy_kwh: float
    price_eur_per_kwh: float
    """Buying price, weighted by energy."""


def blocks(plan: Plan, charger: str) -> tuple[Block, ...]:
    """The stretches in which ``charger`` charges; a session that covers part of a slot cuts its block."""
    told = plan.chargers[charger]
    sessions = [planned.request for planned in plan.requests if planned.request.charger == charger]

    def key(slot: int) -> tuple[float, str]:
        return float(told.current_a[slot]), name_of(told.phases[slot])

    found = []
    for (current_a, phases), group in groupby(range(len(plan.grid)), key):
        if current_a == 0:
            continue
        slots = list(group)
        start, end = plan.grid.starts[slots[0]], plan.grid.ends[slots[-1]]
        here = [session for session in sessions if session.arrival < end and session.departure > start]
        if here:
            start = max(start, min(session.arrival for session in here))
            end = min(end, max(session.departure for session in here))
        energy_kwh = told.power_kw[slots] * plan.grid.hours[slots]
        prices = plan.sources["buy"].values[slots]
        total_kwh = float(energy_kwh.sum())
        price = float(energy_kwh @ prices) / total_kwh if total_kwh else float(prices.mean())
        found.append(Block(local(plan, start), local(plan, end), current_a, phases, total_kwh, price))
    return tuple(found)


def local(plan: Plan, moment: datetime) -> datetime:
    """``moment`` on the site's clock."""
    return moment.astimezone(ZoneInfo(plan.grid.time_zone))


def spoken(plan: Plan, moment: datetime) -> str:
    """``moment`` on the site's clock, with its day: ``Wed 22:00``."""
    return f"{local(plan, moment):%a %H:%M}"


def period(plan: Plan) -> str:
    """The horizon in local time, with its date and zone."""
    start, end = local(plan, plan.grid.start), local(plan, plan.grid.end)
    return f"{start:%a %d %b %Y %H:%M} to {end:%a %d %b %H:%M}, {plan.grid.time_zone}"


def is_sample(plan: Plan) -> bool:
    """Whether any series of the plan is made up."""
    return any(series.source.startswith("sample") for series in plan.sources.values())


def charging_eur(plan: Plan) -> float:
    """What charging adds to the site's cost [EUR]."""
    return plan.cost.total_eur - plan.cost.without_charging_eur


def delivered_kwh(plan: Plan) -> float:
    """Energy that all requests get [kWh]."""
    return sum(planned.delivered_kwh for planned in plan.requests)


def proof_line(proof: Proof) -> str:
    """How good the plan provably is, in one sentence."""
    if proof.status is Status.FALLBACK:
        return "made by rule because the solver gave nothing; every limit holds, the cost is not proven"
    if not np.isfinite(proof.gap):
        return "every limit holds; how far the cost is from the best is not known"
    above_eur = max(0.0, proof.cost_eur - proof.bound_eur)
    within = f"at most {above_eur:.2f} EUR ({max(0.0, proof.gap):.2%}) above the best possible"
    if above_eur < _NEAR_EUR:
        within = f"less than a cent ({max(0.0, proof.gap):.2%}) above the best possible"
    found = f"solved in {proof.build_s + proof.solve_s:.1f} s"
    if proof.status is Status.OPTIMAL:
        return f"{within}; {found}"
    if proof.gap_before_rounding < proof.gap / 2:
        return f"{within}, wider than the gap asked for, mostly by rounding to the charger's steps; {found}"
    return f"{within}, wider than the gap asked for; {found}"


def amps(current_a: float) -> str:
    """A current as people read it: ``6.25 A``, ``258.4 A``."""
    return f"{current_a:.4g} A"


def comparison(plan: Plan, at_once_eur: float) -> str:
    """The money of charging by plan against charging at once, both as additions to the site's cost."""
    mine, other = (
        round(eur, 2) for eur in (charging_eur(plan), at_once_eur - plan.cost.without_charging_eur)
    )
    saved = other - mine
    if abs(saved) < _NEAR_EUR:
        return f"charging {money(mine)}, the same as charging at once"
    if saved < 0:
        return f"charging {money(mine)}; charging at once: {money(other)}, which ignores some limit or wish"
    share = f" ({saved / other:.0%})" if other > _NEAR_EUR and saved <= other else ""
    return f"charging {money(mine)}; charging at once: {money(other)}; saved: {money(saved)}{share}"


def rule_line(plan: Plan, by_rule: Baseline) -> str:
    """The plan against each car in its cheapest hours, one after the other; empty where nobody charges."""
    if not plan.requests:
        return ""
    more_eur = by_rule.cost_eur - (plan.cost.total_eur - plan.cost.stored_eur)
    more_kwh = by_rule.shortfall_kwh - plan.proof.shortfall_kwh
    said = "the same" if abs(more_eur) < _NEAR_EUR else f"{money(abs(more_eur))} {_more(more_eur)}"
    if abs(more_kwh) >= _NEAR_KWH:
        said += f", with {abs(more_kwh):.1f} kWh {_more(more_kwh)} missing"
    return f"each car in its cheapest hours, one after the other: {said}"


def _more(amount: float) -> str:
    return "more" if amount > 0 else "less"


def money(amount_eur: float) -> str:
    """An amount in euros and cents, never ``-0.00``."""
    return f"{round(amount_eur, 2) + 0.0:.2f} EUR"


def shortfall_lines(plan: Plan) -> Iterator[str]:
    """One sentence for each request that misses energy: how much, why, and what would help."""
    for planned in plan.requests:
        if planned.shortfall_kwh > 0:
            yield (
                f"{request_id(planned)} misses {missing_words(planned.shortfall_kwh)} of "
                f"{planned.energy_kwh:.1f} kWh" + (_why(planned))
            )


def missing_words(kwh: float) -> str:
    """What is missing is never "0.0"."""
    return f"{kwh:.1f}" if kwh >= 0.05 else f"{max(kwh, 0.001):.3f}"


def binding_words(planned: RequestPlan) -> str:
    """All that stands in the way of a request's energy: ``circuit garage L1, L2 and circuit grid L1``."""
    if planned.binding is None:
        return ""
    phases: dict[tuple[str, str | None], list[str]] = {}
    for one in (planned.binding, *planned.also_binding):
        phases.setdefault((one.kind, one.circuit), []).extend([one.phase] if one.phase else [])
    ranges = f"({planned.ranges})" if planned.ranges else None
    told = []
    for (kind, circuit), named in phases.items():
        end = ranges if kind in {"stay", "charger"} else ", ".join(sorted(named))
        told.append(" ".join(part for part in (_KINDS.get(kind, kind), circuit, end) if part))
    return " and ".join(told)


def breach_line(plan: Plan, breach: Breach) -> str:
    """One limit that load and solar alone break."""
    phase = f" {breach.phase}" if breach.phase else ""
    when = spans(plan, breach.slots)
    return (
        f"without any charging, {breach.circuit}{phase} has {breach.worst:.1f} {breach.unit} where "
        f"{breach.limit:.1f} {breach.unit} is allowed ({breach.kind}; {when})"
    )


def outlook_lines(plan: Plan) -> Iterator[str]:
    """How the first slots stand to what else may come, and what each case then costs."""
    outlook = plan.outlook
    if outlook is None:
        return
    until = spoken(plan, outlook.until)
    good = "keeps every limit in all cases" if outlook.good_for_all else "may break a limit, see the notes"
    price = outlook.hedging_eur
    hedged = f"; that costs {money(price)} more if it comes as expected" if price >= _NEAR_EUR else ""
    yield f"what is told until {until} {good}{hedged}"
    for case in outlook.cases:
        yield f"{case.name} ({case.probability:.0%}): {_case_words(case)}"


def _case_words(case: CaseOutlook) -> str:
    """What one case costs, and what it misses."""
    if not np.isfinite(case.cost_eur):
        return "no plan was found"
    short = f", {missing_words(case.shortfall_kwh)} kWh missing" if case.shortfall_kwh > 0 else ""
    return f"whole site {money(case.cost_eur)}{short}"


def device_lines(plan: Plan) -> Iterator[str]:
    """When every flexible load runs, and what the battery does."""
    for name, power_kw in plan.power.flexible_kw.items():
        on = tuple(np.flatnonzero(power_kw > 0).tolist())
        energy_kwh = float(power_kw @ plan.grid.hours)
        yield f"{name}: {_every_span(plan, on)}, {energy_kwh:.1f} kWh"
    battery_kw = plan.power.battery_kw
    if np.any(battery_kw):
        filled, drained = (float(np.maximum(sign * battery_kw, 0.0) @ plan.grid.hours) for sign in (1, -1))
        yield f"battery: takes {filled:.1f} kWh, gives {drained:.1f} kWh"


def _every_span(plan: Plan, slots: tuple[int, ...]) -> str:
    """Local times of all stretches of some slots."""
    return ", ".join(
        f"{spoken(plan, plan.grid.starts[first])} to {local(plan, plan.grid.ends[last]):%H:%M}"
        for first, last in _stretches(slots)
    )


def _stretches(slots: tuple[int, ...]) -> list[tuple[int, int]]:
    """First and last of every stretch of slots side by side."""
    found: list[tuple[int, int]] = []
    for slot in sorted(slots):
        if found and slot == found[-1][1] + 1:
            found[-1] = (found[-1][0], slot)
        else:
            found.append((slot, slot))
    return found


def spans(plan: Plan, slots: tuple[int, ...]) -> str:
    """Local times of some slots: the first stretch, and how many more there are."""
    runs = _stretches(slots)
    if not runs:
        return "at no time"
    first = f"{spoken(plan, plan.grid.starts[runs[0][0]])} to {local(plan, plan.grid.ends[runs[0][1]]):%H:%M}"
    return first if len(runs) == 1 else f"{first} and {len(runs) - 1} more"


def _why(planned: RequestPlan) -> str:
    """What binds, and the remedy, after a semicolon each."""
    words = ""
    if planned.binding is not None:
        words += f"; what binds: {binding_words(planned)}"
    if planned.remedy is not None:
        words += f"; remedy: {planned.remedy.text}"
    return words


_KINDS = {
    "stay": "the stay is too short at full current",
    "circuit": "circuit",
    "power": "the power limit of",
    "imbalance": "the imbalance limit of",
    "charger": "the charger's own range",
    "cabinet": "the shared power of cabinet",
    "group": "the limit of group",
    "taper": "the taper of the car",
}
