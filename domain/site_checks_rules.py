"""Checks of what a rule needs to know: selling prices, places, peaks."""

from __future__ import annotations

from collections.abc import Iterator

from domain.site_known import Known, SiteFault
from domain.site_root import Site


def solar_has_a_selling_price(site: Site, _: Known) -> Iterator[SiteFault]:
    """Solar makes surplus, and surplus has a price."""
    if site.solar and site.tariff.sell is None:
        allowed = "with solar it is needed; {source: fixed, eur_per_kwh: 0} where nothing is paid"
        yield SiteFault(("tariff", "sell"), "missing", allowed)


def forecasts_know_the_place(site: Site, _: Known) -> Iterator[SiteFault]:
    """Solar forecasts for a place need its latitude and longitude."""
    if site.location.latitude is not None and site.location.longitude is not None:
        return
    for i, array in enumerate(site.solar):
        if array.source in {"open_meteo", "forecast_solar"}:
            found = f"{array.source} without location.latitude and longitude"
            yield SiteFault(("solar", i, "source"), found, "say where the site is")


def a_peak_has_a_price_or_target(site: Site, _: Known) -> Iterator[SiteFault]:
    """Mode capacity needs a price of the peak or a target."""
    if "capacity" in site.mode and site.tariff.peak is None and site.target_kw is None:
        found = "capacity without tariff.peak and target_kw"
        yield SiteFault(("mode", site.mode.index("capacity")), found, "say one of them")


def modes_are_named_once(site: Site, _: Known) -> Iterator[SiteFault]:
    """A mode is not named twice."""
    for i, mode in enumerate(site.mode):
        if mode in site.mode[:i]:
            yield SiteFault(("mode", i), f"{mode} a second time", "name each mode once")
