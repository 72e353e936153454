"""Rules that have nothing to say of a problem: writing them only takes time.

What is left out here would have no rows; a test compares both.
"""

from __future__ import annotations

from scheduler.problem import Problem


def silent_rules(problem: Problem) -> frozenset[str]:
    """Names of the rules that have no rows for ``problem``."""
    sessions, battery = problem.sessions, problem.battery
    timed = any(one.least_run_h > 0 or one.least_pause_h > 0 or one.before is not None for one in sessions)
    needed = {
        ("taken_energy", "taper"): any(one.taper is not None for one in sessions),
        ("give_current", "draw_or_give", "car_content"): any(one.giver is not None for one in sessions),
        ("charging_run", "charging_pause", "goes_on_at_first"): timed,
        (
            *("one_chosen", "counted_switch", "switch_budget"),
            *("switch_hold", "switch_one_way", "dead_time"),
        ): any(one.switching is not None for one in sessions),
        ("peak_rise", "peak_level", "peak_while_on"): bool(problem.peaks),
        ("phase_balance", "phase_direction"): problem.per_phase,
        ("forced_curtailment",): bool(problem.forced_kw.any()),
        ("battery_content", "battery_one_way"): battery is not None,
        (
            *("fills_by_itself", "drains_by_itself"),
            *("draws_while_filling", "drains_at_least", "peak_beside_battery"),
        ): battery is not None and not battery.commanded,
        ("run_time", "least_run"): bool(problem.runs),
        ("held_first",): problem.first is not None,
        ("solar_for_group",): not all(one.own_sun for one in sessions),
    }
    return frozenset(name for names, speaks in needed.items() if not speaks for name in names)
