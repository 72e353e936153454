"""Parquet bytes to a table of plain Python values."""

from __future__ import annotations

import re
from collections import Counter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import Fault, InputError
from forecasting.faults import Faults
from forecasting.table import MOST_COLUMNS, MOST_ROWS, Table


def parse_parquet(body: bytes, source: str, faults: Faults) -> Table:
    """The table in ``body``; moments without a zone stay without one and are refused where they are read.

    Raises ``InputError`` where the file cannot be read.
    """
    import pyarrow as pa  # noqa: PLC0415 (slow to import, seldom needed)
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        file = pq.ParquetFile(pa.BufferReader(body))
        names = [str(name) for name in file.schema_arrow.names]
        _check_shape(names, file.metadata.num_rows, source, faults)
        types = [file.schema_arrow.field(position).type for position in range(len(names))]
        whole = file.read()
        columns = {
            name: _cells(whole.column(position), types[position]) for position, name in enumerate(names)
        }
    except (pa.ArrowException, OSError, OverflowError, ValueError, KeyError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise InputError([Fault(source, f"no readable Parquet ({reason})", "write it again")]) from error
    return Table(source=source, columns=columns, lines=range(1, whole.num_rows + 1))


def _check_shape(names: list[str], rows: int, source: str, faults: Faults) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            faults.add(source, f"column '{name}' {count} times", "each column once", name)
    if len(names) > MOST_COLUMNS:
        faults.add(source, f"{len(names)} columns", f"at most {MOST_COLUMNS}")
    if rows > MOST_ROWS:
        faults.add(source, f"{rows} rows", f"at most {MOST_ROWS}: cut it to the days that are needed")
    faults.raise_file()


def _cells(column: object, kind: object) -> list[object]:
    """Values of one column; nanoseconds become the microseconds that Python can hold."""
    import pyarrow as pa  # noqa: PLC0415

    if pa.types.is_timestamp(kind):
        _check_zone(kind.tz)  # type: ignore[attr-defined]
        column = column.cast(pa.timestamp("us", tz=kind.tz), safe=False)  # type: ignore[attr-defined]
    elif pa.types.is_decimal(kind):
        column = column.cast(pa.float64())  # type: ignore[attr-defined]
    return list(column.to_pylist())  # type: ignore[attr-defined]


def _check_zone(name: str | None) -> None:
    """Raise ``ValueError`` for an unknown zone: Arrow's own words depend on what is installed."""
    if name is not None and not re.fullmatch(r"[+-]\d{2}:\d{2}", name):
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"unknown time zone '{name}'") from error
