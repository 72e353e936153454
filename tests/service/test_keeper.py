"""Lines of the signal's record reach the disk in order, also one that takes nothing for a while."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from executors.evidence import read_record
from service.run.keeper import Keeper

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_lines_wait_for_a_disk_that_takes_nothing_and_that_is_told_once(tmp_path: Path) -> None:
    async def test() -> None:
        said: list[str] = []
        tries = 0
        (tmp_path / "state").write_text("in the way of the folder")

        async def sleep(_: float) -> None:
            nonlocal tries
            tries += 1
            if tries == 3:
                (tmp_path / "state").unlink()

        keeper = Keeper(tmp_path / "state" / "home.jsonl", lambda: NOON, said.append, sleep)
        writing = asyncio.ensure_future(keeper.run())
        for number in range(3):
            keeper.put("draw", {"grid_kw": float(number)})
        keeper.finish()
        await asyncio.wait_for(writing, 10)
        assert keeper.written == 5
        assert (keeper.waiting, keeper.trouble) == (0, "")
        assert len(said) == 1
        found = read_record(keeper.path)
        assert found.faults == ()
        assert [entry.what for entry in found.entries] == ["watching", "draw", "draw", "draw", "stopped"]
        assert [entry.numbers.get("grid_kw") for entry in found.entries[1:4]] == [0.0, 1.0, 2.0]

    asyncio.run(test())


def test_a_damaged_record_is_told_and_goes_on(tmp_path: Path) -> None:
    async def test() -> None:
        said: list[str] = []
        path = tmp_path / "home.jsonl"
        path.write_text('{"torn')
        keeper = Keeper(path, lambda: NOON, said.append, asyncio.sleep)
        keeper.finish()
        await asyncio.wait_for(keeper.run(), 10)
        assert [entry.what for entry in read_record(path).entries] == ["watching", "stopped"]
        assert "torn" in said[0]

    asyncio.run(test())
