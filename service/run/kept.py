"""What the daemon must not forget: plan, requests, sessions, learnt values, in one crash-safe file."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from domain.load_windows import Ran
from domain.plan import Plan
from domain.requests import ChargeRequest
from executors.tracking.arrays import Bools, Floats
from executors.tracking.learning import Learnt
from service.run.kept_values import decoded, encoded
from service.writing import make_folder, write_text

FORMAT: Final = 2
_ENVIRONMENT: Final = "CHARGEWRIGHT_STATE"


@dataclass(frozen=True, slots=True)
class Session:
    """The cars that are plugged in; arrays in the order of the site's chargers."""

    charger_ids: tuple[str, ...]
    connected: Bools
    request_ids: tuple[str, ...]
    """Empty where the car has none, or no car is there."""
    delivered_kwh: Floats
    total_kwh: Floats
    """The chargers' own counters then; NaN where one does not say."""
    learnt: Learnt


@dataclass(frozen=True, slots=True)
class Kept:
    """Everything that a restart goes on with."""

    saved_s: float
    """Wall clock [s since 1970]."""
    plan: Plan | None
    requests: tuple[ChargeRequest, ...]
    delivered_kwh: Mapping[str, float]
    """By request, also of cars that have left."""
    session: Session | None = None
    ran: Ran = field(default_factory=Ran)
    """Run time of flexible loads."""


def state_folder(environment: Mapping[str, str], asked: Path | None) -> Path:
    """Where states are kept: as asked, as the environment says, or the user's folder for such things."""
    if asked is not None:
        return asked
    named = environment.get(_ENVIRONMENT)
    if named:
        return Path(named)
    base = environment.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "chargewright"


def state_file(folder: Path, site_file: Path) -> Path:
    """The file of one site; two site files of one name have different ones."""
    place = hashlib.sha256(os.fsencode(site_file.resolve())).hexdigest()[:8]
    return folder / f"{site_file.stem}-{place}.json"


def save(path: Path, kept: Kept) -> None:
    """Write it, whole or not at all; ``InputError`` where the place cannot be written."""
    make_folder(path.parent)
    text = json.dumps(encoded(kept), separators=(",", ":"))
    body = json.dumps({"format": FORMAT, "sha256": _digest(text), "kept": text})
    write_text(path, body + "\n")


def load(path: Path) -> tuple[Kept | None, str]:
    """What was kept, and a sentence where something is there that cannot be used."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body["format"] != FORMAT:
            return None, f"{path}: kept by another version; a new plan is made"
        if _digest(body["kept"]) != body["sha256"]:
            return None, f"{path}: damaged; a new plan is made"
        return decoded(Kept, json.loads(body["kept"])), ""
    except FileNotFoundError:
        return None, ""
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return None, f"{path}: cannot be used ({type(error).__name__}: {error}); a new plan is made"


def set_aside(path: Path) -> str:
    """Move a file that cannot be used out of the way of the next one; gives where to, in a sentence."""
    aside = path.with_name(f"{path.stem}.not-used.json")
    try:
        path.replace(aside)
    except OSError as error:
        return f"{path}: cannot be put aside ({(error.strerror or str(error)).lower()})"
    return f"what it held is in {aside}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
