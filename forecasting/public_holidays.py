"""Public holidays of the site's country, for tariffs whose bands name them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from domain.countries import country_of
from domain.errors import Fault, InputError
from domain.site_grid import Location


def holiday_rule(location: Location) -> Callable[[date], bool]:
    """Whether a local day is a public holiday where the site is.

    Raises ``InputError`` where the country cannot be told or its holidays are not known.
    """
    import holidays  # noqa: PLC0415 (slow to import, seldom needed)

    country = location.country or country_of(location.time_zone)
    if country is None:
        found = f"no country known for {location.time_zone}"
        raise InputError([Fault("site", found, "say location.country, such as BE", "location.country")])
    try:
        known = holidays.country_holidays(country, subdiv=location.subdivision)
    except NotImplementedError as error:
        raise InputError([Fault("site", str(error), "another country or subdivision", "location")]) from error
    return known.__contains__
