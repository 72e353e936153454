"""A site that learns its load: from which record, on which phases, and what stands in where there is none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import forecasts
from domain.errors import InputError
from domain.inputs import PlanInputs
from domain.series import Quality
from domain.site import Site
from forecasting.cold_start import DayKind, likely_kw
from forecasting.gather import Files, gather
from forecasting.habit import predict
from forecasting.intervals import Intervals
from forecasting.public_holidays import holiday_rule
from forecasting.resample import onto
from tests.forecasting.sites import BRUSSELS, local, site, write_csv
from tests.shared_data import shared

MONDAY = local("2026-06-08T00:00")
PHASES = "time,load_l1_kw,load_l2_kw,load_l3_kw"
Cells = tuple[float | str, ...]


def home(zone: str = BRUSSELS, base_load_max_a: float | None = None, **load: Any) -> Site:
    grid = {} if base_load_max_a is None else {"base_load_max_a": base_load_max_a}
    return site(zone=zone, load={"source": "habit", **load}, grid=grid)


def record(
    path: Path,
    cells_at: Callable[[datetime], Cells | None],
    *,
    days: float = 42,
    until: datetime = MONDAY,
    head: str = "time,load_kw",
    step_min: int = 60,
) -> Path:
    """What was recorded over some days before ``until``; where ``cells_at`` gives none, a row is missing."""
    count = int(days * 24 * 60 / step_min)
    zone = ZoneInfo(BRUSSELS)
    last_s = until.timestamp()
    moments = [datetime.fromtimestamp(last_s - 60 * step_min * back, zone) for back in range(count, 0, -1)]
    rows = [(at, cells_at(at)) for at in moments]
    return write_csv(path, head, [(at, *cells) for at, cells in rows if cells is not None])


def of_week(at: datetime) -> Cells:
    """1 kW on workdays, 2 on Saturdays, 3 on Sundays."""
    return (max(1.0, at.weekday() - 3.0),)


def planned(
    home: Site, load: Path | None = None, at: datetime = MONDAY, base: Path = Path(), slot_min: int = 60
) -> PlanInputs:
    return gather(home, at, Files(load=load, base=base), slot_min)


def total_kw(inputs: PlanInputs) -> list[float]:
    """Load of all phases in every slot, to the watt."""
    return [round(float(kw), 3) for kw in np.sum([one.values for one in inputs.load_kw], axis=0)]


def notes(inputs: PlanInputs) -> str:
    return "\n".join(inputs.notes)


def test_the_day_is_like_the_same_kind_of_day_before(tmp_path: Path) -> None:
    saturday = local("2026-06-06T00:00")
    file = record(tmp_path / "house.csv", of_week, until=saturday)
    found = planned(home(), file, at=saturday)
    assert total_kw(found) == [2.0] * 24 + [3.0] * 24
    load = found.load_kw[0]
    assert set(load.quality) == {Quality.FORECAST}
    assert load.source == f"habit of {file}"
    assert "load: learnt from 42 days" in notes(found)


def test_the_record_may_be_named_by_the_site(tmp_path: Path) -> None:
    record(tmp_path / "house.csv", of_week)
    found = planned(home(path="house.csv"), base=tmp_path)
    assert total_kw(found) == [1.0] * 48


def test_phases_that_were_recorded_stay_apart(tmp_path: Path) -> None:
    def cells(at: datetime) -> Cells:
        return (1.0, 0.5 if at.hour < 12 else 0.25, 0.0)

    found = planned(home(), record(tmp_path / "house.csv", cells, head=PHASES))
    assert [one.values.tolist() for one in found.load_kw] == [
        [1.0] * 48,
        ([0.5] * 12 + [0.25] * 12) * 2,
        [0.0] * 48,
    ]


def test_a_grid_of_one_phase_learns_one(tmp_path: Path) -> None:
    one = site(load={"source": "habit"}, grid={"phases": 1})
    file = record(tmp_path / "house.csv", lambda _: (1.5,), head="time,load_l1_kw")
    found = planned(one, file)
    assert [phase.values[0] for phase in found.load_kw] == [1.5, 0.0, 0.0]


def test_rows_of_the_time_to_come_count_as_they_are_and_the_habit_fills_the_rest(tmp_path: Path) -> None:
    later = MONDAY + timedelta(hours=6)
    file = record(
        tmp_path / "house.csv", lambda at: (7.0,) if at >= MONDAY else of_week(at), days=40, until=later
    )
    found = planned(home(), file)
    assert total_kw(found) == [7.0] * 6 + [1.0] * 42
    assert found.load_kw[0].quality.tolist() == [Quality.PUBLISHED] * 6 + [Quality.FORECAST] * 42
    assert found.load_kw[0].source == str(file)
    assert f"42 of 48 slots are not in {file} and come from the habit" in notes(found)


def test_a_file_that_begins_after_the_plan_is_completed_before_and_behind(tmp_path: Path) -> None:
    record(tmp_path / "kept.csv", of_week)
    file = record(tmp_path / "soon.csv", lambda _: (7.0,), days=0.25, until=MONDAY + timedelta(hours=9))
    found = planned(home(path="kept.csv"), file, base=tmp_path)
    assert total_kw(found) == [1.0] * 3 + [7.0] * 6 + [1.0] * 39


def test_a_slot_that_the_file_covers_in_part_keeps_that_part(tmp_path: Path) -> None:
    until = MONDAY + timedelta(minutes=30)
    file = record(
        tmp_path / "house.csv", lambda at: (7.0,) if at >= MONDAY else of_week(at), until=until, step_min=15
    )
    found = planned(home(), file)
    assert total_kw(found)[:2] == [4.0, 1.0]  # half an hour of 7 kW, half of 1 kW
    assert found.load_kw[0].quality[0] == Quality.FORECAST


def test_the_file_of_the_command_line_counts_before_the_site_s_own(tmp_path: Path) -> None:
    record(tmp_path / "kept.csv", lambda _: (9.0,))
    file = record(tmp_path / "given.csv", of_week, days=35)
    found = planned(home(path="kept.csv"), file, base=tmp_path)
    assert total_kw(found) == [1.0] * 48
    assert "learnt from 42 days" in notes(found)


def test_what_the_site_recorded_after_the_plan_s_start_is_not_looked_at(tmp_path: Path) -> None:
    record(tmp_path / "kept.csv", lambda at: (9.0,) if at >= MONDAY else of_week(at),
           days=49, until=MONDAY + timedelta(days=7))  # fmt: skip
    assert total_kw(planned(home(path="kept.csv"), base=tmp_path)) == [1.0] * 48


def test_gaps_and_empty_cells_of_the_past_are_missing_and_never_0(tmp_path: Path) -> None:
    def patchy(at: datetime) -> Cells | None:
        if at.day % 5 == 0:
            return None if at.hour >= 10 else of_week(at)  # a silent recorder: ten hours are left
        return ("",) if at.hour == at.day % 24 else of_week(at)

    found = planned(home(), record(tmp_path / "house.csv", patchy))
    assert total_kw(found) == [1.0] * 48
    assert "8 days more left out: less than half of each is recorded" in notes(found)


def test_minutes_that_a_recorder_dropped_leave_their_quarters_known(tmp_path: Path) -> None:
    """Every third minute is missing; of 07:00 to 07:15 also every minute from 07:05 on, which is too much."""

    def cells(at: datetime) -> Cells | None:
        lost = at.minute % 3 == 1 or (at.hour == 7 and 5 <= at.minute < 15)
        return None if lost else (9.0 if at.hour == 7 and at.minute < 15 else 1.0,)

    found = planned(
        home(yearly_kwh=1.0), record(tmp_path / "house.csv", cells, days=22, step_min=1), slot_min=15
    )
    assert total_kw(found)[29:96] == [1.0] * 67
    assert total_kw(found)[28] < 0.01, "the likely household, not a third of the 9 kW"
    assert "learnt from 21.8 days" in notes(found)


def test_one_missing_row_leaves_a_hole_and_stretches_nothing(tmp_path: Path) -> None:
    """At 17:00 it is 5 kW; were the row before a missing 18:00 stretched, 18:00 would be 5 kW too."""

    def cells(at: datetime) -> Cells | None:
        if at.hour == 18:
            return None if at.day % 2 else (1.0,)
        return (5.0 if at.hour == 17 else 1.0,)

    found = planned(home(), record(tmp_path / "house.csv", cells, step_min=30))
    assert total_kw(found)[16:20] == [1.0, 5.0, 1.0, 1.0]


@pytest.mark.parametrize("lacking", [None, ("",)])
def test_a_hole_in_the_time_to_come_is_a_fault(lacking: Cells | None, tmp_path: Path) -> None:
    noon = MONDAY + timedelta(hours=12)
    file = record(
        tmp_path / "house.csv", lambda at: lacking if at == noon else (1.0,), until=MONDAY + timedelta(days=1)
    )
    with pytest.raises(InputError, match="a gap" if lacking is None else "an empty cell"):
        planned(home(), file)


def test_other_loads_want_whole_files_as_before(tmp_path: Path) -> None:
    file = record(tmp_path / "house.csv", lambda at: None if at.day == 30 else (1.0,), until=MONDAY)
    with pytest.raises(InputError, match="a gap"):
        planned(site(load={"source": "fixed", "kw": 1}), file)


def test_the_faults_of_both_records_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("time,load_kw\n2026-06-01T00:00Z,x\n2026-06-01T01:00Z,1\n")
    (tmp_path / "b.csv").write_text("time,load_kw\n2026-06-01T00:00Z,-1\n2026-06-01T01:00Z,1\n")
    with pytest.raises(InputError) as caught:
        planned(home(path="b.csv"), tmp_path / "a.csv", base=tmp_path)
    assert [Path(fault.source).name for fault in caught.value.faults] == ["a.csv", "b.csv"]


def test_little_history_says_how_little_and_what_counts_beside_it(tmp_path: Path) -> None:
    file = record(tmp_path / "house.csv", lambda _: (3.0,), days=7)
    found = planned(home(yearly_kwh=3500), file, slot_min=15)
    noon = local("2026-06-08T12:00")
    expected = 7 / 21 * 3.0 + 14 / 21 * likely_kw(noon, DayKind.WORKDAY, 3500.0)
    assert total_kw(found)[48] == pytest.approx(expected, abs=1e-3)
    assert "learnt from 7 days; until there are 21, a likely household of 3500 kWh" in notes(found)
    assert "counts for 67%" in notes(found)


def test_the_yearly_energy_lies_on_the_phases_as_the_record_does(tmp_path: Path) -> None:
    wednesday = local("2026-06-10T00:00")
    file = record(tmp_path / "house.csv", lambda _: (3.0, 1.0, 0.0), days=1, head=PHASES, until=wednesday)
    found = planned(home(yearly_kwh=4000), file, at=wednesday, slot_min=15)
    l1, l2, l3 = (one.values[60] for one in found.load_kw)
    at = local("2026-06-10T15:00")
    assert l1 == pytest.approx(1 / 21 * 3.0 + 20 / 21 * likely_kw(at, DayKind.WORKDAY, 3000.0))
    assert l2 == pytest.approx(1 / 21 * 1.0 + 20 / 21 * likely_kw(at, DayKind.WORKDAY, 1000.0))
    assert l3 == 0.0
    assert "no Saturday or Sunday is recorded, so the likely one counts there" in notes(found)


def test_without_a_record_a_likely_household_of_the_yearly_energy_answers() -> None:
    found = planned(home(yearly_kwh=3500, base_load_max_a=12), slot_min=15)
    likely = likely_kw(local("2026-06-08T19:00"), DayKind.WORKDAY, 3500.0)
    assert [one.values[76] for one in found.load_kw] == pytest.approx([likely / 3] * 3)
    assert "it is a likely household of 3500 kWh a year" in notes(found)
    assert found.load_kw[0].worst_quality is Quality.FORECAST


def test_without_a_record_and_a_size_the_highest_base_load_counts_and_is_said() -> None:
    found = planned(home(base_load_max_a=10))
    assert total_kw(found) == [6.9] * 48  # 3 x 10 A x 230 V
    assert "nothing is recorded of the 42 days before the plan" in notes(found)
    assert "grid.base_load_max_a of 10 A counts at all times" in notes(found)


def test_nothing_at_all_is_refused_with_what_would_help() -> None:
    with pytest.raises(InputError, match=r"--load or load\.path.*load\.yearly_kwh or grid\.base_load_max_a"):
        planned(home())


def test_a_record_of_last_year_teaches_nothing(tmp_path: Path) -> None:
    file = record(tmp_path / "house.csv", of_week, until=local("2025-06-08T00:00"))
    assert total_kw(planned(home(base_load_max_a=10), file)) == [6.9] * 48
    with pytest.raises(InputError, match="nothing is recorded of the 42 days"):
        planned(home(), file)


def test_a_record_that_ended_days_ago_is_told(tmp_path: Path) -> None:
    file = record(tmp_path / "house.csv", of_week, until=local("2026-06-04T00:00"))
    assert "the record ends at 2026-06-04T00:00+02:00" in notes(planned(home(), file))


def test_a_file_of_the_time_to_come_alone_has_its_own_tail(tmp_path: Path) -> None:
    file = record(tmp_path / "day.csv", lambda _: (2.0,), days=1, until=MONDAY + timedelta(days=1))
    found = planned(home(), file)
    assert total_kw(found) == [2.0] * 48
    assert found.load_kw[0].quality.tolist() == [Quality.PUBLISHED] * 24 + [Quality.REPEATED] * 24


@pytest.mark.parametrize(("day", "quarters"), [("2026-03-29", 92), ("2026-10-25", 100)])
def test_days_on_which_clocks_change_are_whole(day: str, quarters: int, tmp_path: Path) -> None:
    start = local(f"{day}T00:00")

    def breakfast(at: datetime) -> Cells:
        return (3.0 if at.hour == 7 else 0.3,)

    found = planned(home(), record(tmp_path / "house.csv", breakfast, until=start), at=start, slot_min=15)
    zone = ZoneInfo(BRUSSELS)
    today = [kw for kw, at in zip(total_kw(found), found.grid.starts, strict=True)
             if str(at.astimezone(zone).date()) == day]  # fmt: skip
    assert len(today) == quarters
    eaten = quarters - 96 + 28  # the clock is an hour ahead, or behind, at seven
    assert np.flatnonzero(np.array(today) > 1).tolist() == list(range(eaten, eaten + 4))


def test_a_public_holiday_is_like_a_sunday_where_the_country_is_known(tmp_path: Path) -> None:
    eve = local("2026-07-20T00:00")  # the 21st is a holiday in Belgium, a Tuesday
    file = record(tmp_path / "house.csv", of_week, until=eve)
    assert total_kw(planned(home(), file, at=eve)) == [1.0] * 24 + [3.0] * 24
    without = planned(home(zone="CET"), file, at=eve)
    assert total_kw(without) == [1.0] * 48
    assert "public holidays count as other days (no country known for CET)" in notes(without)


def test_the_plan_s_habit_is_that_of_forecasting_on_a_real_house(tmp_path: Path) -> None:
    at = datetime(2024, 6, 12, 7, 20, tzinfo=ZoneInfo("Europe/Paris"))
    everything = forecasts.household(shared("data/pv_load") / forecasts.HOUSE.name)
    kept = everything.end_s <= at.timestamp() + 4 * 3600
    history = Intervals(everything.start_s[kept], everything.end_s[kept], everything.values[kept])
    rows = [
        (datetime.fromtimestamp(int(start_s), ZoneInfo("UTC")), "" if np.isnan(kw) else repr(float(kw)))
        for start_s, kw in zip(history.start_s, history.values, strict=True)
    ]
    file = write_csv(tmp_path / "house.csv", "time,load_kw", rows)
    found = planned(home(zone="Europe/Paris"), file, at=at, slot_min=15)
    assert len(found.grid) > 96
    expected = predict(
        history,
        found.grid.starts,
        time_zone="Europe/Paris",
        is_holiday=holiday_rule(forecasts.HOME),
        yearly_kwh=None,
        now=at,
    )
    ahead = onto(found.grid, history)  # what the file holds of the time to come counts as it is
    assert np.count_nonzero(~np.isnan(ahead)) > 12
    assert np.isnan(history.values).any()
    want = np.where(np.isnan(ahead), expected, ahead)
    assert np.sum([one.values for one in found.load_kw], axis=0) == pytest.approx(want)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    st.lists(st.one_of(st.none(), st.just(""), st.floats(0, 20)), min_size=30, max_size=200).filter(
        lambda cells: sum(isinstance(cell, float) for cell in cells) > 1 and len(cells) > 2
    ),
    st.integers(0, 30),
)
def test_whatever_was_recorded_no_slot_is_missing_or_negative(
    cells: list[float | str | None], ended_h_ago: int
) -> None:
    until = MONDAY - timedelta(hours=ended_h_ago)
    filled = [1.0, 1.0, *cells]  # so that two rows lie an hour apart

    def cells_at(at: datetime) -> Cells | None:
        cell = filled[len(filled) - round((until - at).total_seconds() / 3600)]
        return None if cell is None else (cell,)

    with TemporaryDirectory() as folder:
        file = record(Path(folder) / "house.csv", cells_at, days=len(filled) / 24, until=until)
        found = planned(home(), file)
    values = np.array([one.values for one in found.load_kw])
    assert np.all(np.isfinite(values))
    assert np.all(values >= 0)
    assert np.all(values <= 20 * 10)


def test_a_record_of_two_hours_is_told_in_hours(tmp_path: Path) -> None:
    morning = local("2026-06-08T02:00")
    file = record(tmp_path / "house.csv", lambda _: (3.0,), days=2 / 24, until=morning)
    assert "learnt from 2 hours; until there are 21" in notes(planned(home(yearly_kwh=3500), file, morning))
