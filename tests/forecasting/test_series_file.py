"""Files of values over time that are right: how long each row lasts."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from forecasting.cells import PRICE
from forecasting.series_file import SeriesFile, read_series

MARKET = "market_eur_per_kwh"


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> SeriesFile:
    path = tmp_path / "prices.csv"
    path.write_text(text, encoding=encoding)
    return read_series(path, {MARKET: PRICE})


def minutes(file: SeriesFile) -> list[float]:
    known = file.columns[MARKET]
    return [float(length) / 60 for length in known.end_s - known.start_s]


def test_rows_last_until_the_next_one_and_the_last_as_long_as_the_one_before(tmp_path: Path) -> None:
    file = read(
        tmp_path,
        f"time,{MARKET}\n2026-03-28T00:00:00Z,0.1\n2026-03-28T01:00:00Z,-0.2\n"
        "2026-03-28T01:15:00Z,0.3\n2026-03-28T01:30:00Z,0.4\n",
    )
    assert minutes(file) == [60, 15, 15, 15]
    assert file.columns[MARKET].values.tolist() == [0.1, -0.2, 0.3, 0.4]
    assert file.notes == ()


def test_a_byte_order_mark_blank_lines_and_spaces_do_no_harm(tmp_path: Path) -> None:
    text = f"time, {MARKET}\r\n\r\n2026-03-28 00:00+01:00, 0.1\r\n2026-03-28 01:00+01:00 ,.2\r\n\r\n"
    file = read(tmp_path, text, "utf-8-sig")
    assert file.columns[MARKET].start == datetime(2026, 3, 27, 23, tzinfo=UTC)
    assert file.columns[MARKET].values.tolist() == [0.1, 0.2]


def test_an_end_column_allows_long_rows_and_one_row_alone(tmp_path: Path) -> None:
    file = read(tmp_path, f"time,end,{MARKET}\n2026-03-28T00:00Z,2026-03-28T08:00Z,0.1\n")
    assert minutes(file) == [480]


def test_where_an_end_is_left_empty_the_next_row_ends_it(tmp_path: Path) -> None:
    file = read(
        tmp_path,
        f"time,end,{MARKET}\n2026-03-28T00:00Z,,0.1\n2026-03-28T01:00Z,2026-03-28T05:00Z,0.2\n"
        "2026-03-28T09:00Z,,0.2\n",
    )
    assert minutes(file) == [60, 240, 240]


def test_the_doubled_hour_is_told_apart_by_its_offset(tmp_path: Path) -> None:
    file = read(
        tmp_path,
        f"time,{MARKET}\n2026-10-25T02:00+02:00,0.1\n2026-10-25T02:00+01:00,0.2\n2026-10-25T03:00+01:00,0.3\n",
    )
    assert minutes(file) == [60, 60, 60]


def test_one_row_longer_than_both_neighbours_is_noted(tmp_path: Path) -> None:
    file = read(
        tmp_path,
        f"time,{MARKET}\n2026-03-28T00:00Z,0.1\n2026-03-28T00:15Z,0.2\n2026-03-28T00:45Z,0.3\n"
        "2026-03-28T01:00Z,0.3\n",
    )
    assert minutes(file) == [15, 30, 15, 15]
    assert len(file.notes) == 1
    assert ":3: this row is taken to last 30 min among rows of 15 min" in file.notes[0]


def test_parquet_reads_as_csv_does(tmp_path: Path) -> None:
    csv = read(tmp_path, f"time,{MARKET}\n2026-03-28T00:00Z,0.1\n2026-03-28T01:00Z,2\n")
    times = pa.array(csv.columns[MARKET].start_s * 10**9, pa.timestamp("ns", tz="Europe/Brussels"))
    for values in (pa.array([0.1, 2.0]), pa.array([0.1, 2.0], pa.float32())):
        path = tmp_path / "prices.parquet"
        pq.write_table(pa.table({"time": times, MARKET: values}), path)
        parquet = read_series(path, {MARKET: PRICE})
        assert np.array_equal(parquet.columns[MARKET].start_s, csv.columns[MARKET].start_s)
        assert np.allclose(parquet.columns[MARKET].values, csv.columns[MARKET].values, atol=1e-7)
