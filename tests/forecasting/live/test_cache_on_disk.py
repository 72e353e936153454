"""The cache survives restarts and damage, holds no key, and stays small."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from forecasting.live import cache as cache_module
from forecasting.live.cache import CacheKey, DiskCache, Entry, cache_folder

NOW = datetime(2026, 2, 3, 10, tzinfo=UTC)
KEY = CacheKey("energy_charts", "BE", "https://prices.invalid")


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_an_answer_is_there_after_a_restart(tmp_path: Path) -> None:
    assert DiskCache(tmp_path / "a" / "b").keep_answer(KEY, [b"\x00one", b"two"], NOW) == ""
    assert DiskCache(tmp_path / "a" / "b").entry(KEY) == Entry((b"\x00one", b"two"), NOW)


def test_another_zone_or_address_is_another_answer(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path)
    cache.keep_answer(KEY, [b"one"], NOW)
    assert cache.entry(CacheKey("energy_charts", "NL", KEY.base_url)) == Entry()
    assert cache.entry(CacheKey("energy_charts", "BE", "https://other.invalid")) == Entry()


def test_failures_are_counted_beside_the_last_good_answer_and_forgotten_after_the_next(
    tmp_path: Path,
) -> None:
    cache = DiskCache(tmp_path)
    cache.keep_answer(KEY, [b"one"], NOW)
    later = NOW + timedelta(hours=1)
    cache.keep_failure(KEY, later)
    cache.keep_failure(KEY, later)
    assert cache.entry(KEY) == Entry((b"one",), NOW, 2, later)
    cache.keep_answer(KEY, [b"two"], later)
    assert cache.entry(KEY) == Entry((b"two",), later)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "",
        lambda text: "\x00" * 50,
        lambda text: text.replace("b25l", "dHdv"),  # another body than the digest says
        lambda text: text.replace('"failures": 0', '"failures": 7'),
        lambda text: "[" * 100_000,
        lambda text: "[]",
        lambda text: "null",
        lambda text: '"text"',
        lambda text: json.dumps({**json.loads(text), "version": 99}),
    ],
)
def test_a_damaged_file_is_a_miss_with_a_note(damage: object, tmp_path: Path) -> None:
    cache = DiskCache(tmp_path)
    cache.keep_answer(KEY, [b"one"], NOW)
    path = only_file(tmp_path)
    path.write_text(damage(path.read_text()))  # type: ignore[operator]
    entry = cache.entry(KEY)
    assert (entry.bodies, entry.fetched_at) == ((), None)
    assert "damaged" in entry.note
    assert cache.keep_answer(KEY, [b"new"], NOW) == ""
    assert cache.entry(KEY).bodies == (b"new",)


def test_a_folder_that_cannot_be_written_is_said_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = DiskCache(tmp_path / "file")
    assert "cannot be written" in cache.keep_answer(KEY, [b"one"], NOW)
    assert cache.entry(KEY) == Entry()  # nothing is there, so nothing is damaged


def test_nothing_half_written_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = DiskCache(tmp_path)
    cache.keep_answer(KEY, [b"one"], NOW)

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fails)
    assert "No space left" in cache.keep_answer(KEY, [b"two"], NOW)
    assert cache.entry(KEY).bodies == (b"one",)
    assert only_file(tmp_path).name.endswith(".json")


def test_the_oldest_files_go_when_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_module, "MOST_FILES", 3)
    cache = DiskCache(tmp_path)
    keys = [CacheKey("smard", str(number), "") for number in range(5)]
    for number, key in enumerate(keys):
        cache.keep_answer(key, [b"x"], NOW)
        os.utime(tmp_path / key.file_name, (number, number))
    cache.keep_answer(keys[4], [b"x"], NOW)
    assert [bool(cache.entry(key).bodies) for key in keys] == [False, False, True, True, True]


def test_the_folder_is_the_chosen_one_or_that_of_the_environment() -> None:
    assert cache_folder({"CHARGEWRIGHT_CACHE": "/a"}, Path("b")) == Path("b")
    assert cache_folder({"CHARGEWRIGHT_CACHE": "/a", "XDG_CACHE_HOME": "/x"}) == Path("/a")
    assert cache_folder({"XDG_CACHE_HOME": "/x"}) == Path("/x/chargewright")
    assert cache_folder({"XDG_CACHE_HOME": "relative"}) == Path.home() / ".cache" / "chargewright"
