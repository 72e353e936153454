"""From a car's taper by state of charge, and what it showed of it, to lines of power over energy."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from domain.inputs import PlanInputs
from domain.requests import ChargeRequest
from domain.site import Site
from domain.site_chargers import AcCharger
from domain.site_vehicles import TaperPoint, Vehicle
from scheduler.into_battery import efficiency_of
from scheduler.problem import Session
from scheduler.tapers import Taper, TaperLine


def with_taper(session: Session, request: ChargeRequest, site: Site, inputs: PlanInputs) -> Session:
    """``session`` with the taper that its car states, and the one that it shows while it is here."""
    if not session.options or not len(session.slots):
        return session
    lines = [*_stated(request, site, session), *_shown(request, site, inputs)]
    return replace(session, taper=Taper(tuple(lines))) if lines else session


def taper_notes(site: Site, inputs: PlanInputs) -> tuple[str, ...]:
    """The cars whose taper cannot be placed, because nobody says how full they are."""
    lost = [
        request.id or request.charger
        for request in inputs.requests
        if request.soc_now is None and _tapers(request, site) is not None
    ]
    if not lost:
        return ()
    return (f"planned without the taper of the car, because soc_now is not known: {', '.join(lost)}",)


def _tapers(request: ChargeRequest, site: Site) -> Vehicle | None:
    """The request's car, where its taper is stated."""
    vehicle = site.vehicle(request.vehicle) if request.vehicle else None
    return vehicle if vehicle is not None and vehicle.taper else None


def _stated(request: ChargeRequest, site: Site, session: Session) -> list[TaperLine]:
    """The lines of the car's table.

    State of charge = soc_now + energy at the plug x best efficiency / battery_kwh: at lower efficiencies the
    battery is emptier and takes more.
    """
    vehicle = _tapers(request, site)
    if vehicle is None or vehicle.taper is None or request.soc_now is None:
        return []
    assert vehicle.battery_kwh is not None
    best = efficiency_of(request, site, session.options).best / session.at_car
    soc_per_kwh = best / vehicle.battery_kwh
    return [_line(*ends, request.soc_now, soc_per_kwh) for ends in _segments(vehicle.taper)]


def _segments(points: tuple[TaperPoint, ...]) -> list[tuple[TaperPoint, TaperPoint]]:
    """Neighbours of the table, and the first point's power below it."""
    first = points[0]
    return [(first.model_copy(update={"soc": first.soc - 1.0}), first), *pairwise(points)]


def _line(low: TaperPoint, high: TaperPoint, soc: float, soc_per_kwh: float) -> TaperLine:
    """The straight line through two points, from state of charge to energy at the plug."""
    falls = (low.max_kw - high.max_kw) / (high.soc - low.soc)
    return TaperLine(low.max_kw - falls * (soc - low.soc), falls * soc_per_kwh)


def _shown(request: ChargeRequest, site: Site, inputs: PlanInputs) -> list[TaperLine]:
    """The straight line to 0 along which the power of the car that is at an AC charger was seen to fall."""
    running = inputs.running.get(request.charger) if request.arrival <= inputs.grid.start else None
    if running is None or running.taper is None or not isinstance(site.charger(request.charger), AcCharger):
        return []
    shown = running.taper
    return [TaperLine(shown.kw_per_kwh * shown.takes_kwh, shown.kw_per_kwh)]
