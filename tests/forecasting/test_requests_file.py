"""Requests from a file: right ones, and every way to get them wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domain.errors import Fault, InputError
from domain.requests import ChargeRequest
from forecasting.requests_file import read_requests
from tests.forecasting.sites import site

HEAD = "charger,arrival,departure,energy_kwh"
MORNING, NOON, EVENING = "2026-06-01T08:00+02:00", "2026-06-01T12:00+02:00", "2026-06-01T18:00+02:00"
CHARGERS = [{"id": name, "current_a": {"min": 6, "max": 16}} for name in ("a", "b")]
HOME = site(chargers=CHARGERS, vehicles=[{"id": "ioniq"}])


def read(tmp_path: Path, *lines: str) -> tuple[ChargeRequest, ...]:
    path = tmp_path / "requests.csv"
    path.write_text("\n".join([*lines, ""]))
    return read_requests(path, HOME)


def faults_of(tmp_path: Path, *lines: str) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read(tmp_path, *lines)
    return caught.value.faults


def test_requests_come_by_arrival_each_with_an_id(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD, f"b,{NOON},{EVENING},10", f"a,{MORNING},{NOON},5.5", f"a,{NOON},{EVENING},0")
    assert [(one.id, one.energy_kwh) for one in found] == [
        ("a@2026-06-01T06:00Z", 5.5),
        ("a@2026-06-01T10:00Z", 0),
        ("b@2026-06-01T10:00Z", 10),
    ]
    assert found[0].arrival == datetime(2026, 6, 1, 6, tzinfo=UTC)


def test_every_optional_column_is_kept_and_may_be_empty(tmp_path: Path) -> None:
    head = f"{HEAD},id,vehicle,phases,max_current_a,min_current_a,priority,weight,target_soc,soc_now"
    one, other = read(
        tmp_path,
        head,
        f"a,{MORNING},{NOON},,mine,ioniq,1,16,6.5,2,0.5,0.8,0.3",
        f"b,{MORNING},{NOON},7,,,,,,,,,",
    )
    assert (one.id, one.vehicle, one.phases, one.priority) == ("mine", "ioniq", 1, 2)
    assert (one.max_current_a, one.min_current_a, one.weight) == (16, 6.5, 0.5)
    assert (one.energy_kwh, one.target_soc, one.soc_now) == (None, 0.8, 0.3)
    assert (other.vehicle, other.phases, other.priority, other.weight) == (None, None, None, None)


def test_stamps_to_the_second_are_normal(tmp_path: Path) -> None:
    (one,) = read(tmp_path, HEAD, "a,2026-06-01T08:07:13Z,2026-06-01T09:01:02.5Z,1")
    assert (one.departure - one.arrival).total_seconds() == 3229.5


def test_two_short_sessions_in_one_minute_get_ids_of_their_own(tmp_path: Path) -> None:
    first = "a,2026-06-01T08:00:01Z,2026-06-01T08:00:20Z,0.1"
    found = read(tmp_path, HEAD, first, "a,2026-06-01T08:00:20Z,2026-06-01T09:00:00Z,1")
    assert [one.id for one in found] == ["a@2026-06-01T08:00Z", "a@2026-06-01T08:00Z#2"]


WRONG: dict[str, tuple[str, str, str, str]] = {
    # name: (added columns, row, column, words)
    "an unknown charger": (
        "",
        f"c,{MORNING},{NOON},5",
        "charger",
        "'c'; allowed is a charger of the site (a, b)",
    ),
    "no charger": ("", f",{MORNING},{NOON},5", "charger", "an empty cell"),
    "an unknown vehicle": (",vehicle", f"a,{MORNING},{NOON},5,zoe", "vehicle", "'zoe'; allowed is a vehicle"),
    "a naive arrival": ("", f"a,2026-06-01T08:00,{NOON},5", "arrival", "without a time zone"),
    "no departure": ("", f"a,{MORNING},,5", "departure", "an empty cell"),
    "a departure before the arrival": ("", f"a,{NOON},{MORNING},5", "departure", "after the arrival"),
    "a departure with the arrival": ("", f"a,{NOON},{NOON},5", "departure", "after the arrival"),
    "negative energy": ("", f"a,{MORNING},{NOON},-1", "energy_kwh", "from 0 to 1000 kWh"),
    "energy beyond belief": ("", f"a,{MORNING},{NOON},5000", "energy_kwh", "from 0 to 1000 kWh"),
    "no energy": ("", f"a,{MORNING},{NOON},", "energy_kwh", "give the energy, or target_soc"),
    "NaN energy": ("", f"a,{MORNING},{NOON},nan", "energy_kwh", "'nan'"),
    "four phases": (",phases", f"a,{MORNING},{NOON},5,4", "phases", "whole number from 1 to 3"),
    "two phases and a half": (",phases", f"a,{MORNING},{NOON},5,2.5", "phases", "whole number from 1 to 3"),
    "no weight": (",weight", f"a,{MORNING},{NOON},5,0", "weight", "'0'"),
    "a negative current": (",max_current_a", f"a,{MORNING},{NOON},5,-6", "max_current_a", "'-6'"),
    "a minimum above the maximum": (
        ",min_current_a,max_current_a",
        f"a,{MORNING},{NOON},5,16,10",
        "min_current_a",
        "at most max_current_a of 10 A",
    ),
    "charge of 80": (",target_soc", f"a,{MORNING},{NOON},,80", "target_soc", "from 0 to 1"),
    "a priority in words": (",priority", f"a,{MORNING},{NOON},5,high", "priority", "'high'"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_request_gives_one_clear_message(name: str, tmp_path: Path) -> None:
    added, row, column, words = WRONG[name]
    (fault,) = faults_of(tmp_path, HEAD + added, row)
    assert fault.line == 2
    assert fault.where == column
    assert words in str(fault)


def test_overlapping_sessions_at_one_charger_name_both_lines(tmp_path: Path) -> None:
    (fault,) = faults_of(
        tmp_path, HEAD, f"a,{NOON},{EVENING},1", f"b,{NOON},{EVENING},1", f"a,{MORNING},{EVENING},1"
    )
    assert (fault.line, fault.where) == (2, "arrival")
    assert fault.found == f"arrival {NOON} at charger 'a'"
    assert fault.allowed == f"the session of line 4 stays until {EVENING}"


def test_overlapping_sessions_are_named_by_the_offsets_of_the_file(tmp_path: Path) -> None:
    first, second = "2026-07-01T08:00:00+02:00", "2026-07-01 11:30+02:00"
    (fault,) = faults_of(
        tmp_path, HEAD, f"a,{first},2026-07-01T10:00:00Z,1", f"a,{second},2026-07-01T19:00+02:00,1"
    )
    assert fault.found == f"arrival {second} at charger 'a'"
    assert fault.allowed == "the session of line 2 stays until 2026-07-01T10:00:00Z"


def test_an_id_twice_is_told(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, f"{HEAD},id", f"a,{MORNING},{NOON},1,x", f"b,{MORNING},{NOON},1,x")
    assert fault.line == 3
    assert fault.found == "id 'x' as in line 2"


def test_all_faults_of_all_rows_are_told_together(tmp_path: Path) -> None:
    found = faults_of(
        tmp_path, HEAD, f"c,{MORNING},2026,-1", f"a,{MORNING},{NOON},1", f"a,{MORNING},{EVENING},1", "b"
    )
    assert [fault.line for fault in found] == [2, 2, 2, 4, 5]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path, "charger,arrival,departure", f"a,{MORNING},{NOON}")
    assert fault.found == "no column 'energy_kwh'"


def test_parquet_reads_as_csv_does(tmp_path: Path) -> None:
    stamps = [pa.array([10**15 + shift], pa.timestamp("us", tz="UTC")) for shift in (0, 3600 * 10**6)]
    table = pa.table(
        {
            "charger": ["a"],
            "arrival": stamps[0],
            "departure": stamps[1],
            "energy_kwh": [7.5],
            "phases": pa.array([1.0]),
            "vehicle": pa.array([None], pa.string()),
        }
    )
    pq.write_table(table, tmp_path / "r.parquet")
    (one,) = read_requests(tmp_path / "r.parquet", HOME)
    assert (one.energy_kwh, one.phases, one.vehicle) == (7.5, 1, None)
