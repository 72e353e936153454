"""`--curtailed FROM/TO` is read, or refused with what is allowed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.errors import InputError
from domain.site import Site, parse_site
from service.curtailed_option import curtailed_times


def site(more: str = "curtailment: {fixed_kw: 4.2, signal: relay}") -> Site:
    return parse_site(
        "name: Hof\nlocation: {time_zone: Europe/Berlin}\ngrid: {limit_a: 25}\n"
        "chargers: [{id: one, current_a: {min: 6, max: 16}}]\n"
        f"tariff: {{buy: {{source: fixed, eur_per_kwh: 0.3}}}}\n{more}\n",
        "hof.yaml",
    )


def test_nothing_typed_is_no_signal() -> None:
    assert curtailed_times(None, site("")) == ()


def test_times_without_offset_are_on_the_sites_clock() -> None:
    ((start, end),) = curtailed_times("2026-11-20T17:00/2026-11-20T18:30Z", site())
    assert start == datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert end == datetime(2026, 11, 20, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "typed", ["", "17:00", "2026-11-20T17:00", "a/b", "2026-11-20T17:00/2026-11-20T17:00", "1/2/3"]
)
def test_what_is_no_stretch_of_time_is_refused(typed: str) -> None:
    with pytest.raises(InputError, match="--curtailed"):
        curtailed_times(typed, site())


def test_a_site_without_curtailment_has_no_signal() -> None:
    with pytest.raises(InputError, match="without curtailment"):
        curtailed_times("2026-11-20T17:00/2026-11-20T18:00", site(""))
