"""Wrong price, solar and load files: each gives one clear message with file and line."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from domain.errors import Fault, InputError
from forecasting.cells import POWER, PRICE
from forecasting.price_file import read_prices
from forecasting.series_file import read_series

HEAD = "time,market_eur_per_kwh\n"
T0 = "2026-03-28T00:00:00+01:00"
T1 = "2026-03-28T01:00:00+01:00"
T2 = "2026-03-28T02:00:00+01:00"
GOOD = f"{T0},0.10\n{T1},0.20\n"

# name: (text, line, words that the message holds)
WRONG: dict[str, tuple[str, int | None, list[str]]] = {
    "nothing at all": ("", None, ["empty file", "header"]),
    "a header alone": (HEAD, None, ["no rows"]),
    "blank lines alone": ("\n\n \n", None, ["empty file"]),
    "no time column": ("market_eur_per_kwh\n0.1\n", 1, ["no column 'time'"]),
    "an unknown column": (
        f"time,market_eur_per_kwh,colour\n{T0},0.1,red\n{T1},0.2,blue\n",
        1,
        ["unknown column 'colour'", "allowed are time"],
    ),
    "a misspelt column": (
        f"time,market_eur_per_kwh,sel_eur_per_kwh\n{T0},0.1,1\n{T1},0.2,1\n",
        1,
        ["did you mean 'sell_eur_per_kwh'"],
    ),
    "a column twice": (
        f"time,market_eur_per_kwh,market_eur_per_kwh\n{T0},0.1,0.1\n",
        1,
        ["'market_eur_per_kwh' 2 times"],
    ),
    "a column without a name": (f"time,market_eur_per_kwh,\n{T0},0.1,\n", 1, ["without a name"]),
    "no values": (f"time\n{T0}\n{T1}\n", 1, ["no column of values", "market_eur_per_kwh"]),
    "semicolons": (f"time;market_eur_per_kwh\n{T0};0,10\n", 1, ["separated by commas"]),
    "a naive time": (
        HEAD + "2026-03-28T00:00:00,0.1\n" + f"{T1},0.2\n",
        2,
        ["without a time zone", "+01:00"],
    ),
    "a local-style date": (HEAD + f"28.03.2026 00:00,0.1\n{T1},0.2\n", 2, ["'28.03.2026 00:00'", "+01:00"]),
    "no date": (HEAD + f",0.1\n{T1},0.2\n", 2, ["an empty cell", "time"]),
    "hour 24": (HEAD + f"2026-03-28T24:30:00+01:00,0.1\n{T1},0.2\n", 2, ["24:30"]),
    "29 February in 2026": (HEAD + f"2026-02-29T00:00:00Z,0.1\n{T1},0.2\n", 2, ["2026-02-29"]),
    "a time of long ago": (HEAD + f"0001-01-01T00:00:00+01:00,0.1\n{T1},0.2\n", 2, ["after 1970"]),
    "half a second": (HEAD + f"2026-03-28T00:00:00.5+01:00,0.1\n{T1},0.2\n", 2, ["whole seconds"]),
    "a time twice": (
        HEAD + f"{T0},0.1\n{T1},0.2\n{T1},0.2\n",
        4,
        [f"{T1} the same time as {T1} in line 3", "rise"],
    ),
    "a time twice, in two offsets": (
        HEAD + f"{T0},0.1\n{T1},0.2\n2026-03-28T00:00:00Z,0.2\n",
        4,
        [f"2026-03-28T00:00:00Z the same time as {T1} in line 3"],
    ),
    "times that fall": (HEAD + f"{T1},0.1\n{T0},0.2\n", 3, [f"{T0} after {T1} in line 2"]),
    "a gap": (
        HEAD + f"{T0},0.1\n2026-03-28T03:00:00+01:00,0.2\n",
        3,
        [f"180 min from {T0} to 2026-03-28T03:00:00+01:00", "a gap", "'end' column"],
    ),
    "an odd step": (
        HEAD + f"{T0},0.1\n2026-03-28T00:20:00+01:00,0.2\n",
        3,
        ["20 min", "1, 5, 10, 15, 30, 60"],
    ),
    "a single row": (HEAD + f"{T0},0.1\n", 2, ["a single row", "'end' column"]),
    "an end before its start": (
        f"time,end,market_eur_per_kwh\n{T1},{T0},0.1\n",
        2,
        [f"end {T0}", f"after {T1}"],
    ),
    "an end after the next start": (
        f"time,end,market_eur_per_kwh\n{T0},{T2},0.1\n{T1},{T2},0.1\n",
        2,
        [f"end {T2}", f"not after the next row at {T1}"],
    ),
    "NaN": (HEAD + f"{T0},NaN\n{T1},0.2\n", 2, ["'NaN'", "from -10 to 10 EUR/kWh"]),
    "an empty price": (HEAD + f"{T0},\n{T1},0.2\n", 2, ["an empty cell", "market_eur_per_kwh"]),
    "a word": (HEAD + f"{T0},cheap\n{T1},0.2\n", 2, ["'cheap'"]),
    "infinity": (HEAD + f"{T0},inf\n{T1},0.2\n", 2, ["'inf'"]),
    "a price of 1e9": (HEAD + f"{T0},1e9\n{T1},0.2\n", 2, ["'1e9'", "10 EUR/kWh"]),
    "a price per MWh": (HEAD + f"{T0},85.3\n{T1},0.2\n", 2, ["'85.3'", "10 EUR/kWh"]),
    "underscores": (HEAD + f"{T0},1_0\n{T1},0.2\n", 2, ["'1_0'"]),
    "a comma as decimal mark": (HEAD + f'{T0},"0,25"\n{T1},0.2\n', 2, ["decimal mark is a point"]),
    "a cell too many": (HEAD + f"{T0},0,25\n{T1},0.2\n", 2, ["3 cells", "header has 2"]),
    "a cell too few": (HEAD + f"{T0}\n{T1},0.2\n", 2, ["1 cells", "header has 2"]),
    "an open quote": (HEAD + f'{T0},"0.1\n{T1},0.2\n', 3, ["no CSV", "quotes"]),
    "market and buy together": (
        f"time,market_eur_per_kwh,buy_eur_per_kwh\n{T0},0.1,0.2\n{T1},0.1,0.2\n",
        None,
        ["either market_eur_per_kwh"],
    ),
}


def faults_of(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        read_prices(path)
    return caught.value.faults


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_price_file_gives_one_clear_message(name: str, tmp_path: Path) -> None:
    text, line, words = WRONG[name]
    path = tmp_path / "prices.csv"
    path.write_text(text)
    faults = faults_of(path)
    assert len(faults) == 1, faults
    assert faults[0].line == line
    assert faults[0].source == str(path)
    for word in words:
        assert word in str(faults[0])


def test_every_fault_of_a_file_is_told_in_the_order_of_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(HEAD + f"{T0},nan\n2026-03-28T00:30:00,0.1\n{T1},\n{T1},0.2\n")
    assert [fault.line for fault in faults_of(path)] == [2, 3, 4, 5]


def test_a_file_with_thousands_of_faults_tells_the_first_ones_and_counts_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    rows = "".join(f"2026-03-{day:02d}T{hour:02d}:00:00Z,x\n" for day in range(1, 29) for hour in range(24))
    path.write_text(HEAD + rows)
    faults = faults_of(path)
    assert len(faults) == 101
    assert faults[-1].found == "572 faults more in this file"


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"\x1f\x8b\x08\x00abc", "gzip"),
        (b"time,market\0\n", "not text"),
        ("time,market_eur_per_kwh\n# Preis in \u20ac\n".encode("cp1252"), "not UTF-8"),
        (b"PAR1 but nothing behind it", "no readable Parquet"),
    ],
)
def test_a_file_that_is_no_table_says_what_it_is(body: bytes, word: str, tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_bytes(body)
    (fault,) = faults_of(path)
    assert word in str(fault)


def test_a_file_that_is_absent_or_a_folder_is_named(tmp_path: Path) -> None:
    (absent,) = faults_of(tmp_path / "none.csv")
    assert "No such file" in absent.found
    (folder,) = faults_of(tmp_path)
    assert folder.found == "a folder"


def test_a_file_that_never_ends_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("forecasting.table_file.LARGEST_FILE_BYTES", 2**20)
    path = tmp_path / "prices.csv"
    path.write_bytes(b" " * (2**20 + 1))
    (fault,) = faults_of(path)
    assert fault.found == "more than 1 MB"


@pytest.mark.parametrize(("text", "word"), [("-0.1", "'-0.1'"), ("1e7", "'1e7'")])
def test_solar_and_load_are_neither_negative_nor_beyond_belief(text: str, word: str, tmp_path: Path) -> None:
    path = tmp_path / "solar.csv"
    path.write_text(f"time,solar_kw\n{T0},{text}\n{T1},1\n")
    with pytest.raises(InputError, match=word):
        read_series(path, {"solar_kw": POWER})


def write_parquet(path: Path, **columns: pa.Array) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def test_a_parquet_file_with_naive_times_is_refused(tmp_path: Path) -> None:
    naive = pa.array([0, 3600], pa.timestamp("s"))
    path = write_parquet(tmp_path / "p.parquet", time=naive, market_eur_per_kwh=pa.array([0.1, 0.2]))
    assert [fault.line for fault in faults_of(path)] == [1, 2]
    assert "without a time zone" in str(faults_of(path)[0])


def test_a_parquet_file_with_nulls_and_nan_is_refused(tmp_path: Path) -> None:
    times = pa.array([hour * 3600 * 10**9 + 10**18 for hour in range(3)], pa.timestamp("ns", tz="UTC"))
    path = write_parquet(
        tmp_path / "p.parquet", time=times, market_eur_per_kwh=pa.array([None, float("nan"), 0.2])
    )
    assert [fault.line for fault in faults_of(path)] == [1, 2]


def test_a_parquet_file_with_text_for_numbers_is_refused(tmp_path: Path) -> None:
    times = pa.array([1764 * 10**12, 1764 * 10**12 + 36 * 10**8], pa.timestamp("us", tz="UTC"))
    path = write_parquet(tmp_path / "p.parquet", time=times, market_eur_per_kwh=pa.array([True, False]))
    assert [fault.found for fault in faults_of(path)] == ["'True'", "'False'"]


@pytest.mark.parametrize(
    ("times", "word"),
    [
        (pa.array([0, 3600], pa.timestamp("s", tz="Nowhere/Land")), "Nowhere"),
        (pa.array([2**61, 2**62], pa.timestamp("us", tz="UTC")), "no readable Parquet"),
        (pa.array(["2026-03-28", "2026-03-29"]), "without a time zone"),
        (pa.array([0, 1], pa.date32()), "a moment with its zone"),
        (pa.array([1, 2]), "a moment with its zone"),
    ],
)
def test_parquet_times_that_cannot_be_read_are_told(times: pa.Array, word: str, tmp_path: Path) -> None:
    path = write_parquet(tmp_path / "p.parquet", time=times, market_eur_per_kwh=pa.array([0.1, 0.2]))
    assert word in str(faults_of(path)[0])


def test_a_parquet_file_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    times = pa.array([10**9, 10**9 + 3600], pa.timestamp("s", tz="UTC"))
    path = write_parquet(tmp_path / "p.parquet", time=times, market_eur_per_kwh=pa.array([0.1, 0.2]))
    path.write_bytes(path.read_bytes()[:-100])
    (fault,) = faults_of(path)
    assert "no readable Parquet" in fault.found


def test_a_good_file_passes_the_same_reader(tmp_path: Path) -> None:
    path = tmp_path / "prices.csv"
    path.write_text(HEAD + GOOD)
    assert list(read_series(path, {"market_eur_per_kwh": PRICE}).columns) == ["market_eur_per_kwh"]
