"""The table in a file, CSV or Parquet by its first bytes, never more than can be held."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from domain.errors import Fault, InputError
from forecasting.faults import Faults
from forecasting.table import Table
from forecasting.table_csv import parse_csv
from forecasting.table_parquet import parse_parquet

LARGEST_FILE_BYTES: Final = 64 * 1024 * 1024
_PARQUET_MAGIC: Final = b"PAR1"
_GZIP_MAGIC: Final = b"\x1f\x8b"
_KINDS: Final = "allowed is a CSV or Parquet file"


def read_table(path: Path, faults: Faults) -> Table:
    """The table in the file at ``path``, of one row at least; single wrong rows are noted in ``faults``.

    Raises ``InputError`` where the file cannot be read as a table at all.
    """
    table = read_table_or_header(path, faults)
    if not len(table):
        raise InputError([Fault(str(path), "no rows", "at least one row below the header")])
    return table


def read_table_or_header(path: Path, faults: Faults) -> Table:
    """As ``read_table``, but rows may be missing."""
    source = str(path)
    body = _bytes_of(path, source)
    if body.startswith(_GZIP_MAGIC):
        raise InputError([Fault(source, "a file compressed with gzip", "decompress it first")])
    parse = parse_parquet if body.startswith(_PARQUET_MAGIC) else parse_csv
    return parse(body, source, faults)


def _bytes_of(path: Path, source: str) -> bytes:
    try:
        if path.is_dir():
            raise InputError([Fault(source, "a folder", _KINDS)])
        with path.open("rb") as file:
            body = file.read(LARGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise InputError([Fault(source, f"a file that cannot be read ({reason})", _KINDS)]) from error
    if len(body) > LARGEST_FILE_BYTES:
        most_mb = LARGEST_FILE_BYTES // 2**20
        raise InputError([Fault(source, f"more than {most_mb} MB", "cut it to the days that are needed")])
    return body
