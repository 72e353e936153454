"""What `check` finds in a site that parses: warnings, and keys that `plan` cannot use yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from domain.countries import country_of
from domain.errors import Unbuilt
from domain.site import Site
from domain.site_tariff import BandPrice, MarketTerms, PriceSource

FAILSAFE_PROOF = "not part of this version yet"


@dataclass(frozen=True, slots=True)
class SiteReport:
    """A site, what the owner should know about it, and what this version cannot plan."""

    site: Site
    warnings: tuple[str, ...]
    unbuilt: tuple[Unbuilt, ...]


def report_of(site: Site) -> SiteReport:
    """The report of a site that parses."""
    from scheduler.not_built import unbuilt

    keys = unbuilt(site, prices_from_file=False, solar_from_file=False, load_from_file=False, requests=())
    return SiteReport(site, tuple(_warnings(site)), tuple(keys))


def report_json(report: SiteReport) -> dict[str, Any]:
    """The report for programs; ``site`` is the site with every default filled in."""
    return {
        "ok": True,
        "warnings": list(report.warnings),
        "not_built": [{"where": key.where, "why": key.why} for key in report.unbuilt],
        "failsafe_proof": FAILSAFE_PROOF,
        "site": report.site.model_dump(mode="json", by_alias=True),
    }


def _warnings(site: Site) -> Iterator[str]:
    yield from _about_metering(site)
    yield from _about_prices("tariff.buy", site.tariff.buy)
    if site.tariff.sell is not None:
        yield from _about_prices("tariff.sell", site.tariff.sell)
    yield from _about_holidays(site)
    if not site.departures:
        yield "departures: none, so a plan needs --requests"
    if site.load is None and site.grid.base_load_max_a is None:
        yield "load: neither load nor grid.base_load_max_a is said, so everything but charging counts as 0"


def _about_metering(site: Site) -> Iterator[str]:
    if site.grid.meter is None:
        yield (
            "grid.meter: none, so there is no live protection; the chargers share "
            "limit_a less base_load_max_a, whatever the house really takes"
        )
        if site.grid.base_load_max_a is None:
            yield "grid.base_load_max_a: not said, so nothing is kept free for the house"


def _about_prices(key: str, price: PriceSource) -> Iterator[str]:
    """Terms that were left at their defaults, and made-up prices."""
    if price.source == "sample":
        yield f"{key}: made-up sample prices"
    if isinstance(price, MarketTerms):
        unsaid = [name for name in ("add_eur_per_kwh", "vat") if name not in price.model_fields_set]
        if unsaid:
            yield f"{key}: {' and '.join(unsaid)} not said and taken as 0"


def _about_holidays(site: Site) -> Iterator[str]:
    if site.location.country is None and any(map(_names_holidays, (site.tariff.buy, site.tariff.sell))):
        country = country_of(site.location.time_zone)
        yield f"location.country: not said; public holidays are those of {country}, from the time zone"


def _names_holidays(price: PriceSource | None) -> bool:
    if isinstance(price, BandPrice):
        return any(band.names_holidays for band in price.bands)
    return isinstance(price, MarketTerms) and any(band.names_holidays for band in price.bands_add)
