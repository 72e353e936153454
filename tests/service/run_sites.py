"""Sites for the tests of the daemon, and the daemon as a process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SIMULATED = """
name: Pretend
location: {time_zone: Europe/Brussels}
grid: {limit_a: 25, base_load_max_a: 5, meter: street}
meters: {street: {driver: simulated}}
chargers:
  - {id: driveway, driver: simulated, current_a: {min: 6, max: 16}, failsafe: {current_a: 6, after_s: 30}}
  - {id: shed, driver: charx, host: charx.local, connector: 1, current_a: {min: 6, max: 16},
     failsafe: {current_a: 6, after_s: 30}}
departures:
  - {charger: driveway, days: [mon, tue, wed, thu, fri, sat, sun], arrive: "00:00", depart: "23:59",
     energy_kwh: 40}
  - {charger: shed, days: [mon, tue, wed, thu, fri, sat, sun], arrive: "12:00", depart: "11:59",
     energy_kwh: 40}
load: {source: fixed, kw: 0.5}
tariff: {buy: {source: fixed, eur_per_kwh: 0.3}}
"""


def started(site: Path, *more: str) -> tuple[subprocess.Popen[str], str]:
    """The daemon as a process, and the address that it told; it must be ended by the test."""
    command = [sys.executable, "-m", "service.main", "run", str(site), "--port", "0", *more]
    daemon = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)  # noqa: S603 - our own
    assert daemon.stderr is not None
    for line in daemon.stderr:
        if "http://" in line:
            return daemon, line.split("http://")[1].strip().removesuffix("/api/state")
    raise AssertionError(f"the daemon ended with {daemon.wait()}")


def asked(address: str, page: str) -> tuple[int, dict[str, Any]]:
    """Status and body of a page."""
    try:
        with urllib.request.urlopen(f"http://{address}{page}", timeout=5) as reply:
            return reply.status, json.load(reply)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def waited(address: str, page: str, until: str, seconds: float = 30.0) -> dict[str, Any]:
    """The page as soon as its text holds ``until``."""
    last_s = time.monotonic() + seconds
    while time.monotonic() < last_s:
        _, body = asked(address, page)
        if until in json.dumps(body):
            return body
        time.sleep(0.2)
    raise AssertionError(f"{until} never came: {body}")
