"""Solar power of every array: from the solar file of the command line, else from the array's own source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from domain.errors import Fault, InputError, NotBuilt, Unbuilt
from domain.site_energy import SolarArray
from forecasting.ask import Ask
from forecasting.cells import POWER
from forecasting.faults import Faults
from forecasting.known import Known
from forecasting.sample import sample_solar
from forecasting.series_file import SeriesFile, read_series

TOTAL: Final = "solar_kw"


def _own_file(array: SolarArray, ask: Ask) -> Known:
    """The array's power in its own file: its column, or ``solar_kw``."""
    read = read_series(ask.base / (array.path or ""), {TOTAL: POWER, column(array): POWER})
    if len(read.columns) > 1:
        raise InputError([Fault(read.source, " and ".join(read.columns), "one of them")])
    return _known(read, next(iter(read.columns)), share=1.0)


SOLAR_SOURCES: Final[Mapping[str, Callable[[SolarArray, Ask], Known]]] = {
    "file": _own_file,
    "sample": sample_solar,
}
"""One row for each source; a new provider is a new file and a row here."""


def solar_known(ask: Ask, solar_file: Path | None) -> dict[str, Known]:
    """Power of every array by its id [kW]; what the file lacks comes from the array's own source.

    Raises ``InputError`` with every fault, ``NotBuilt`` where a source has no row yet.
    """
    arrays = ask.site.solar
    filed = {} if solar_file is None else _filed(arrays, solar_file)
    own = [array for array in arrays if array.id not in filed]
    without_row = [array for array in own if array.source not in SOLAR_SOURCES]
    if without_row:
        raise NotBuilt(
            Unbuilt(f"solar.{array.id}.source", f"{array.source} cannot be asked yet; give --solar")
            for array in without_row
        )
    faults = Faults()
    found = dict(filed)
    for array in own:
        with faults.collecting():
            found[array.id] = SOLAR_SOURCES[array.source](array, ask)
    faults.raise_any()
    return {array.id: found[array.id] for array in arrays}


def column(array: SolarArray) -> str:
    """Name of the array's own column in a solar file."""
    return f"{array.id}_kw"


def _filed(arrays: tuple[SolarArray, ...], path: Path) -> dict[str, Known]:
    """The arrays that the file gives: all by their share of ``solar_kw``, or those with a column."""
    if not arrays:
        raise InputError([Fault(str(path), "solar power", "the site has no solar array to give it to")])
    own = {column(array): array for array in arrays}
    read = read_series(path, dict.fromkeys((TOTAL, *own), POWER))
    named = [name for name in read.columns if name in own]
    if TOTAL in read.columns and not set(named) - {TOTAL}:
        peak_kw = sum(array.peak_kw for array in arrays)
        return {array.id: _known(read, TOTAL, array.peak_kw / peak_kw) for array in arrays}
    if set(read.columns) - set(named):
        raise InputError([Fault(read.source, " and ".join(read.columns), f"{TOTAL} or the arrays")])
    return {own[name].id: _known(read, name, share=1.0) for name in named}


def _known(read: SeriesFile, name: str, share: float) -> Known:
    whole = read.columns[name]
    return Known(whole.with_values(whole.values * share), "kW", read.source, note="; ".join(read.notes))
