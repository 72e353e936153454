"""Ready, alive, stopping: what whoever stands above us is told; and one daemon for a site."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from domain.errors import InputError
from service.run.lock import alone
from service.run.supervisor import Supervisor


@contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(address)
        ear.settimeout(2)
        yield ear


@pytest.mark.parametrize("abstract", [False, True])
def test_it_is_ready_at_the_first_healthy_tick_and_alive_at_each(tmp_path: Path, abstract: bool) -> None:
    name = f"chargewright-{tmp_path.name}-{os.getpid()}"
    place = f"@{name}" if abstract else str(tmp_path / "notify")
    with listening(f"\0{name}" if abstract else place) as ear:
        told = Supervisor(
            {"NOTIFY_SOCKET": place, "WATCHDOG_USEC": "10000000", "WATCHDOG_PID": str(os.getpid())}
        )
        told.alive()
        told.alive()
        told.stopping()
        heard = [ear.recv(100).decode() for _ in range(4)]
    assert heard == ["READY=1", "WATCHDOG=1", "WATCHDOG=1", "STOPPING=1"]


def test_no_watchdog_is_fed_that_waits_for_another_process(tmp_path: Path) -> None:
    place = str(tmp_path / "notify")
    with listening(place) as ear:
        told = Supervisor({"NOTIFY_SOCKET": place, "WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"})
        told.alive()
        told.stopping()
        assert [ear.recv(100).decode() for _ in range(2)] == ["READY=1", "STOPPING=1"]


def test_where_nobody_listens_nobody_is_told_and_nothing_breaks(tmp_path: Path) -> None:
    Supervisor({}).alive()
    Supervisor({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).alive()


def test_a_second_daemon_on_one_memory_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    keep = tmp_path / "state" / "site.json"
    program = (
        "import sys; from pathlib import Path; from service.run.lock import alone\n"
        f"with alone(Path({str(keep)!r}), print):\n    print('held', flush=True); sys.stdin.read()"
    )
    pipe = subprocess.PIPE
    holder = subprocess.Popen([sys.executable, "-c", program], stdin=pipe, stdout=pipe, text=True)  # noqa: S603 - ours
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with (
            pytest.raises(InputError, match=f"process {holder.pid} runs this site already"),
            alone(keep, print),
        ):
            pass
        holder.kill()
        holder.wait()
        with alone(keep, print):
            assert keep.with_suffix(".lock").read_text() == str(os.getpid())
    finally:
        holder.kill()
        holder.communicate()


def test_without_a_place_for_a_lock_the_site_runs_and_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said: list[str] = []
    with alone(tmp_path / "file" / "site.json", said.append):
        pass
    assert "nothing keeps a second daemon" in said[0]
