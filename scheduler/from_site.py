"""From a site with its series and requests to the plain numbers of a Problem."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import numpy as np

from domain.inputs import PlanInputs
from domain.phases import index_of
from domain.plan import Breach
from domain.site import GRID, Site
from domain.site_energy import SolarArray
from domain.site_grid import carried_a
from domain.units import kw_per_a
from scheduler.breaches import widened, widened_imbalance, widened_power
from scheduler.by_itself import imbalance_by_itself, widened_by_itself
from scheduler.dc_options import assumed_of
from scheduler.devices_of_site import battery_of, runs_of
from scheduler.first_runs import with_first_runs
from scheduler.givers_of_site import giver_notes, with_giver
from scheduler.grid_draw import held_down
from scheduler.needs import Need, needs_of, session_of
from scheduler.peaks_of_site import peaks_of
from scheduler.pools import pools_of
from scheduler.problem import Circuit, FloatArray, Problem, Session
from scheduler.published import published_a
from scheduler.ready_early import early_notes
from scheduler.sun_rights import sun_notes
from scheduler.tapers_of_site import taper_notes, with_taper
from scheduler.tied_sessions import with_ties
from scheduler.unmetered import draw_limit_a, draw_limit_kw, unmetered_notes
from scheduler.usual_runs import with_usual_runs
from scheduler.wish import wish_of


@dataclass(frozen=True, slots=True)
class SiteProblem:
    """A problem, what its sessions stand for, and what load and solar alone already break."""

    problem: Problem
    needs: tuple[Need, ...]
    """One per session."""
    chargers: tuple[str, ...]
    """Charger ids by position."""
    breaches: tuple[Breach, ...]
    notes: tuple[str, ...] = ()
    """What was assumed or cut: sentences for people."""


def problem_of(site: Site, inputs: PlanInputs, *, early: Collection[int] = ()) -> SiteProblem:
    """The problem of ``site`` over the horizon of ``inputs``.

    ``early``: the requests, by position, that are planned to be ready early (``ready_early``).
    """
    ids = tuple(charger.id for charger in site.chargers)
    circuit_ids = (GRID, *(circuit.id for circuit in site.circuits))
    needs = needs_of(site, inputs)
    battery, assumed = battery_of(site, inputs, circuit_ids)
    runs, cut = runs_of(site, inputs, circuit_ids)
    bare = Problem(
        voltage_v=site.grid.voltage_v,
        hours=inputs.grid.hours,
        buy_eur_per_kwh=inputs.buy.values,
        sell_eur_per_kwh=inputs.sell.values,
        load_kw=np.sum([series.values for series in inputs.load_kw], axis=0),
        solar_kw=_sum_of((inputs.solar_kw[array.id].values for array in site.solar), len(inputs.grid)),
        circuits=(),
        sessions=tuple(_session(need, site, inputs, ids, early=s in early) for s, need in enumerate(needs)),
        export_limit_kw=site.grid.export_limit_kw,
        battery=battery,
        runs=runs,
        wish=wish_of(site),
        per_phase=site.grid.netting == "per_phase",
    )
    peaks, told = peaks_of(site, inputs, bare)
    bare = replace(bare, peaks=peaks)
    stated = _with_wires(bare, site, inputs, needs, ids, circuit_ids)
    problem, squeezed = with_usual_runs(stated.problem)
    problem, ended = with_first_runs(problem)
    problem = replace(problem, published_a=published_a(problem, ids, inputs))
    notes = (
        *_noted(site, inputs, early),
        *stated.notes,
        *assumed,
        *cut,
        *squeezed,
        *told,
        *ended,
    )
    return replace(stated, problem=problem, notes=notes)


def _noted(site: Site, inputs: PlanInputs, early: Collection[int]) -> tuple[str, ...]:
    """What is assumed of points, meters and cars, as sentences."""
    return (
        *assumed_of(site),
        *unmetered_notes(site),
        *sun_notes(site, inputs.requests),
        *taper_notes(site, inputs),
        *early_notes(site, inputs.requests, early),
        *giver_notes(site, inputs),
    )


def _session(need: Need, site: Site, inputs: PlanInputs, ids: tuple[str, ...], *, early: bool) -> Session:
    """The session of a need, with what binds its slots together."""
    session = with_ties(session_of(need, site, inputs.grid, ids, early=early), need.request, site, inputs)
    session = with_taper(session, need.request, site, inputs)
    return with_giver(session, need.request, site)


def _with_wires(
    bare: Problem,
    site: Site,
    inputs: PlanInputs,
    needs: tuple[Need, ...],
    ids: tuple[str, ...],
    circuit_ids: tuple[str, ...],
) -> SiteProblem:
    """The problem with its circuits, their limits widened to what load and solar alone take."""
    breaches: list[Breach] = []
    wide = [_circuit(bare, site, inputs, circuit_ids, circuit_id, breaches) for circuit_id in circuit_ids]
    grid, *below = (circuit for circuit, _ in wide)
    by_itself = [note for _, notes in wide for note in notes]
    grid, curtailed = held_down(grid, site, inputs)
    circuits = (grid, *below)
    imbalance: FloatArray | None = None
    said: tuple[str, ...] = ()
    if site.grid.imbalance_limit_a is not None:
        imbalance = widened_imbalance(circuits[0], bare.forced_kw, site.grid.imbalance_limit_a, breaches)
        imbalance, said = imbalance_by_itself(circuits[0], bare, imbalance)
    pools = pools_of(site, bare.slots)
    problem = replace(bare, circuits=(*circuits, *pools), imbalance_limit_a=imbalance)
    return SiteProblem(problem, needs, ids, tuple(breaches), (*curtailed, *by_itself, *said))


def _circuit(
    bare: Problem,
    site: Site,
    inputs: PlanInputs,
    circuit_ids: tuple[str, ...],
    circuit_id: str,
    breaches: list[Breach],
) -> tuple[Circuit, tuple[str, ...]]:
    """One circuit of the tree, and what is said of its limits."""
    below = [array for array in site.solar if circuit_id in site.path_to_grid(array.circuit)]
    solar_a = _sum_of((_solar_a(array, inputs, bare.voltage_v) for array in below), (3, bare.slots))
    solar_kw = _sum_of((inputs.solar_kw[array.id].values for array in below), bare.slots)
    load_a = _load_a(site, inputs, circuit_id)
    has_sun = bare.solar_kw > 0
    share = 1 / np.where(has_sun, bare.solar_kw, 1.0)
    own = site.grid if circuit_id == GRID else next(c for c in site.circuits if c.id == circuit_id)
    free_a = np.tile(np.array(carried_a(own))[:, np.newaxis] - own.reserve_a, bare.slots)
    base_a, base_kw = load_a - solar_a, load_a.sum(axis=0) * kw_per_a(bare.voltage_v, 1) - solar_kw
    limit_kw = None if own.limit_kw is None else np.full(bare.slots, own.limit_kw)
    draw_a = free_a
    if circuit_id == GRID:
        draw_a = draw_limit_a(site, free_a, base_a)
        limit_kw = None if limit_kw is None else draw_limit_kw(site, limit_kw, base_kw)
    circuit = Circuit(
        id=circuit_id,
        base_a=base_a,
        relief_a_per_kw=np.where(has_sun, solar_a * share, 0.0),
        limit_a=draw_a,
        feed_limit_a=free_a,
        base_kw=base_kw,
        relief_kw_per_kw=np.where(has_sun, solar_kw * share, 0.0),
        limit_kw=limit_kw,
    )
    circuit = widened(circuit, free_a, bare.forced_kw, breaches)
    circuit = widened_power(circuit, own.limit_kw, bare.forced_kw, breaches)
    return widened_by_itself(circuit, bare, circuit_ids.index(circuit_id))


def _solar_a(array: SolarArray, inputs: PlanInputs, voltage_v: float) -> FloatArray:
    """Current of one array on L1, L2, L3, shape (3, slots) [A]."""
    current_a = np.zeros((3, len(inputs.grid)))
    phases = [index_of(phase) for phase in array.wiring]
    current_a[phases] = inputs.solar_kw[array.id].values / kw_per_a(voltage_v, len(phases))
    return current_a


def _load_a(site: Site, inputs: PlanInputs, circuit_id: str) -> FloatArray:
    """Current of everything but charging and solar, shape (3, slots) [A]: the load at the grid, the
    highest base load that the owner stated below it.
    """
    if circuit_id == GRID:
        per_a = kw_per_a(site.grid.voltage_v, 1)
        return np.array([series.values for series in inputs.load_kw]) / per_a
    stated = _stated_base_a(site, circuit_id)
    return np.full((3, len(inputs.grid)), stated)


def _stated_base_a(site: Site, circuit_id: str) -> float:
    """``base_load_max_a`` of a circuit, or the sum of those below it [A]."""
    own = next(circuit for circuit in site.circuits if circuit.id == circuit_id)
    if own.base_load_max_a is not None:
        return own.base_load_max_a
    return sum(_stated_base_a(site, child.id) for child in site.circuits if child.parent == circuit_id)


def _sum_of(arrays: Iterable[FloatArray], shape: int | tuple[int, int]) -> FloatArray:
    """Sum of arrays of one shape; zeros where there are none."""
    total = np.zeros(shape)
    for array in arrays:
        total = total + array
    return total
