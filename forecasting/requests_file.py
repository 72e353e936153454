"""Requests from a file: one row for each session at a charger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from domain.requests import ChargeRequest, default_request_id
from domain.site import Site
from forecasting.cells import BadCellError, Bounds, as_said, moment, number, shown, text, whole
from forecasting.faults import Faults
from forecasting.table import Table
from forecasting.table_file import read_table_or_header

REQUIRED: Final = ("charger", "arrival", "departure", "energy_kwh")
MOST_KWH: Final = 1000.0
_LEAST: Final = 1e-9
"""Stands for "above 0"."""


class _Row(NamedTuple):
    """A request and the line it comes from."""

    line: int
    request: ChargeRequest
    arrival: str
    """As the file says it."""
    departure: str


def read_requests(path: Path, site: Site) -> tuple[ChargeRequest, ...]:
    """The requests in the file at ``path``, by arrival; none where it holds only its header.

    Raises ``InputError`` with every fault: unknown chargers and vehicles, sessions that overlap, ...
    """
    faults = Faults()
    table = read_table_or_header(path, faults)
    readers = _readers(site)
    table.check_columns(REQUIRED, list(readers), faults)
    cells: dict[str, Sequence[Any]] = {
        name: table.parse(name, readers[name], faults) for name in readers if name in table.columns
    }
    if all(name in cells for name in REQUIRED):
        rows = _rows(table, cells, faults)
        _check_ids(table.source, rows, faults)
        _check_overlaps(table.source, rows, faults)
        faults.raise_file()
        return _with_ids(rows)
    faults.raise_file()
    raise AssertionError("a missing column is a fault")


def _readers(site: Site) -> dict[str, Callable[[object], Any]]:
    """How each column is read; what is not required may be empty."""
    current = Bounds(_LEAST, 1000, "A")
    share = Bounds(0, 1, "")
    chargers, vehicles = [one.id for one in site.chargers], [one.id for one in site.vehicles]
    users = [one.id for one in site.users]
    optional: dict[str, Callable[[object], Any]] = {
        "energy_kwh": partial(number, bounds=Bounds(0, MOST_KWH, "kWh")),
        "id": text,
        "vehicle": partial(_one_of, known=vehicles, what="vehicle"),
        "user": partial(_one_of, known=users, what="user"),
        "phases": partial(whole, low=1, high=3),
        "max_current_a": partial(number, bounds=current),
        "min_current_a": partial(number, bounds=current),
        "priority": partial(whole, low=-1000, high=1000),
        "weight": partial(number, bounds=Bounds(_LEAST, 1e6, "")),
        "target_soc": partial(number, bounds=share),
        "soc_now": partial(number, bounds=share),
    }
    return {
        "charger": partial(_one_of, known=chargers, what="charger"),
        "arrival": moment,
        "departure": moment,
        **{name: partial(_if_any, read=read) for name, read in optional.items()},
    }


def _if_any(cell: object, read: Callable[[object], Any]) -> Any:
    return None if cell is None else read(cell)


def _one_of(cell: object, known: Sequence[str], what: str) -> str:
    if cell in known:
        return str(cell)
    listed = ", ".join(known) if known else f"none: the site has no {what}"
    raise BadCellError(shown(cell), f"allowed is a {what} of the site ({listed})")


def _rows(table: Table, cells: dict[str, Sequence[Any]], faults: Faults) -> list[_Row]:
    """The rows that make a request; what is wrong between the cells of a row is noted."""
    rows = []
    told = {fault.line for fault in faults.found}
    for position, line in enumerate(table.lines):
        fields = {name: values[position] for name, values in cells.items()}
        if line in told:
            continue
        wrong = _wrong(fields)
        for where, found, allowed in wrong:
            faults.add(table.source, found, allowed, where, line)
        if not wrong:
            moments = {name: fields[name].astimezone(UTC) for name in ("arrival", "departure")}
            request = ChargeRequest(**{**fields, **moments, "id": fields.get("id") or ""})
            said = (as_said(table.columns[name][position]) for name in moments)
            rows.append(_Row(line, request, *said))
    return rows


def _wrong(fields: dict[str, Any]) -> list[tuple[str, str, str]]:
    """What does not fit together in one row: column, found, allowed."""
    wrong = []
    arrival, departure = fields["arrival"], fields["departure"]
    if departure <= arrival:
        wrong.append(("departure", _stamp(departure), f"after the arrival at {_stamp(arrival)}"))
    if fields["energy_kwh"] is None and fields.get("target_soc") is None:
        wrong.append(("energy_kwh", "an empty cell", "give the energy, or target_soc and soc_now"))
    low, high = fields.get("min_current_a"), fields.get("max_current_a")
    if low is not None and high is not None and low > high:
        wrong.append(("min_current_a", f"{low:g} A", f"at most max_current_a of {high:g} A"))
    return wrong


def _check_ids(source: str, rows: list[_Row], faults: Faults) -> None:
    first_line: dict[str, int] = {}
    for line, request, *_ in rows:
        if request.id and request.id in first_line:
            found = f"id '{request.id}' as in line {first_line[request.id]}"
            faults.add(source, found, "each id once", "id", line)
        first_line.setdefault(request.id, line)


def _check_overlaps(source: str, rows: list[_Row], faults: Faults) -> None:
    """Sessions at one charger must follow each other; one may leave in the moment the next arrives."""
    by_charger: dict[str, list[_Row]] = {}
    for row in rows:
        by_charger.setdefault(row.request.charger, []).append(row)
    for charger, own in by_charger.items():
        own.sort(key=lambda row: row.request.arrival)
        for before, after in pairwise(own):
            if after.request.arrival < before.request.departure:
                found = f"arrival {after.arrival} at charger '{charger}'"
                allowed = f"the session of line {before.line} stays until {before.departure}"
                faults.add(source, found, allowed, "arrival", after.line)


def _with_ids(rows: list[_Row]) -> tuple[ChargeRequest, ...]:
    """The requests by arrival, each with an id of its own."""
    taken = {row.request.id for row in rows}
    named = []
    for _, request, *_ in sorted(rows, key=lambda row: (row.request.arrival, row.request.charger)):
        if request.id:
            named.append(request)
            continue
        name = stem = default_request_id(request.charger, request.arrival)
        count = 1
        while name in taken:
            count += 1
            name = f"{stem}#{count}"
        taken.add(name)
        named.append(request.model_copy(update={"id": name}))
    return tuple(named)


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
