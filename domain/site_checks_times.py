"""Checks of time: zone, weekly stays, holidays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from zoneinfo import ZoneInfo, available_timezones

from domain.bands import BandTimes, first_uncovered
from domain.clock import DAYS, MINUTES_PER_DAY, Day, minutes_of
from domain.countries import country_of
from domain.site_known import Known, SiteFault, choices
from domain.site_root import Site
from domain.site_tariff import BandPrice, MarketTerms
from domain.site_vehicles import Departure
from domain.yaml_text import KeyPath

_WEEK_MIN = 7 * MINUTES_PER_DAY


def the_time_zone_exists(site: Site, _: Known) -> Iterator[SiteFault]:
    """The time zone is one of the IANA's."""
    name = site.location.time_zone
    if not _exists(name):
        close = choices(name.title(), sorted(available_timezones()))
        allowed = close if close.startswith("did") else "an IANA name is allowed, such as Europe/Brussels"
        yield SiteFault(("location", "time_zone"), f"unknown time zone '{name}'", allowed)


def _exists(time_zone: str) -> bool:
    try:
        ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError):
        return False
    return True


def departures_do_not_overlap(site: Site, _: Known) -> Iterator[SiteFault]:
    """No two weekly stays at one charger overlap; each habit is told once."""
    stays: dict[str, list[tuple[int, int, int, Day]]] = defaultdict(list)
    for i, departure in enumerate(site.departures):
        for day in departure.days:
            start, end = _stay(departure, day)
            rival = next((stay for stay in stays[departure.charger] if _overlap(start, end, stay)), None)
            if rival is not None:
                found = f"the stay that ends on {day} {departure.depart} overlaps departures[{rival[2]}]"
                allowed = f"one car at a time at '{departure.charger}'"
                yield SiteFault(("departures", i), found, allowed, (*_times_of(i), *_times_of(rival[2])))
                break
            stays[departure.charger].append((start, end, i, day))


def _times_of(i: int) -> tuple[KeyPath, ...]:
    """The places that say when and where the car of a departure stays."""
    return tuple(("departures", i, key) for key in ("charger", "days", "arrive", "depart"))


def _stay(departure: Departure, day: Day) -> tuple[int, int]:
    """Minutes of the week from arrival to departure; the start may be negative."""
    midnight = DAYS.index(day) * MINUTES_PER_DAY
    arrive, depart = minutes_of(departure.arrive), minutes_of(departure.depart)
    return midnight + arrive - (MINUTES_PER_DAY if arrive > depart else 0), midnight + depart


def _overlap(start: int, end: int, stay: tuple[int, int, int, Day]) -> bool:
    return any(start + turn < stay[1] and stay[0] < end + turn for turn in (-_WEEK_MIN, 0, _WEEK_MIN))


def runs_fit_their_windows(site: Site, _: Known) -> Iterator[SiteFault]:
    """A flexible load has time enough in its window, which may pass midnight."""
    for i, load in enumerate(site.flexible_loads):
        begin, end = map(minutes_of, load.between)
        window_h = ((end - begin) % MINUTES_PER_DAY or MINUTES_PER_DAY) / 60
        key, needed_h = (
            ("run_h", load.run_h)
            if load.run_h is not None
            else ("energy_kwh", (load.energy_kwh or 0) / load.power_kw)
        )
        for name, hours in ((key, needed_h), ("min_run_h", load.min_run_h or 0.0)):
            if hours > window_h:
                found = f"{hours:g} h of running in a window of {window_h:g} h"
                rests_on = tuple(("flexible_loads", i, of) for of in (name, "power_kw", "between"))
                yield SiteFault(
                    ("flexible_loads", i, name), found, "widen between, or ask for less", rests_on
                )


def holidays_have_a_country(site: Site, _: Known) -> Iterator[SiteFault]:
    """Bands for public holidays need to know whose holidays."""
    zone = site.location.time_zone
    if site.location.country is not None or country_of(zone) is not None or not _exists(zone):
        return
    for path, band in _bands(site):
        if band.names_holidays:
            found = f"holiday, while the time zone {zone} belongs to no country"
            rests_on = ((*path, "days"), ("location", "country"), ("location", "time_zone"))
            yield SiteFault((*path, "days"), found, "say location.country, such as BE", rests_on)
            return


def bands_leave_no_gap(site: Site, _: Known) -> Iterator[SiteFault]:
    """Final prices by time have a band for every moment."""
    for side, source in (("buy", site.tariff.buy), ("sell", site.tariff.sell)):
        gap = first_uncovered(source.bands) if isinstance(source, BandPrice) else None
        if gap is not None:
            allowed = "bands must cover every moment: end with one that always fits"
            yield SiteFault(("tariff", side, "bands"), f"no band for {gap}", allowed)


def _bands(site: Site) -> Iterator[tuple[KeyPath, BandTimes]]:
    for side, source in (("buy", site.tariff.buy), ("sell", site.tariff.sell)):
        if isinstance(source, BandPrice):
            yield from ((("tariff", side, "bands", i), band) for i, band in enumerate(source.bands))
        elif isinstance(source, MarketTerms):
            yield from ((("tariff", side, "bands_add", i), band) for i, band in enumerate(source.bands_add))
