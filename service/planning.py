"""From a plan order to a plan: site file, series, refusals, solver, and charging at once to compare."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from domain.errors import InputError, NotBuilt
from domain.plan import Plan
from domain.requests import ChargeRequest
from domain.site import Site
from service.plan_options import PlanOrder, order_faults, start_of
from service.site_file import read_site

Tell = Callable[[str], None]
"""Hears what is being done, in a few words."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, and what the same cars would cost when they charge at once."""

    site: Site
    plan: Plan
    at_once_eur: float
    """Cost of the whole site when every car charges from its arrival on [EUR]."""


def plan_order(order: PlanOrder, now: datetime, tell: Tell) -> Planned:
    """The plan that was ordered, made at ``now``.

    Raises InputError with every fault of options and files, NotBuilt with every key that this version
    cannot plan, SourceError where a source fails.
    """
    site = _site_of(order)
    at, said = start_of(order, site.location.time_zone, now)
    _refuse_unbuilt(site, order, ())
    tell("Reading prices, solar, load and requests")
    from forecasting.gather import Files, gather

    files = Files(order.prices, order.solar, order.load, order.requests, base=order.site.parent)
    inputs = gather(site, at, files, order.slot_min)
    _refuse_unbuilt(site, order, inputs.requests)
    tell("Solving")
    from scheduler.planner import PlanOptions, cost_of_charging_at_once_eur, plan_site

    options = PlanOptions(gap=order.gap, calm_eur=order.calm_eur, time_limit_s=order.time_limit_s)
    plan = plan_site(site, inputs, made_at=now, clock=time.monotonic, options=options, on_progress=tell)
    noted = replace(plan, notes=(said, *plan.notes)) if said else plan
    return Planned(site, noted, cost_of_charging_at_once_eur(site, inputs))


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


def _refuse_unbuilt(site: Site, order: PlanOrder, requests: Sequence[ChargeRequest]) -> None:
    """Raise NotBuilt where site or requests use keys whose rule this version lacks."""
    from scheduler.not_built import unbuilt

    keys = unbuilt(
        site,
        prices_from_file=order.prices is not None,
        solar_from_file=order.solar is not None,
        load_from_file=order.load is not None,
        requests=requests,
    )
    if keys:
        raise NotBuilt(keys)
