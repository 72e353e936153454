"""Cars that fill more slowly towards the end, nobody says how: they are planned to be ready early."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from domain.requests import ChargeRequest
from domain.site import Site
from domain.site_chargers import DcCharger
from scheduler.naming import named

EARLY_SHARE: Final = 0.1
"""Share of the stay that is kept back.

A car that is offered what it could take at first, and from 60 % on less and less, 60 % of it at 80 %, takes
from 20 to 80 % a share of ln(1 / 0.6) / 0.4 / 3 - 1 / 3 = 9 % longer than one that does not taper.
"""


def keeps_back(request: ChargeRequest, site: Site) -> bool:
    """Whether a car only takes direct current, and nobody says how its power falls as it fills.

    At an alternating-current charger a car falls on its last percents only. A car that also gives is left
    alone: it is at home, at a power that hardly any battery feels.
    """
    charger = site.charger(request.charger)
    vehicle = site.vehicle(request.vehicle) if request.vehicle else None
    stated = vehicle is not None and vehicle.taper is not None and request.soc_now is not None
    return isinstance(charger, DcCharger) and charger.discharge_kw is None and not stated


def planned_end(request: ChargeRequest, site: Site, start: datetime, energy_kwh: float) -> datetime:
    """When a plan from ``start`` on is to be done with a request [an instant]: its departure, or before.

    A tenth of the stay is kept back, but at most half of the time that charging ``energy_kwh`` with all that
    the point has leaves over of what is left of it.
    """
    charger = site.charger(request.charger)
    left = request.departure - max(request.arrival, start)
    if left <= timedelta(0) or not isinstance(charger, DcCharger) or not keeps_back(request, site):
        return request.departure
    spare = max(timedelta(0), left - timedelta(hours=energy_kwh / charger.power_kw.max))
    return request.departure - min(EARLY_SHARE * (request.departure - request.arrival), spare / 2)


def early_of(site: Site, requests: Sequence[ChargeRequest]) -> frozenset[int]:
    """The positions of such requests."""
    return frozenset(i for i, request in enumerate(requests) if keeps_back(request, site))


def early_notes(site: Site, requests: Sequence[ChargeRequest], early: Collection[int]) -> tuple[str, ...]:
    """What is said of such requests; ``early``: those that time was kept back for."""
    such = early_of(site, requests)
    unsaid = "nobody says how the power of the car falls as it fills (vehicles[].taper with soc_now)"
    words = (
        (such & set(early), f"{unsaid}; planned to be ready a tenth of the stay early"),
        (such - set(early), f"{unsaid}; not planned to be ready early, as that would cost energy"),
    )
    names = [request.id or request.charger for request in requests]
    return tuple(f"{named([names[i] for i in sorted(which)])}: {said}" for which, said in words if which)
