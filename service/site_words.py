"""What a site is, in words: its connection, circuits, chargers, cars, sun and prices."""

from __future__ import annotations

from domain.drivers import CHARGER_DRIVERS
from domain.site import Site
from domain.site_chargers import AcCharger, DcCharger
from domain.site_energy import SolarArray
from domain.site_grid import Circuit, Grid
from domain.site_tariff import BandPrice, FixedPrice, MarketTerms, PriceSource
from domain.site_vehicles import Departure
from executors.charger_table import CHARGERS
from executors.modbus.timetable import Reaction


def grid_words(grid: Grid) -> str:
    """The connection: phases, limits, voltage."""
    rules = [
        *_limits(grid, grid.phases),
        f"{grid.voltage_v:g} V",
        *([f"imbalance {grid.imbalance_limit_a:g} A"] if grid.imbalance_limit_a is not None else []),
        *([f"export {grid.export_limit_kw:g} kW"] if grid.export_limit_kw is not None else []),
        *([f"base load up to {grid.base_load_max_a:g} A"] if grid.base_load_max_a is not None else []),
        f"meter {grid.meter}" if grid.meter else "no meter",
    ]
    return ", ".join(rules)


def circuit_words(circuit: Circuit, phases: int) -> str:
    """Limits of one circuit."""
    meter = [f"meter {circuit.meter}"] if circuit.meter else []
    return ", ".join([*_limits(circuit, phases), *meter])


def charger_words(charger: AcCharger | DcCharger) -> str:
    """Range, wiring and driver of one charger."""
    wiring = " ".join(charger.wiring)
    driver = CHARGER_DRIVERS[charger.driver].title
    if isinstance(charger, DcCharger):
        cabinet = f", cabinet {charger.cabinet}" if charger.cabinet else ""
        return f"DC {charger.power_kw.min:g} to {charger.power_kw.max:g} kW on {wiring}{cabinet}; {driver}"
    told = charger.current_a
    switching = charger.phase_switching
    switched = f", phase switching {switching.mode}" if switching and switching.mode != "never" else ""
    return f"{told.min:g} to {told.max:g} A in steps of {told.step:g} A on {wiring}{switched}; {driver}"


def solar_words(array: SolarArray) -> str:
    """Size, wiring and source of one array."""
    return f"{array.peak_kw:g} kWp on {' '.join(array.wiring)}, source {array.source}"


def departure_words(departure: Departure) -> str:
    """A weekly habit in one line."""
    days = ", ".join(departure.days)
    car = f" by {departure.vehicle}" if departure.vehicle else ""
    stay = f"{departure.arrive} to {departure.depart}, leaving on {days}"
    return f"{departure.charger}{car}: {stay}, {departure.energy_kwh:g} kWh"


def price_words(price: PriceSource | None) -> str:
    """Where a price comes from, and what is put on top of it."""
    if price is None:
        return "nothing"
    if isinstance(price, FixedPrice):
        return f"fixed at {price.eur_per_kwh:g} EUR/kWh"
    if isinstance(price, BandPrice):
        return f"{len(price.bands)} bands by time, final prices"
    return f"{_origin(price)}: {_terms(price)}"


def mode_words(site: Site) -> str:
    """The mode or modes."""
    return " + ".join(site.mode)


def _limits(part: Grid | Circuit, phases: int) -> list[str]:
    """Limits in A and kW, and the reserve."""
    words = []
    if isinstance(part.limit_a, tuple):
        words.append(" / ".join(f"{limit:g}" for limit in part.limit_a) + " A per phase")
    elif part.limit_a is not None:
        words.append(f"{phases} x {part.limit_a:g} A")
    if part.limit_kw is not None:
        words.append(f"{part.limit_kw:g} kW")
    if part.reserve_a:
        words.append(f"reserve {part.reserve_a:g} A")
    return words


def _origin(price: MarketTerms) -> str:
    """The market: its source, and its zone or file."""
    more = getattr(price, "zone", None) or getattr(price, "path", None)
    source = str(getattr(price, "source", ""))
    return f"{source} {more}" if more else source


def _terms(price: MarketTerms) -> str:
    """The formula from market to bill."""
    factor = "market" if price.factor == 1 else f"market x {price.factor:g}"
    bands = " + by time" if price.bands_add else ""
    return f"({factor} {price.add_eur_per_kwh:+g}{bands}) x {1 + price.vat:g}"


def reaction_words(reaction: Reaction) -> str:
    """How soon the site reacts to an overload, in words."""
    return (
        f"a sample of the grid's meter every {reaction.sample_s:.1f} s, all cuts {reaction.cuts_s:.1f} s "
        f"later, so {reaction.worst_s:.1f} s at worst until the last charger is told; cars follow within 15 s"
    )


def no_reaction_words(site: Site) -> str | None:
    """Why nobody knows how soon a site reacts; None where no charger of it is on a wire."""
    if not any(charger.driver in CHARGERS for charger in site.chargers):
        return None
    if site.grid.meter is None:
        return "none, since the grid has no meter: the chargers share what is always left for them"
    return "not known, since nobody knows what the grid's meter asks of its line"
