"""From a plan order to a plan: site, live sources, series, refusals, solver, charging at once to compare."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from domain.errors import Fault, InputError, NotBuilt
from domain.inputs import PlanInputs
from domain.plan import Plan
from domain.requests import ChargeRequest
from domain.site import Site
from service.curtailed_option import curtailed_times
from service.plan_options import Numbers, PlanOrder, numbers_of, order_faults, start_of
from service.site_file import read_site

if TYPE_CHECKING:
    from forecasting.gather import Files
    from forecasting.live.answer import Live
    from scheduler.baselines import Baseline
    from scheduler.planner import PlanOptions

Tell = Callable[[str], None]
"""Hears what is being done, in a few words."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what the same cars would cost when they charge at once."""

    site: Site
    plan: Plan
    at_once_eur: float
    """Cost of the whole site when every car charges from its arrival on [EUR]."""
    inputs: PlanInputs
    """What the plan was made from."""
    by_rule: Baseline
    """What the same day costs with each car in its cheapest hours, one after the other."""
    ordered: Ordered
    live: Live
    """What was ordered and what the sources answered: enough to plan again later."""

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from service.view import html_of

        return html_of(self)


@dataclass(frozen=True, slots=True)
class Ordered:
    """A plan order that was read and holds together; nobody was asked yet."""

    site: Site
    numbers: Numbers
    at: datetime
    """Start of the plan."""
    said: str
    """How the start was understood, often empty."""
    files: Files
    curtailed: tuple[tuple[datetime, datetime], ...] = ()
    """When the signal of the grid operator is on."""


def plan_order(order: PlanOrder, now: datetime, tell: Tell) -> Planned:
    """The plan that was ordered, made at ``now``.

    Raises InputError with every fault of options and files, NotBuilt with every key that this version
    cannot plan, SourceError where a source fails.
    """
    ordered = read_order(order, now)
    from service.live import live_answers

    live = live_answers(ordered.site, ordered.files, ordered.at, now, order.cache, tell)
    return plan_with(ordered, live, now, tell)


def read_order(order: PlanOrder, now: datetime) -> Ordered:
    """The site and the options of an order; raises as ``plan_order``, of what needs no source."""
    site = _site_of(order)
    at, said = start_of(order, site.location.time_zone, now)
    _refuse_unbuilt(site)
    from forecasting.gather import Files

    files = Files(order.prices, order.solar, order.load, order.requests, base=order.site.parent)
    numbers = numbers_of(order)
    if numbers.battery_soc is not None and site.battery is None:
        raise InputError([Fault("--battery-soc", "a site without a battery", "say battery in the site file")])
    return Ordered(site, numbers, at, said, files, curtailed_times(order.curtailed, site))


def plan_with(ordered: Ordered, live: Live, now: datetime, tell: Tell) -> Planned:
    """The plan of an order, made at ``now`` of what the live sources answered; raises as ``plan_order``."""
    from forecasting.gather import gather

    site, files, numbers = ordered.site, ordered.files, ordered.numbers
    tell("Reading prices, solar, load and requests")
    inputs = replace(
        gather(site, ordered.at, files, numbers.slot_min, live),
        battery_soc=numbers.battery_soc,
        curtailed=ordered.curtailed,
    )
    _refuse_unbuilt(site, inputs.requests)
    tell("Solving")
    from scheduler.baselines import baselines_of
    from scheduler.planner import plan_site

    logging.getLogger("pyomo").setLevel(logging.CRITICAL)  # a stop by Ctrl-C is told once, by us

    options = options_of(numbers)
    plan = plan_site(site, inputs, made_at=now, clock=time.monotonic, options=options, on_progress=tell)
    noted = replace(plan, notes=(ordered.said, *plan.notes)) if ordered.said else plan
    at_once_eur, by_rule = baselines_of(plan, site, inputs)
    return Planned(site, noted, at_once_eur, inputs, by_rule, ordered, live)


def options_of(numbers: Numbers) -> PlanOptions:
    """How good a plan has to be, and how long it may take."""
    from scheduler.planner import PlanOptions

    return PlanOptions(gap=numbers.gap, calm_eur=numbers.calm_eur, time_limit_s=numbers.time_limit_s)


def _site_of(order: PlanOrder) -> Site:
    """The site; the faults of the options and of the site file come together."""
    faults = order_faults(order)
    try:
        site = read_site(order.site)
    except InputError as error:
        raise InputError([*faults, *error.faults]) from error
    if faults:
        raise InputError(faults)
    return site


def _refuse_unbuilt(site: Site, requests: Sequence[ChargeRequest] = ()) -> None:
    """Raise NotBuilt where site or requests use keys whose rule this version lacks."""
    from scheduler.not_built import unbuilt

    keys = unbuilt(site, requests=requests)
    if keys:
        raise NotBuilt(keys)
