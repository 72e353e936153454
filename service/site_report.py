"""What `check` finds in a site that parses: warnings, and keys that `plan` cannot use yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from domain.countries import country_of
from domain.errors import Fault, InputError, Unbuilt
from domain.site import Site
from domain.site_chargers import AcCharger
from domain.site_energy import HabitLoad
from domain.site_tariff import BandPrice, MarketTerms, PriceSource, ProviderPrice
from executors.charger_table import CHARGERS
from executors.control.failsafe_proof import Proof, prove
from executors.control.times import LEAST_TIMEOUT_S
from executors.modbus.timetable import Reaction
from executors.site_reaction import reaction_of
from service.failsafe_words import proof_json
from service.meter_words import current_warnings, own_maps
from service.other_words import other_warnings
from service.run.refusals import WITHOUT_WIRES

_NAMES_A_FILE: Final = frozenset({"path", "key_file", "token_file", "map_file"})


@dataclass(frozen=True, slots=True)
class SiteReport:
    """A site, what the owner should know about it, and what this version cannot plan."""

    site: Site
    warnings: tuple[str, ...]
    missing_files: tuple[str, ...]
    """Files that the site names and that cannot be read, in words."""
    unbuilt: tuple[Unbuilt, ...]
    proof: Proof
    """Whether the site survives silence."""
    run_lacks: tuple[Fault, ...] = ()
    """What is wrong with the keys of its devices, or with their files: `run` and `probe` refuse it."""
    reaction: Reaction | None = None
    """How soon the site reacts to an overload; none where it has no wires that could."""


def report_of(site: Site, folder: Path | None = None, lacks: Iterable[Fault] = ()) -> SiteReport:
    """The report of a site that parses; the files that it names are looked for from ``folder`` on.

    ``lacks`` is what stands in the way of its devices.
    """
    from scheduler.not_built import unbuilt

    keys = unbuilt(site, requests=())
    missing = () if folder is None else tuple(_about_files(site, folder))
    told = {line.partition(":")[0] for line in missing}
    run_lacks = tuple(fault for fault in lacks if fault.where not in told)
    proof, reaction = prove(site), reaction_of(site, own_maps(site, folder))
    warnings = (*_warnings(site), *current_warnings(site, folder))
    return SiteReport(site, warnings, missing, tuple(keys), proof, run_lacks, reaction)


def report_json(report: SiteReport) -> dict[str, Any]:
    """The report for programs; ``site`` is the site with every default filled in."""
    return {
        "ok": report.proof.ok,
        "warnings": [*report.warnings, *report.missing_files, *map(str, report.run_lacks)],
        "not_built": [{"where": key.where, "why": key.why} for key in report.unbuilt],
        "failsafe_proof": proof_json(report.proof),
        "reaction": None if report.reaction is None else _reaction_json(report.reaction),
        "site": report.site.model_dump(mode="json", by_alias=True),
    }


def _reaction_json(reaction: Reaction) -> dict[str, float]:
    return {
        "sample_s": reaction.sample_s,
        "cuts_s": reaction.cuts_s,
        "worst_s": reaction.worst_s,
    }


def _warnings(site: Site) -> Iterator[str]:
    yield from _about_metering(site)
    yield from _about_prices("tariff.buy", site.tariff.buy)
    if site.tariff.sell is not None:
        yield from _about_prices("tariff.sell", site.tariff.sell)
    yield from _about_zones(site)
    yield from _about_holidays(site)
    yield from other_warnings(site)
    yield from _about_steps(site)
    yield from _about_watchdogs(site)
    yield from _about_wires(site)
    if not site.departures:
        yield "departures: none, so a plan needs --requests"
    yield from _about_habit(site)
    if site.load is None and site.grid.base_load_max_a is None:
        yield "load: neither load nor grid.base_load_max_a is said, so everything but charging counts as 0"


def _about_habit(site: Site) -> Iterator[str]:
    """A load that is to be learnt, where the site says neither from what nor how large it is."""
    load = site.load
    if isinstance(load, HabitLoad) and load.path is None and load.yearly_kwh is None:
        stand_in = "grid.base_load_max_a counts at all times"
        if site.grid.base_load_max_a is None:
            stand_in = "there is no plan: say load.yearly_kwh or grid.base_load_max_a"
        yield f"load: no load.path names recorded days to learn from; without --load {stand_in}"


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
    if isinstance(price, MarketTerms) and not _is_final(price):
        unsaid = [name for name in ("add_eur_per_kwh", "vat") if name not in price.model_fields_set]
        if unsaid:
            yield f"{key}: {' and '.join(unsaid)} not said and taken as 0"


def _about_zones(site: Site) -> Iterator[str]:
    """Zones that a source of prices does not have."""
    from forecasting.live.zones import unknown_zone

    for key, price in (("tariff.buy", site.tariff.buy), ("tariff.sell", site.tariff.sell)):
        if isinstance(price, ProviderPrice) and (words := unknown_zone(price.source, price.zone)):
            yield f"{key}.zone: {words}"


def _is_final(price: PriceSource) -> bool:
    """Whether the source gives the bill's prices, so that there are no terms to say."""
    from forecasting.live.price_providers import FINAL_PRICES

    return price.source in FINAL_PRICES


def _about_steps(site: Site) -> Iterator[str]:
    """Steps so wide that only the minimum is left."""
    for i, charger in enumerate(site.chargers):
        if isinstance(charger, AcCharger):
            low_a, high_a, step_a = charger.current_a.min, charger.current_a.max, charger.current_a.step
            if low_a < high_a < low_a + step_a:
                yield (
                    f"chargers[{i}].current_a.step: {step_a:g} A from {low_a:g} A on is above the maximum of "
                    f"{high_a:g} A, so '{charger.id}' is only ever told {low_a:g} A or to pause"
                )


def _about_watchdogs(site: Site) -> Iterator[str]:
    """Watchdogs so short that a healthy site may let them fall."""
    for i, charger in enumerate(site.chargers):
        if charger.failsafe is not None and charger.failsafe.after_s < LEAST_TIMEOUT_S:
            yield (
                f"chargers[{i}].failsafe.after_s: {charger.failsafe.after_s:g} s is short; below "
                f"{LEAST_TIMEOUT_S:g} s '{charger.id}' may fall to its failsafe on a healthy site"
            )


def _about_wires(site: Site) -> Iterator[str]:
    """Drivers that a plan and a simulation know, and that nothing here speaks to yet."""
    found: dict[str, list[str]] = {}
    for charger in site.chargers:
        if charger.driver not in {*CHARGERS, *WITHOUT_WIRES}:
            found.setdefault(charger.driver, []).append(charger.id)
    for driver, names in found.items():
        which = (
            f"charger {names[0]}" if len(names) == 1 else f"{len(names)} chargers ({names[0]} to {names[-1]})"
        )
        yield (
            f"{which}: '{driver}' is planned and simulated, but this version does not speak to it yet: "
            "`run` and `probe` work with --simulated only"
        )


def _about_files(site: Site, folder: Path) -> Iterator[str]:
    """Files that the site file names and that are not there."""
    for key, name in _files_named(site.model_dump(by_alias=True)):
        path = folder / name
        try:
            if not path.exists():
                yield f"{key}: there is no file '{path}'"
            elif path.is_dir():
                yield f"{key}: '{path}' is a folder, not a file"
        except (OSError, ValueError) as error:
            yield f"{key}: '{path}' cannot be looked for: {str(error).lower()}"


def _files_named(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Keys below ``value`` that name a file, each with its name."""
    if isinstance(value, dict):
        for name, item in value.items():
            below = f"{key}.{name}" if key else str(name)
            if name in _NAMES_A_FILE and isinstance(item, str):
                yield below, item
            else:
                yield from _files_named(item, below)
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            yield from _files_named(item, f"{key}[{i}]")


def _about_holidays(site: Site) -> Iterator[str]:
    """A country that was derived, and one whose holidays nobody here knows."""
    from forecasting.public_holidays import holiday_rule

    if site.location.country is not None:
        try:
            holiday_rule(site.location)
        except InputError as error:
            for fault in error.faults:
                yield f"{fault.where}: {fault.found}; no public holidays are known there"
    if site.location.country is None and any(map(_names_holidays, (site.tariff.buy, site.tariff.sell))):
        country = country_of(site.location.time_zone)
        yield f"location.country: not said; public holidays are those of {country}, from the time zone"


def _names_holidays(price: PriceSource | None) -> bool:
    if isinstance(price, BandPrice):
        return any(band.names_holidays for band in price.bands)
    return isinstance(price, MarketTerms) and any(band.names_holidays for band in price.bands_add)
