"""The last good answers on disk: they survive restarts, and hold no key."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

MOST_FILES: Final = 200
MOST_BYTES: Final = 100_000_000
"""Of all files together; the oldest go first."""
_LARGEST_FILE: Final = 40_000_000
_VERSION: Final = 1


def cache_folder(environ: Mapping[str, str], chosen: Path | None = None) -> Path:
    """``--cache``, else CHARGEWRIGHT_CACHE, else the user's cache folder."""
    if chosen is not None:
        return chosen
    if environ.get("CHARGEWRIGHT_CACHE"):
        return Path(environ["CHARGEWRIGHT_CACHE"])
    above = environ.get("XDG_CACHE_HOME", "")
    home = Path(above) if above and Path(above).is_absolute() else Path.home() / ".cache"
    return home / "chargewright"


@dataclass(frozen=True, slots=True)
class CacheKey:
    """Whose answer it is; never with a secret in it."""

    provider: str
    what: str
    """Zone, or the array with its place: all that makes another answer."""
    base_url: str

    @property
    def file_name(self) -> str:
        """Readable at the front, unique by a digest of everything."""
        digest = hashlib.sha256(json.dumps([self.provider, self.what, self.base_url]).encode()).hexdigest()
        return f"{self.provider}-{digest[:24]}.json"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is kept of one source."""

    bodies: tuple[bytes, ...] = ()
    """Of the last good answer; empty where there was none yet."""
    fetched_at: datetime | None = None
    failures: int = 0
    """In a row, since the last good answer."""
    not_before: datetime | None = None
    """The source said not to ask before."""
    note: str = ""
    """What was wrong with the file, for people."""


class DiskCache:
    """One small file for each source in a folder; whatever is wrong with it is a miss, never an error."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def entry(self, key: CacheKey) -> Entry:
        """What is kept; an empty entry where there is nothing that can be trusted."""
        path = self.folder / key.file_name
        try:
            if path.stat().st_size > _LARGEST_FILE:
                return Entry(note=f"{path.name} in the cache is too large and was not used")
            return _entry(json.loads(path.read_bytes()), key)
        except (FileNotFoundError, NotADirectoryError):
            return Entry()
        except PermissionError:
            return Entry(note=f"{path.name} in the cache may not be read and was not used")
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return Entry(note=f"{path.name} in the cache is damaged and was not used")

    def keep_answer(self, key: CacheKey, bodies: Sequence[bytes], fetched_at: datetime) -> str:
        """Keep a good answer; a sentence for people where that failed."""
        return self._write(key, Entry(tuple(bodies), fetched_at))

    def keep_failure(self, key: CacheKey, not_before: datetime | None) -> str:
        """Count a failure beside the last good answer; a sentence where that failed."""
        old = self.entry(key)
        return self._write(key, replace(old, failures=old.failures + 1, not_before=not_before))

    def _write(self, key: CacheKey, entry: Entry) -> str:
        text = json.dumps(_document(entry, key))
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _replace(self.folder / key.file_name, text)
            self._prune()
        except OSError as error:
            return f"the cache cannot be written in {self.folder}: {error.strerror or 'error'}"
        return ""

    def _prune(self) -> None:
        """Remove the oldest files above the bounds, and what a crash left half written."""
        found = []
        for path in self.folder.glob("*-*.json*"):
            with contextlib.suppress(OSError):
                found.append((path.stat().st_mtime, path.stat().st_size, path))
        found.sort(reverse=True)
        total = 0
        for count, (_, size, path) in enumerate(found, start=1):
            total += size
            if count > MOST_FILES or total > MOST_BYTES:
                with contextlib.suppress(OSError):
                    path.unlink()


def _replace(path: Path, text: str) -> None:
    """Write beside the place and move there: a reader sees the old file or the new one."""
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _document(entry: Entry, key: CacheKey) -> dict[str, Any]:
    kept = {
        "version": _VERSION,
        "of": [key.provider, key.what, key.base_url],
        "fetched_at": _text(entry.fetched_at),
        "failures": entry.failures,
        "not_before": _text(entry.not_before),
        "bodies": [base64.b64encode(body).decode("ascii") for body in entry.bodies],
    }
    return {**kept, "digest": _digest(kept)}


def _entry(document: Any, key: CacheKey) -> Entry:
    digest = document.pop("digest")
    if digest != _digest(document) or document["version"] != _VERSION:
        raise ValueError("not what was written")
    if document["of"] != [key.provider, key.what, key.base_url]:
        raise ValueError("of another source")
    return Entry(
        tuple(base64.b64decode(body, validate=True) for body in document["bodies"]),
        _moment(document["fetched_at"]),
        int(document["failures"]),
        _moment(document["not_before"]),
    )


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)
