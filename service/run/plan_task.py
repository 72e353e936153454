"""One planning as the daemon asks for it: what is needed goes in, plan and requests come out."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from domain.inputs import PlanInputs
from domain.plan import Plan
from domain.requests import ChargeRequest, default_request_id
from domain.running import Running
from domain.site import Site

if TYPE_CHECKING:
    from forecasting.live.answer import Live

GAP: Final = 0.01
SOLVE_S: Final = 60.0
ASK_S: Final = 45.0
"""All live sources together have so long."""


@dataclass(frozen=True, slots=True)
class PlanTask:
    """What a plan is to be made from."""

    site: Site
    base: Path
    """Folder from which the site file's own paths count."""
    now: datetime
    requests: Path | None = None
    cache: Path | None = None
    delivered_kwh: Mapping[str, float] = field(default_factory=dict)
    """By request: what the car has had already."""
    running: Mapping[str, Running] = field(default_factory=dict)
    previous: Plan | None = None
    ran_h: Mapping[str, float] = field(default_factory=dict)
    """By flexible load: hours that it has run in its running window."""
    battery_soc: float | None = None
    curtailed: tuple[tuple[datetime, datetime], ...] = ()
    """When the grid operator's ceiling is reckoned with."""


@dataclass(frozen=True, slots=True)
class PlanMade:
    """What came of it."""

    plan: Plan
    requests: tuple[ChargeRequest, ...]
    """With their whole energy, as tracking counts them."""
    inputs: PlanInputs
    ask_again: datetime | None
    """When a price source that lacks something is worth asking again."""


def planned(task: PlanTask) -> PlanMade:
    """Ask the sources, gather, and solve; raises as ``service.planning.plan_order``."""
    from forecasting.gather import Files, gather
    from scheduler.planner import PlanOptions, plan_site
    from service.live import live_answers

    files = Files(requests=task.requests, base=task.base)
    live = live_answers(task.site, files, task.now, task.now, task.cache, lambda _: None, ASK_S)
    inputs = gather(task.site, task.now, files, 15, live)
    inputs = replace(inputs, requests=tuple(map(named, inputs.requests)))
    asked = replace(
        inputs,
        requests=still_missing(inputs.requests, task.delivered_kwh),
        running=task.running,
        previous=task.previous,
        ran_h=task.ran_h,
        battery_soc=task.battery_soc,
        curtailed=task.curtailed,
    )
    options = PlanOptions(gap=GAP, time_limit_s=SOLVE_S)
    plan = plan_site(task.site, asked, made_at=task.now, clock=time.monotonic, options=options)
    return PlanMade(plan, inputs.requests, inputs, ask_again(live, task.now))


def still_missing(
    requests: Sequence[ChargeRequest], delivered_kwh: Mapping[str, float]
) -> tuple[ChargeRequest, ...]:
    """The requests, all named, less what was delivered."""
    return tuple(_less(one, delivered_kwh.get(one.id, 0.0)) for one in requests)


def named(request: ChargeRequest) -> ChargeRequest:
    """The request with the name that plan, tracking and file know it by."""
    arrival = request.arrival.astimezone(UTC)
    return request.model_copy(update={"id": request.id or default_request_id(request.charger, arrival)})


def _less(request: ChargeRequest, delivered_kwh: float) -> ChargeRequest:
    if request.energy_kwh is None or delivered_kwh <= 0:
        return request
    left_kwh = max(0.0, request.energy_kwh - delivered_kwh)
    return request.model_copy(update={"energy_kwh": left_kwh})


def ask_again(live: Live, now: datetime) -> datetime | None:
    """The first moment at which an incomplete price source wants to be asked again."""
    due = [one.next_try for one in live.prices.values() if not one.complete and one.next_try is not None]
    return min((moment for moment in due if moment > now), default=None)
