"""Files are whole or not there."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import NoReturn

import pytest

from domain.errors import InputError
from service.writing import make_folder, write_bytes, write_text


def test_a_folder_that_does_not_exist_is_told_and_not_made(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no folder"):
        write_text(tmp_path / "deep" / "er" / "plan.json", "{}\n")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_can_be_made_first(tmp_path: Path) -> None:
    make_folder(tmp_path / "deep" / "er")
    write_text(tmp_path / "deep" / "er" / "plan.json", "{}\n")
    assert (tmp_path / "deep" / "er" / "plan.json").read_text() == "{}\n"


def test_a_device_is_never_replaced() -> None:
    with pytest.raises(InputError, match="device") as told:
        write_text(Path(os.devnull), "{}", option="--out")
    assert [fault.source for fault in told.value.faults] == ["--out"]


def test_a_pipe_and_a_socket_are_never_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    with socket.socket(socket.AF_UNIX) as open_socket:
        open_socket.bind("socket")
        for name in ("pipe", "socket"):
            with pytest.raises(InputError, match="a pipe or a socket"):
                write_text(Path(name), "{}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pipe", "socket"]


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("old")
    (tmp_path / "plan.json").symlink_to("real.json")
    write_text(tmp_path / "plan.json", "new")
    assert (tmp_path / "plan.json").is_symlink()
    assert (tmp_path / "real.json").read_text() == "new"


def test_nothing_is_left_beside_the_file(tmp_path: Path) -> None:
    write_text(tmp_path / "plan.json", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_a_write_that_breaks_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "plan.json"
    target.write_text("old")

    def disk_full(descriptor: int) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(InputError, match="no space left on device; make room on its disk"):
        write_text(target, "new")
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_ctrl_c_in_the_middle_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(descriptor: int) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_bytes(tmp_path / "plan.png", b"picture")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_told_with_the_option(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError) as told:
        write_text(tmp_path / "file" / "plan.json", "{}", option="--out")
    assert told.value.faults[0].source == "--out"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_without_permission_is_told(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(InputError, match="permission denied"):
        write_text(tmp_path / "plan.json", "{}")
