"""Cars that fill more slowly towards the end, nobody says how: they are planned to be ready early."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from domain.requests import ChargeRequest
from domain.site import Site
from domain.site_chargers import DcCharger
from domain.unstated_tapers import LONGER_SHARE, taper_unstated
from scheduler.naming import named


def planned_end(request: ChargeRequest, site: Site, start: datetime, energy_kwh: float) -> datetime:
    """When a plan from ``start`` on is to be done with a request [an instant]: its departure, or before.

    A tenth of the stay is kept back, but at most half of the time that charging ``energy_kwh`` with all that
    the point has leaves over of what is left of it.
    """
    charger = site.charger(request.charger)
    left = request.departure - max(request.arrival, start)
    if left <= timedelta(0) or not isinstance(charger, DcCharger) or not taper_unstated(request, site):
        return request.departure
    spare = max(timedelta(0), left - timedelta(hours=energy_kwh / charger.power_kw.max))
    return request.departure - min(LONGER_SHARE * (request.departure - request.arrival), spare / 2)


def early_of(site: Site, requests: Sequence[ChargeRequest]) -> frozenset[int]:
    """The positions of such requests."""
    return frozenset(i for i, request in enumerate(requests) if taper_unstated(request, site))


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
