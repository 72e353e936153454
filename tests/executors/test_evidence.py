"""The record of the signal: what a crash leaves, what a changed line shows, what belongs into it."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from executors.control.why import Event, Told
from executors.evidence import Evidence, draw_is_due, evidence_of, read_record

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def written(path: Path, lines: int) -> None:
    record = Evidence(path)
    for i in range(lines):
        record.record(NOON + timedelta(minutes=i), "draw", {"grid_kw": float(i)})


def test_what_was_recorded_is_read_back_in_utc_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    berlin = timezone(timedelta(hours=1))
    Evidence(path).record(NOON.astimezone(berlin), "ceiling_on", {"ceiling_kw": 7.56, "grid_kw": math.nan})
    Evidence(path).record(NOON + timedelta(hours=1), "ceiling_off", {})
    found = read_record(path)
    assert found.faults == ()
    assert [(entry.number, entry.at, entry.what) for entry in found.entries] == [
        (1, NOON, "ceiling_on"),
        (2, NOON + timedelta(hours=1), "ceiling_off"),
    ]
    assert found.entries[0].numbers["ceiling_kw"] == 7.56
    assert math.isnan(found.entries[0].numbers["grid_kw"])
    assert path.read_text().startswith('{"number":1,"time":"2026-11-20T12:00:00.000Z","what":"ceiling_on"')


def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no time zone"):
        Evidence(tmp_path / "e").record(datetime(2026, 1, 1), "draw", {})  # noqa: DTZ001 -- the mistake itself


def test_a_crash_at_any_byte_costs_the_line_that_was_being_written_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    written(path, 3)
    whole = path.read_bytes()
    start = whole[:-1].rindex(b"\n") + 1
    for cut in range(start, len(whole)):
        path.write_bytes(whole[:cut])
        Evidence(path).record(NOON, "watching", {})
        found = read_record(path)
        kept = [entry.number for entry in found.entries]
        assert kept in ([1, 2, 3], [1, 2, 3, 4]), cut
        assert found.entries[-1].what == "watching"
        assert all("torn" in fault for fault in found.faults)
        assert len(found.faults) == (0 if cut in {start, len(whole) - 1} else 1)


def test_a_line_that_was_changed_or_taken_out_shows(tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    written(path, 4)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], lines[1].replace(b"1.0", b"9.0"), *lines[2:]]))
    assert read_record(path).faults == (
        "line 3 does not fit the line before it: one was changed or taken out",
    )
    path.write_bytes(b"".join([lines[0], *lines[2:]]))
    assert len(read_record(path).faults) == 1


def test_a_process_that_is_killed_leaves_whole_lines(tmp_path: Path) -> None:
    path = tmp_path / "evidence.jsonl"
    program = (
        "import sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
        "from executors.evidence import Evidence\n"
        "record = Evidence(Path(sys.argv[1]))\n"
        "while True:\n"
        "    record.record(datetime.now(UTC), 'draw', {'grid_kw': 1.0})\n"
        "    print('x', flush=True)\n"
    )
    root = Path(__file__).parents[2]
    child = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, cwd=root
    )
    assert child.stdout is not None
    said = sum(1 for _ in range(50) if child.stdout.readline())
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    Evidence(path).record(NOON, "watching", {})
    found = read_record(path)
    assert len(found.entries) >= said + 1
    assert all("torn" in fault for fault in found.faults)


def test_an_empty_or_missing_record_has_no_entries(tmp_path: Path) -> None:
    assert read_record(tmp_path / "none").entries == ()
    (tmp_path / "empty").touch()
    assert read_record(tmp_path / "empty") == read_record(tmp_path / "none")
    written(tmp_path / "empty", 1)
    assert read_record(tmp_path / "empty").faults == ()


def test_only_the_signals_events_belong_into_the_record() -> None:
    events = (
        Event(Told.METER_LOST, "grid", 1.0),
        Event(Told.CEILING_STALE, "grid", 1.0, {"ceiling_kw": 4.2}),
        Event(Told.CEILING_OFF, "grid", 2.0, {"ceiling_kw": 4.2}),
    )
    assert evidence_of(events) == [
        ("ceiling_on_signal_missing", {"ceiling_kw": 4.2}),
        ("ceiling_off", {"ceiling_kw": 4.2}),
    ]


def test_the_draw_is_recorded_every_minute_while_the_ceiling_holds() -> None:
    since_s = 100.0
    assert not draw_is_due(114.0, 50.0, since_s)
    assert draw_is_due(115.0, 50.0, since_s)
    assert not draw_is_due(174.0, 115.0, since_s)
    assert draw_is_due(175.0, 115.0, since_s)
    assert not draw_is_due(500.0, 115.0, math.inf)
