"""A request's class and weight come from the nearest that states them."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.requests import ChargeRequest
from domain.site import parse_site
from scheduler.rights import rights_of

SITE = """\
name: Garage
location: {time_zone: Europe/Brussels}
grid: {limit_a: 25}
chargers:
  - {id: one, priority: 1, weight: 2, current_a: {min: 6, max: 16}}
  - {id: two, priority: 3, current_a: {min: 6, max: 16}}
groups:
  - {id: staff, chargers: [one], priority: 5}
  - {id: board, chargers: [two], weight: 9}
users:
  - {id: ann, priority: 7}
  - {id: bob, group: board}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""


def rights(charger: str = "one", **more: object) -> tuple[int, float]:
    site = parse_site(SITE, "garage.yaml")
    request = ChargeRequest.model_validate({
        "charger": charger, "energy_kwh": 5, "arrival": datetime(2026, 11, 20, 8, tzinfo=UTC),
        "departure": datetime(2026, 11, 20, 16, tzinfo=UTC), **more,
    })  # fmt: skip
    found = rights_of(request, site)
    return found.priority, found.weight


def test_a_request_speaks_for_itself_first() -> None:
    assert rights(priority=-2, weight=4.0, user="ann") == (-2, 4.0)


def test_then_its_user_speaks() -> None:
    assert rights(user="ann") == (7, 2.0)


def test_then_the_group_of_its_user_before_the_group_of_its_charger() -> None:
    assert rights(user="bob") == (5, 9.0)


def test_then_the_group_of_its_charger_and_at_last_the_charger() -> None:
    assert rights() == (5, 2.0)
    assert rights("two") == (3, 9.0)


def test_each_of_the_two_is_looked_for_by_itself() -> None:
    assert rights(weight=1.5) == (5, 1.5)
