"""The running site as JSON: what every device says, what it is told and why, how the plan is."""

from __future__ import annotations

from typing import Any, Final

from executors.control.seam import CarState, Readings, Setpoints
from executors.control.times import LINK_S
from executors.readings import ChargerReading
from executors.reasons import sentence
from executors.tick_chargers import ChargerHand
from executors.tick_meters import MeterHand
from executors.tick_readings import LOST_AFTER
from service.run.daemon import Daemon
from service.run.view_others import moment, number, others_of

FRESH_S: Final = 5.0
"""A loop whose last healthy tick is older than this is not well."""
_EVENTS: Final = 50


def health_of(daemon: Daemon) -> dict[str, Any]:
    """Whether the loop ticks; it may be asked from any thread, also while the loop hangs."""
    age_s = daemon.around.clocks.mono_s() - daemon.ticking.ticked_s
    ring = daemon.ticking.ring
    return {
        "ok": age_s <= FRESH_S,
        "tick_age_s": number(age_s),
        "ticks": ring.count,
        "skipped": ring.skipped,
        "failed": ring.failures,
        "last_failure": ring.last_failure.strip().rpartition("\n")[2],
    }


def state_of(daemon: Daemon) -> dict[str, Any]:
    """Everything that there is to see, for ``GET /api/state``; asked inside the loop."""
    ticking = daemon.ticking
    now_s = daemon.around.clocks.mono_s()
    return {
        "site": daemon.around.site.name,
        "now": moment(daemon.around.clocks.wall_s()),
        "health": health_of(daemon),
        "chargers": [_charger(hand, daemon, now_s) for hand in ticking.chargers.values()],
        "groups": [
            {
                "chargers": [one.name for one in group.members],
                "limit_a": number(group.told_a),
                "trouble": group.trouble,
            }
            for group in ticking.groups
        ],
        "meters": [_meter(meter, now_s) for meter in ticking.meters.values()],
        **others_of(daemon.beside, now_s),
        "plan": _plan(daemon),
        "kept": {"trouble": daemon.kept_trouble},
        "requests": [one.model_dump(mode="json", exclude_none=True) for one in daemon.requests],
        "delivered_kwh": {name: number(kwh) for name, kwh in daemon.seen.delivered_kwh.items()},
        "events": [
            {"at": moment(at_s), "what": event.what.name.lower(), "about": event.subject}
            for at_s, event in list(ticking.ring.events)[-_EVENTS:]
        ],
    }


def _charger(hand: ChargerHand, daemon: Daemon, now_s: float) -> dict[str, Any]:
    row = daemon.ticking.wiring.charger_ids.index(hand.name)
    return charger_of(hand, now_s) | _decided(daemon.ticking.last, row)


def charger_of(hand: ChargerHand, now_s: float) -> dict[str, Any]:
    """What a charger says; where it does not answer any more, nothing of what its car does now."""
    reading, watchdog = hand.reading, hand.watchdog
    answers = reading is not None and hand.missed < LOST_AFTER and now_s - reading.sampled_s <= LINK_S
    found: dict[str, Any] = {
        "id": hand.name,
        "ready": hand.ready and answers,
        "answers": answers,
        "trouble": hand.trouble,
        "told_a": number(hand.told_a),
        "findings": [finding.words for finding in hand.findings],
    }
    if reading is not None:
        now = reading if answers else ChargerReading(reading.sampled_s)
        found |= {
            "age_s": number(now_s - reading.sampled_s),
            "car": CarState(now.state).name.lower(),
            "current_a": [number(amps) for amps in now.current_a],
            "power_kw": number(now.power_kw),
            "session_kwh": number(reading.session_kwh),
            "alarms": [{"code": one.code, "words": one.words} for one in now.alarms],
        }
    if watchdog is not None:
        left_s = max(0.0, watchdog.after_s - (now_s - hand.fed_s))
        found["watchdog"] = {
            "fallback_a": watchdog.fallback_a,
            "after_s": watchdog.after_s,
            "proven": watchdog.proven,
            "doubt": watchdog.doubt,
            "left_s": number(left_s),
        }
    return found


def _decided(last: tuple[Readings, Setpoints] | None, row: int) -> dict[str, Any]:
    if last is None:
        return {}
    decided = last[1]
    return {
        "limit_a": number(float(decided.limit_a[row])),
        "wanted_a": number(float(decided.wanted_a[row])),
        "why": sentence(decided.reason(row)),
    }


def _meter(meter: MeterHand, now_s: float) -> dict[str, Any]:
    found: dict[str, Any] = {
        "id": meter.name,
        "trouble": meter.trouble,
        "findings": [finding.words for finding in meter.findings],
    }
    if meter.reading is not None:
        found |= {
            "age_s": number(now_s - meter.reading.sampled_s),
            "current_a": [number(amps) for amps in meter.reading.current_a],
            "power_kw": number(meter.reading.total_kw),
            "warnings": list(meter.reading.warnings),
        }
    return found


def _plan(daemon: Daemon) -> dict[str, Any] | None:
    plan = daemon.plan
    if plan is None:
        return {"trouble": daemon.plan_trouble} if daemon.plan_trouble else None
    return {
        "made_at": moment(plan.made_at.timestamp()),
        "until": moment(plan.grid.end.timestamp()),
        "status": plan.proof.status.value,
        "cost_eur": number(plan.cost.total_eur),
        "gap": number(plan.proof.gap),
        "shortfall_kwh": number(plan.proof.shortfall_kwh),
        "trouble": daemon.plan_trouble,
        "notes": list(plan.notes),
    }
