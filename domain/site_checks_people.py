"""Checks of names: ids, groups, users, and what departures refer to."""

from __future__ import annotations

from collections.abc import Iterator

from domain.site_chargers import AcCharger
from domain.site_known import Known, SiteFault
from domain.site_root import Site


def ids_are_unique(site: Site, _: Known) -> Iterator[SiteFault]:
    """An id is given once in its list."""
    for key in ("circuits", "chargers", "cabinets", "groups", "users", "vehicles", "solar", "flexible_loads"):
        first: dict[str, int] = {}
        for i, part in enumerate(getattr(site, key)):
            if first.setdefault(part.id, i) != i:
                yield SiteFault(
                    (key, i, "id"), f"'{part.id}' a second time", f"ids of {key} must differ: choose another"
                )


def groups_name_chargers(site: Site, known: Known) -> Iterator[SiteFault]:
    """Groups are made of known chargers, each in one group; solar is for one group at most."""
    group_of: dict[str, str] = {}
    solar = ""
    for i, group in enumerate(site.groups):
        for j, charger in enumerate(group.chargers):
            path = ("groups", i, "chargers", j)
            yield from known.missing("chargers", charger, path)
            if charger in group_of:
                yield SiteFault(
                    path, f"'{charger}', already in group '{group_of[charger]}'", "a charger is in one group"
                )
            group_of.setdefault(charger, group.id)
        if group.solar and solar:
            yield SiteFault(("groups", i, "solar"), "true a second time", f"group '{solar}' has it already")
        solar = solar or (group.id if group.solar else "")


def users_name_groups(site: Site, known: Known) -> Iterator[SiteFault]:
    """Users are in known groups, and a card belongs to one user."""
    owner: dict[str, str] = {}
    for i, user in enumerate(site.users):
        yield from known.missing("groups", user.group, ("users", i, "group"))
        for j, card in enumerate(user.rfid):
            if card in owner:
                found = f"card '{card}', already of user '{owner[card]}'"
                yield SiteFault(("users", i, "rfid", j), found, "a card belongs to one user")
            owner.setdefault(card, user.id)


def departures_name_what_exists(site: Site, known: Known) -> Iterator[SiteFault]:
    """Departures name known chargers, vehicles and users."""
    for i, departure in enumerate(site.departures):
        yield from known.missing("chargers", departure.charger, ("departures", i, "charger"))
        yield from known.missing("vehicles", departure.vehicle, ("departures", i, "vehicle"))
        yield from known.missing("users", departure.user, ("departures", i, "user"))


def cars_fit_their_chargers(site: Site, _: Known) -> Iterator[SiteFault]:
    """A car's least current is one that its charger can give."""
    chargers = {charger.id: charger for charger in site.chargers}
    vehicles = {vehicle.id: vehicle for vehicle in site.vehicles}
    for i, departure in enumerate(site.departures):
        charger, vehicle = chargers.get(departure.charger), vehicles.get(departure.vehicle or "")
        if not isinstance(charger, AcCharger) or vehicle is None:
            continue
        least_a, most_a = vehicle.min_current_a, charger.current_a.max
        if least_a is not None and least_a > most_a:
            found = f"'{vehicle.id}', which needs {least_a:g} A"
            yield SiteFault(("departures", i, "vehicle"), found, f"charger '{charger.id}' gives {most_a:g} A")
        highest_a = vehicle.max_current_a
        if highest_a is not None and highest_a < charger.current_a.min:
            found = f"'{vehicle.id}', which takes at most {highest_a:g} A"
            allowed = f"charger '{charger.id}' gives {charger.current_a.min:g} A and more"
            yield SiteFault(("departures", i, "vehicle"), found, allowed)
