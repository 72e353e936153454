"""Which priority class and weight a request has: its own, else its user's, its group's, its charger's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.requests import ChargeRequest
from domain.site import Site
from domain.site_chargers import AcCharger, DcCharger, Group, User


@dataclass(frozen=True, slots=True)
class Rights:
    """What a request's missing energy counts."""

    priority: int
    """A class: higher classes come strictly first."""
    weight: float
    """Inside the class."""


def rights_of(request: ChargeRequest, site: Site) -> Rights:
    """The rights of ``request``; each of the two is taken from the first that states it."""
    given = list(_givers(request, site))
    return Rights(
        priority=next(one.priority for one in given if one.priority is not None),
        weight=float(next(one.weight for one in given if one.weight is not None)),
    )


def _givers(
    request: ChargeRequest, site: Site
) -> Iterator[ChargeRequest | User | Group | AcCharger | DcCharger]:
    """Who may state a right, the nearest first; the charger always does."""
    yield request
    for user in site.users:
        if user.id == request.user:
            yield user
            yield from (group for group in site.groups if group.id == user.group)
    yield from (group for group in site.groups if request.charger in group.chargers)
    yield site.charger(request.charger)
