"""The keys whose planning rule this version does not have: they are named, never ignored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from domain.errors import Unbuilt
from domain.requests import ChargeRequest
from domain.site_root import Site
from scheduler.naming import named

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


def unbuilt(
    site: Site, *, requests: Sequence[ChargeRequest], rows: Sequence[Row] | None = None
) -> tuple[Unbuilt, ...]:
    """Everything in a site and its requests that this version cannot plan, in the order of ``rows``, which
    are those of ``NOT_BUILT`` unless others are given.
    """
    case = Case(site, requests)
    return tuple(
        key
        for row in (NOT_BUILT if rows is None else rows)
        for key in _named(row, list(dict.fromkeys(row.used_by(case))))
    )


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
    return f" (at {named(names)})" if names else ""


NOT_BUILT: Final[tuple[Row, ...]] = ()
"""What is named to the owner, one row per key; nothing at present."""

PLANNED_ONLY: Final[tuple[Row, ...]] = (
    Row(
        "chargers[].discharge_a",
        "vehicle to grid is planned only: no driver and no virtual car gives energy back",
        lambda case: (charger.id for charger in case.site.chargers if charger.discharges),
    ),
)
"""What a plan may hold and nothing carries out."""
