"""Options and arguments that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

SiteArgument = Annotated[Path, typer.Argument(metavar="SITE", help="Site file (YAML).", show_default=False)]
CacheOption = Annotated[
    Path | None,
    typer.Option(help="Folder for answers of live sources; default: CHARGEWRIGHT_CACHE, else the user's."),
]
PricesOption = Annotated[Path | None, typer.Option(help="Prices, CSV or Parquet.")]
SolarOption = Annotated[Path | None, typer.Option(help="Solar power, CSV or Parquet.")]
LoadOption = Annotated[Path | None, typer.Option(help="Load but charging; a habit learns from what is past.")]
RequestsOption = Annotated[Path | None, typer.Option(help="Charging requests, CSV or Parquet.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer, and errors, as JSON on standard output.")]
