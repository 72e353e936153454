"""What `sources` does: ask all sources of a site, show what they know, say whether a plan is possible."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path

from domain.errors import Fault, InputError
from service.console import output, progress
from service.site_file import read_site


def sources_command(site_path: Path, now: datetime, cache: Path | None, *, as_json: bool) -> bool:
    """Ask, show, and tell whether a plan is possible with what is known."""
    from forecasting.gather import Files
    from service.live import live_answers
    from service.source_states import report_json, report_of

    if cache is not None and cache.exists() and not cache.is_dir():
        raise InputError([Fault("--cache", f"'{cache}' is a file", "name a folder")])
    site = read_site(site_path)
    files = Files(base=site_path.parent)
    now = now.replace(microsecond=0)
    with progress() as tell:
        live = live_answers(site, files, now, now, cache, tell)
        report = report_of(site, files, now, live)
    if as_json:
        sys.stdout.write(json.dumps(report_json(report), indent=1) + "\n")
    else:
        from service.screen_sources import show_sources

        show_sources(report, output())
    return report.possible
