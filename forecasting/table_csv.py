"""CSV text to a table: UTF-8, commas, one header row."""

from __future__ import annotations

import csv
import io
from collections import Counter

from domain.errors import Fault, InputError
from forecasting.faults import Faults
from forecasting.table import MOST_ROWS, REPORTED, Table


def parse_csv(body: bytes, source: str, faults: Faults) -> Table:
    """The table in ``body``; rows of a wrong width are noted and kept as ``REPORTED``.

    Raises ``InputError`` where there is no header to read by.
    """
    reader = csv.reader(io.StringIO(_decoded(body, source), newline=""), strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
                lines.append(reader.line_num)
            if len(rows) > MOST_ROWS + 1:
                raise _only(source, f"more than {MOST_ROWS} rows", "cut it to the days that are needed")
    except csv.Error as error:
        raise _only(source, f"no CSV ({error})", "quotes must be closed", reader.line_num) from error
    header = _header(rows, lines, source)
    cells = _columns(header, rows[1:], lines[1:], source, faults)
    return Table(source=source, columns=cells, lines=lines[1:], header_line=lines[0])


def _decoded(body: bytes, source: str) -> str:
    if b"\0" in body:
        raise _only(source, "a file that is not text", "allowed is CSV in UTF-8, or Parquet")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{body[error.start]:02x}, which is not UTF-8"
        raise _only(source, found, "save the file as UTF-8", line) from error


def _header(rows: list[list[str]], lines: list[int], source: str) -> list[str]:
    if not rows:
        raise _only(source, "an empty file", "a header with the column names, then rows")
    header = rows[0]
    if len(header) == 1 and (";" in header[0] or "\t" in header[0]):
        raise _only(source, f"the header '{header[0][:60]}'", "columns are separated by commas", lines[0])
    faults = Faults()
    for name, count in Counter(header).items():
        if not name:
            faults.add(source, "a column without a name", "every column has one", line=lines[0])
        elif count > 1:
            faults.add(source, f"column '{name}' {count} times", "each column once", name, lines[0])
    faults.raise_file()
    return header


def _columns(
    header: list[str], rows: list[list[str]], lines: list[int], source: str, faults: Faults
) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {name: [] for name in header}
    for row, line in zip(rows, lines, strict=True):
        right_width = len(row) == len(header)
        if not right_width:
            faults.add(source, f"{len(row)} cells", f"the header has {len(header)}", line=line)
        for position, name in enumerate(header):
            columns[name].append((row[position] or None) if right_width else REPORTED)
    return columns


def _only(source: str, found: str, allowed: str, line: int | None = None) -> InputError:
    """The error of a file in which nothing more can be looked at."""
    return InputError([Fault(source=source, found=found, allowed=allowed, line=line)])
