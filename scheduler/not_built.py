"""The keys whose planning rule this version does not have: they are named, never ignored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from domain.errors import Unbuilt
from domain.requests import ChargeRequest
from domain.site_root import Site

_NAMED: Final = 5
"""So many users of a key are named; more are counted."""
_OF_REQUESTS: Final = "requests[]"


class Case(NamedTuple):
    """What a plan is asked for."""

    site: Site
    requests: Sequence[ChargeRequest]


class Row(NamedTuple):
    """One key that is not built, or not for each of its values."""

    key: str
    """Path in the schema; ``.**`` stands for everything below."""
    why: str
    used_by: Callable[[Case], Iterable[str]]
    """Ids of what uses it; one empty id where there is only one such thing."""


def unbuilt(site: Site, *, requests: Sequence[ChargeRequest]) -> tuple[Unbuilt, ...]:
    """Everything in a site and its requests that this version cannot plan, in the order of the table."""
    case = Case(site, requests)
    return tuple(key for row in NOT_BUILT for key in _named(row, list(dict.fromkeys(row.used_by(case)))))


def _named(row: Row, users: list[str]) -> Iterator[Unbuilt]:
    """What a row says of those that use it: requests one by one, everything else together."""
    if row.key.startswith(_OF_REQUESTS):
        last = len(users[:_NAMED]) - 1
        for i, user in enumerate(users[:_NAMED]):
            more = f" (and {len(users) - _NAMED} requests more)" if i == last and len(users) > _NAMED else ""
            yield Unbuilt(row.key.replace("[]", f"[{user}]", 1), row.why + more)
    elif users:
        yield Unbuilt(row.key.removesuffix(".**"), row.why + _at(users))


def _at(users: Sequence[str]) -> str:
    names = [user for user in users if user]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f" (at {', '.join(names[:_NAMED])}{more})" if names else ""


def _if(condition: bool) -> tuple[str, ...]:
    return ("",) if condition else ()


def _requests(case: Case, asks: Callable[[ChargeRequest], bool]) -> Iterable[str]:
    yield from (request.id or request.charger for request in case.requests if asks(request))


NOT_BUILT: Final[tuple[Row, ...]] = (
    Row(
        "vehicles[].efficiency",
        "efficiency by current and phases is not built yet; one number is",
        lambda case: (car.id for car in case.site.vehicles if isinstance(car.efficiency, tuple)),
    ),
    Row(
        "requests[].target_soc",
        "requests by state of charge are not built yet; say energy_kwh",
        lambda case: _requests(case, lambda one: one.target_soc is not None or one.soc_now is not None),
    ),
)
"""What is named to the owner, one row per key."""
