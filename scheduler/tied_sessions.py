"""Sessions with their ties: phase switches, least run and pause, and what their charger does now."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from domain.drivers import CHARGER_DRIVERS
from domain.inputs import PlanInputs
from domain.requests import ChargeRequest
from domain.running import Running
from domain.site import Site
from domain.site_chargers import AcCharger
from domain.site_vehicles import Vehicle
from domain.units import hours_from_s, kw_per_a
from scheduler.problem import FloatArray, Option, Session
from scheduler.ties import Before, Switching

_EPS = 1e-9


def with_ties(session: Session, request: ChargeRequest, site: Site, inputs: PlanInputs) -> Session:
    """``session`` with what its charger and its car say about switches, runs and pauses."""
    charger = site.charger(request.charger)
    if not isinstance(charger, AcCharger) or not session.options or not len(session.slots):
        return session
    vehicle = site.vehicle(request.vehicle) if request.vehicle else None
    here = request.arrival <= inputs.grid.start and session.slots[0] == 0
    running = inputs.running.get(charger.id) if here else None
    session = _with_switching(session, charger, vehicle, running)
    session = replace(
        session,
        least_run_h=hours_from_s(charger.min_run_s or 0.0),
        least_pause_h=hours_from_s(charger.min_pause_s or 0.0),
    )
    if running is not None:
        session = replace(session, before=_before(session, running))
    if session.least_run_h <= 0:
        return session
    return replace(session, most_kwh=max(session.most_kwh, _least_run_kwh(session, site, inputs)))


def _with_switching(
    session: Session, charger: AcCharger, vehicle: Vehicle | None, running: Running | None
) -> Session:
    """The session with its budget; its options are those that can still be reached."""
    own, cars = charger.phase_switching, vehicle.phase_switching if vehicle else None
    if own is None or own.mode == "never" or len(session.options) == 1:
        return session
    one_way = "oneway" in (own.mode, cars.mode if cars else None)
    caps = [own.max_per_session, cars.max_per_session if cars else None]
    cap = min((cap for cap in caps if cap is not None), default=None)
    if not one_way and cap is None and own.hold_s is None:
        return session
    used = running.switches_used if running else 0
    left = None if cap is None else max(cap - used, 0)
    options = _reachable(session.options, running, left=left, at_limit=own.at_limit, one_way=one_way)
    session = replace(session, options=options)
    if len(options) == 1:
        return session
    hold_h = hours_from_s(own.hold_s or 0.0)
    since = running.switched_s if running else None
    switching = Switching(
        left=left,
        ends_on=_ends_on(options, own.at_limit),
        one_way=one_way,
        hold_h=hold_h,
        dead_h=hours_from_s(CHARGER_DRIVERS[charger.driver].switch_s),
        selected=_position(options, running),
        rest_h=0.0 if since is None else max(0.0, hold_h - hours_from_s(since)),
    )
    return replace(session, switching=switching)


def _reachable(
    options: tuple[Option, ...],
    running: Running | None,
    *,
    left: int | None,
    at_limit: str | None,
    one_way: bool,
) -> tuple[Option, ...]:
    """The options that can still be selected. Where no switch is left, what is selected stays, or the charger
    goes by itself to where ``at_limit`` says; a way back is closed where it is one way only.
    """
    now = _position(options, running)
    if left == 0:
        ends = _ends_on(options, at_limit)
        if now is not None:
            ends = (now,) if now in ends else ends[:1]
        return tuple(options[k] for k in ends)
    if one_way and now is not None:
        width = len(options[now].phases)
        return tuple(option for k, option in enumerate(options) if k == now or len(option.phases) < width)
    return options


def _ends_on(options: tuple[Option, ...], at_limit: str | None) -> tuple[int, ...]:
    """Options that a charger may be on when its switches are used up."""
    widths = [len(option.phases) for option in options]
    wanted = {"single": min(widths), "three": max(widths)}.get(at_limit or "")
    return tuple(k for k, width in enumerate(widths) if wanted in (None, width))


def _position(options: tuple[Option, ...], running: Running | None) -> int | None:
    """Which option is selected now."""
    sets = [option.phases for option in options]
    return sets.index(running.phases) if running is not None and running.phases in sets else None


def _before(session: Session, running: Running) -> Before:
    """What the session does at the start, and for how long it has to go on with it."""
    on, since_h = running.current_a > 0, hours_from_s(running.since_s)
    option = _position(session.options, running)
    wants = session.goals[-1].asked_kwh > _EPS and option is not None
    run_rest_h = session.least_run_h - since_h if on and wants else 0.0
    pause_rest_h = 0.0 if on else session.least_pause_h - since_h
    return Before(on, option, running.current_a, max(run_rest_h, 0.0), max(pause_rest_h, 0.0))


def _least_run_kwh(session: Session, site: Site, inputs: PlanInputs) -> float:
    """The least energy from what is asked up that one run which is long enough delivers [kWh]."""
    hours: FloatArray = inputs.grid.hours[session.slots] * session.share
    ends = np.cumsum(hours)
    run_h = ends[np.newaxis, :] - (ends - hours)[:, np.newaxis]
    long = (run_h >= session.least_run_h - _EPS) | (np.arange(len(hours)) == len(hours) - 1)
    long &= run_h > _EPS
    asked, found = session.goals[-1].asked_kwh, []
    for option in session.options:
        per_a = kw_per_a(site.grid.voltage_v, len(option.phases))
        enough = long & (run_h * per_a * option.max_a >= asked - _EPS)
        found += np.maximum(run_h[enough] * per_a * option.min_a, asked).tolist()
    return min(found, default=session.most_kwh)
