"""Checks of the tree of circuits: parents, cycles, meters and limits."""

from __future__ import annotations

from collections.abc import Iterator

from domain.site_chargers import DcCharger
from domain.site_grid import Circuit, Grid
from domain.site_known import Known, SiteFault
from domain.site_model import per_phase_a
from domain.site_root import GRID, Site
from domain.yaml_text import KeyPath


def nodes(site: Site) -> Iterator[tuple[KeyPath, str, Grid | Circuit]]:
    """Path, id and limits of the grid and of every circuit."""
    yield ("grid",), GRID, site.grid
    for i, circuit in enumerate(site.circuits):
        yield ("circuits", i), circuit.id, circuit


def chain(site: Site, circuit_id: str) -> list[str]:
    """Ids from a circuit up towards the grid, as far as the tree goes, also where it is broken."""
    parents = _parents(site)
    found = [circuit_id]
    while found[-1] in parents and parents[found[-1]] not in found:
        found.append(parents[found[-1]])
    return found


def _parents(site: Site) -> dict[str, str]:
    """Parent by id; where an id stands twice, the first counts, and the grid has none."""
    return {circuit.id: circuit.parent for circuit in reversed(site.circuits) if circuit.id != GRID}


def the_root_is_the_grid(site: Site, _: Known) -> Iterator[SiteFault]:
    """The id ``grid`` is taken by the connection itself."""
    for i, circuit in enumerate(site.circuits):
        if circuit.id == GRID:
            yield SiteFault(
                ("circuits", i, "id"), "'grid'", "that is the connection itself: choose another id"
            )


def parents_exist(site: Site, known: Known) -> Iterator[SiteFault]:
    """Every parent is a circuit or the grid."""
    for i, circuit in enumerate(site.circuits):
        yield from known.missing("circuits", circuit.parent, ("circuits", i, "parent"))


def there_is_no_cycle(site: Site, _: Known) -> Iterator[SiteFault]:
    """Every circuit leads up to the grid; each cycle is told once, at its first circuit."""
    parents = _parents(site)
    told: set[str] = set()
    for i, circuit in enumerate(site.circuits):
        above = chain(site, circuit.id)
        if parents.get(above[-1]) != circuit.id or circuit.id in told:
            continue
        told |= set(above)
        way = " -> ".join([*above, circuit.id])
        yield SiteFault(("circuits", i, "parent"), f"a cycle {way}", "every circuit must lead up to grid")


def circuits_exist(site: Site, known: Known) -> Iterator[SiteFault]:
    """Whatever hangs on a circuit or cabinet names one that exists."""
    for key in ("chargers", "cabinets", "solar", "flexible_loads"):
        for i, part in enumerate(getattr(site, key)):
            yield from known.missing("circuits", part.circuit, (key, i, "circuit"))
    if site.battery is not None:
        yield from known.missing("circuits", site.battery.circuit, ("battery", "circuit"))
    circuit_of = {cabinet.id: cabinet.circuit for cabinet in site.cabinets}
    said = tuple(("cabinets", i, "circuit") for i in range(len(site.cabinets)))
    for i, charger in enumerate(site.chargers):
        if not isinstance(charger, DcCharger) or charger.cabinet is None:
            continue
        yield from known.missing("cabinets", charger.cabinet, ("chargers", i, "cabinet"))
        theirs = circuit_of.get(charger.cabinet, charger.circuit)
        if "circuit" in charger.model_fields_set and charger.circuit != theirs:
            found = f"'{charger.circuit}', while its cabinet '{charger.cabinet}' is on '{theirs}'"
            place = ("chargers", i, "circuit")
            yield SiteFault(place, found, "leave it out: the cabinet's circuit counts", (place, *said))


def meters_exist(site: Site, known: Known) -> Iterator[SiteFault]:
    """Every meter that a circuit names is defined."""
    for path, _, node in nodes(site):
        yield from known.missing("meters", node.meter, (*path, "meter"))


def lists_have_a_limit_for_each_phase(site: Site, _: Known) -> Iterator[SiteFault]:
    """A list of limits has as many as the grid has phases."""
    for path, _id, node in nodes(site):
        if isinstance(node.limit_a, tuple) and len(node.limit_a) != site.grid.phases:
            allowed = f"one number, or {site.grid.phases}: the grid has phases: {site.grid.phases}"
            found, place = f"a list of {len(node.limit_a)}", (*path, "limit_a")
            yield SiteFault(place, found, allowed, (place, ("grid", "phases")))


def a_reserve_leaves_something(site: Site, _: Known) -> Iterator[SiteFault]:
    """A reserve is less than its limit."""
    for path, _id, node in nodes(site):
        if node.limit_a is not None and node.reserve_a >= min(per_phase_a(node.limit_a)):
            found = f"{node.reserve_a:g} A of {min(per_phase_a(node.limit_a)):g} A"
            yield SiteFault((*path, "reserve_a"), found, "the reserve must be below limit_a")
