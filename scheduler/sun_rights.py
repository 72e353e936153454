"""Whose the solar surplus is, where the site keeps it for one group."""

from __future__ import annotations

from domain.requests import ChargeRequest
from domain.site import Site


def has_sun(request: ChargeRequest, site: Site) -> bool:
    """Whether the surplus is there for a request: no group has it alone, or the request is of that group.

    It is of the group of its user, and without one to that of its charger.
    """
    owner = next((group for group in site.groups if group.solar), None)
    if owner is None:
        return True
    own = next((user.group for user in site.users if user.id == request.user), None)
    return own == owner.id if own is not None else request.charger in owner.chargers


def sun_notes(site: Site, requests: tuple[ChargeRequest, ...]) -> list[str]:
    """What the plan says where cars are left out of the surplus."""
    left_out = sum(not has_sun(request, site) for request in requests)
    if not left_out or not site.solar:
        return []
    owner = next(group.id for group in site.groups if group.solar)
    return [
        f"solar surplus is for group {owner} only: {left_out} other requests count as bought from the grid"
    ]
