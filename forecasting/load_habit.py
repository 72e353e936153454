"""The load of a site that learns it: what a file says of the time to come, else what is usual."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from domain.errors import Fault, InputError
from domain.series import Quality
from domain.site_energy import HabitLoad
from domain.time_grid import from_utc_s, utc_s
from domain.units import hours_from_s
from forecasting.ask import Ask
from forecasting.base_load import base_load
from forecasting.cold_start import DayKind
from forecasting.habit import FULL_AFTER_DAYS, LEARNT_DAYS, Habit, habit_of, usual_kw
from forecasting.intervals import Intervals
from forecasting.known import Known
from forecasting.load_history import past_of, read_recorded
from forecasting.load_phases import Phases, on_phases
from forecasting.on_grid import local_stamp
from forecasting.public_holidays import holiday_rule

_QUARTER_S: Final = 900
_STALE: Final = timedelta(days=1)
"""A record that ended so long before the plan is told."""
_NOTHING: Final = f"load.source is habit, but nothing is recorded of the {LEARNT_DAYS} days before the plan"
Holidays = Callable[[date], bool]


def habit_load(load: HabitLoad, ask: Ask, load_file: Path | None) -> Phases:
    """Load on each grid phase [kW]: what ``load_file`` holds of the time to come, else what is usual.

    Usual is what ``load_file`` and ``load.path`` recorded before the plan; without a record a likely
    household of ``yearly_kwh``, and without that ``grid.base_load_max_a`` at all times. Raises
    ``InputError`` with every fault of the files, or where nothing says how large the load is.
    """
    recorded = read_recorded(load, ask, load_file)
    usual = _usual(past_of(recorded, ask), load.yearly_kwh, ask)
    given = recorded.given
    if given is None or given[0].intervals.end <= ask.start:
        return usual or _worst_case(ask)
    if usual is None:
        return given
    l1, l2, l3 = (replace(mine, rest=rest) for mine, rest in zip(given, usual, strict=True))
    return l1, l2, l3


def _worst_case(ask: Ask) -> Phases:
    """The highest base load; raises ``InputError`` where the site does not say it: 0 would be invented."""
    if ask.site.grid.base_load_max_a is None:
        allowed = "give recorded days (--load or load.path), or say load.yearly_kwh or grid.base_load_max_a"
        raise InputError([Fault("site file", _NOTHING, allowed)])
    return base_load(ask, f"{_NOTHING}, and there is no load.yearly_kwh")


def _usual(past: Phases | None, yearly_kwh: float | None, ask: Ask) -> Phases | None:
    """What is usual on each phase over the asked time; none where nothing says how large it is."""
    is_holiday, holiday_note = _holidays(ask)
    zone = ZoneInfo(ask.time_zone)
    habits = []
    for phase, share in enumerate(_shares(past, ask.site.grid.phases)):
        history = None if past is None else past[phase].intervals
        size_kwh = None if yearly_kwh is None else yearly_kwh * share
        habit = habit_of(history, ask.start, zone, is_holiday, size_kwh)
        if habit is None:
            return None
        habits.append(habit)
    source = "habit" if past is None else f"habit of {past[0].source}"
    note = f"{_words(habits, past, ask)}{holiday_note}"
    quarters_s = _quarters_s(ask)
    starts = [from_utc_s(int(start_s)) for start_s in quarters_s]
    values = [usual_kw(habit, starts, zone, is_holiday) for habit in habits]
    over = [Intervals(quarters_s, quarters_s + _QUARTER_S, value) for value in values]
    return on_phases([Known(one, "kW", source, Quality.FORECAST, note=note) for one in over])


def _holidays(ask: Ask) -> tuple[Holidays, str]:
    """Whether a day is a public holiday; where that is not known no day is one, and that is said."""
    try:
        return holiday_rule(ask.site.location), ""
    except InputError as error:
        found = " and ".join(fault.found for fault in error.faults)
        return (lambda _: False), f"; public holidays count as other days ({found})"


def _shares(past: Phases | None, phases: int) -> list[float]:
    """Each phase's share of the energy that was recorded; equal ones where that is none."""
    if past is None:
        return [1 / phases] * phases
    energies = [
        float((one.intervals.end_s - one.intervals.start_s) @ one.intervals.values) for one in past[:phases]
    ]
    total = sum(energies)
    return [energy / total for energy in energies] if total else [1 / phases] * phases


def _quarters_s(ask: Ask) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Starts of the quarter hours that cover the asked time [s since 1970]."""
    return np.arange(utc_s(ask.start) // _QUARTER_S * _QUARTER_S, utc_s(ask.end), _QUARTER_S, dtype=np.int64)


def _length(days: float) -> str:
    """So many days, or hours where it is not even one, in words."""
    hours = hours_from_s(timedelta(days=days).total_seconds())
    return f"{days:.3g} days" if days >= 1 else f"{hours:.3g} hours"


def _words(habits: Sequence[Habit], past: Phases | None, ask: Ask) -> str:
    """From how much it was learnt, and what stands in for the rest: a sentence for people."""
    habit = habits[0]
    household = f"a likely household of {sum(one.yearly_kwh for one in habits):.0f} kWh a year"
    if past is None:
        return f"nothing recorded of the last {LEARNT_DAYS} days, so it is {household}"
    parts = [f"learnt from {_length(habit.days)}"]
    if habit.share < 1:
        parts[0] += f"; until there are {FULL_AFTER_DAYS}, {household} counts for {1 - habit.share:.0%}"
    unseen = [kind.name.capitalize() for kind in DayKind if np.isnan(habit.usual_kw[kind]).all()]
    if unseen:
        parts.append(f"no {' or '.join(unseen)} is recorded, so the likely one counts there")
    if habit.thin_days:
        thin = "1 day" if habit.thin_days == 1 else f"{habit.thin_days} days"
        parts.append(f"{thin} more left out: less than half of each is recorded")
    end = past[0].intervals.end
    if end <= ask.start - _STALE:
        parts.append(f"the record ends at {local_stamp(end, ask.time_zone)}")
    return "; ".join(parts)
