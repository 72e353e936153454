"""Solar power of every array: from the solar file of the command line, else from the array's own source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np

from domain.errors import Fault, InputError
from domain.site import Site
from domain.site_energy import SOLAR_PROVIDERS, SolarArray
from forecasting.ask import Ask
from forecasting.cells import POWER
from forecasting.faults import Faults
from forecasting.known import Known
from forecasting.provided import provided_solar
from forecasting.quantiles import around
from forecasting.sample import sample_solar
from forecasting.series_file import SeriesFile, read_series

TOTAL: Final = "solar_kw"
_PLAUSIBLE: Final = 1.5
"""Power above so many times the peak is told: bright clouds and cold panels give 1.2 for a moment."""


def _own_file(array: SolarArray, ask: Ask) -> Known:
    """The array's power in its own file: its column, which may stand beside others', or ``solar_kw``."""
    known = (TOTAL, *(column(each) for each in ask.site.solar))
    read = read_series(ask.base / (array.path or ""), dict.fromkeys(known, POWER), beside=around(known))
    mine = [name for name in (TOTAL, column(array)) if name in read.columns]
    if len(mine) != 1:
        found = " and ".join(read.columns)
        raise InputError([Fault(read.source, found, f"either {column(array)} or {TOTAL} for {array.id}")])
    return _known(read, mine[0], share=1.0)


SOLAR_SOURCES: Final[Mapping[str, Callable[[SolarArray, Ask], Known]]] = {
    "file": _own_file,
    "sample": sample_solar,
    **dict.fromkeys(SOLAR_PROVIDERS, provided_solar),
}
"""One row for each source; a new provider is a new file and a row here."""


def solar_known(ask: Ask, solar_file: Path | None) -> dict[str, Known]:
    """Power of every array by its id [kW]; what the file lacks comes from the array's own source.

    Raises ``InputError`` with every fault, ``SourceError`` where a live source gave nothing.
    """
    arrays = ask.site.solar
    filed = {} if solar_file is None else _filed(arrays, solar_file)
    own = [array for array in arrays if array.id not in filed]
    faults = Faults()
    found = dict(filed)
    for array in own:
        with faults.collecting():
            found[array.id] = SOLAR_SOURCES[array.source](array, ask)
    faults.raise_any()
    return {array.id: _with_doubt(found[array.id], array) for array in arrays}


def _with_doubt(known: Known, array: SolarArray) -> Known:
    """``known``, with a note where it is more than the array's panels can give."""
    most_kw = float(np.nanmax(known.intervals.values, initial=0.0))
    if most_kw <= _PLAUSIBLE * array.peak_kw:
        return known
    doubt = f"up to {most_kw:g} kW from {array.peak_kw:g} kW peak: are these watts, or is peak_kw wrong?"
    return replace(known, note=f"{known.note}; {doubt}" if known.note else doubt)


def live_arrays_needed(site: Site, solar_file: Path | None) -> tuple[SolarArray, ...]:
    """The arrays whose live source ``solar_known`` will look for.

    Raises ``InputError`` where the file is wrong.
    """
    filed = {} if solar_file is None else _filed(site.solar, solar_file)
    return tuple(one for one in site.solar if one.id not in filed and one.source in SOLAR_PROVIDERS)


def column(array: SolarArray) -> str:
    """Name of the array's own column in a solar file."""
    return f"{array.id}_kw"


def _filed(arrays: tuple[SolarArray, ...], path: Path) -> dict[str, Known]:
    """The arrays that the file gives: all by their share of ``solar_kw``, or those with a column."""
    if not arrays:
        raise InputError([Fault(str(path), "solar power", "the site has no solar array to give it to")])
    own = {column(array): array for array in arrays}
    read = read_series(path, dict.fromkeys((TOTAL, *own), POWER), beside=around((TOTAL, *own)))
    named = [name for name in read.columns if name in own]
    if TOTAL in read.columns and not set(named) - {TOTAL}:
        peak_kw = sum(array.peak_kw for array in arrays)
        return {array.id: _known(read, TOTAL, array.peak_kw / peak_kw) for array in arrays}
    if set(read.columns) - set(named):
        raise InputError([Fault(read.source, " and ".join(read.columns), f"{TOTAL} or the arrays")])
    return {own[name].id: _known(read, name, share=1.0) for name in named}


def _known(read: SeriesFile, name: str, share: float) -> Known:
    whole, spread = read.columns[name], read.spreads.get(name)
    return Known(
        whole.with_values(whole.values * share),
        "kW",
        read.source,
        note="; ".join(read.notes),
        spread=None if spread is None else spread.scaled(share),
    )
