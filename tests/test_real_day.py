"""A real day of a workplace, planned from files; where it comes from is told in ``tests/real_days.py``."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from domain.plan import Plan, Status
from domain.site import Site, parse_site
from forecasting.gather import Files, gather
from scheduler.planner import PlanOptions, plan_site
from tests.independent_check import faults
from tests.real_days import BERLIN, write_day

DAY = datetime(2024, 5, 3, tzinfo=BERLIN)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Site file, requests, prices, sun and load of the day."""
    return write_day(tmp_path_factory.mktemp("real_day"), DAY)


@pytest.fixture(scope="module")
def planned(files: Path) -> tuple[Site, Plan, list[str]]:
    """The day's plan, and what an outside check finds wrong with it."""
    from time import perf_counter  # noqa: PLC0415  # a clock is needed here only

    site = parse_site((files / "site.yaml").read_text(), "site.yaml")
    named = {name: files / f"{name}.csv" for name in ("prices", "solar", "load", "requests")}
    inputs = gather(site, DAY, Files(**named, base=files), 15)
    options = PlanOptions(calm_eur=0.0, time_limit_s=60.0)
    plan = plan_site(site, inputs, made_at=DAY, clock=perf_counter, options=options)
    return site, plan, faults(site, inputs, plan)


def test_a_real_workplace_day_keeps_every_limit(planned: tuple[Site, Plan, list[str]]) -> None:
    site, plan, wrong = planned
    assert wrong == []
    assert len(site.chargers) >= 50
    assert len(plan.requests) > len(site.chargers)


def test_a_real_workplace_day_is_proven(planned: tuple[Site, Plan, list[str]]) -> None:
    _, plan, _ = planned
    assert plan.proof.status == Status.OPTIMAL
    assert plan.proof.gap <= 0.005


def test_the_command_line_plans_the_same_day(files: Path) -> None:
    out = files / "plan.json"
    inputs = [
        part
        for name in ("prices", "solar", "load", "requests")
        for part in (f"--{name}", str(files / f"{name}.csv"))
    ]
    done = subprocess.run(  # noqa: S603  # our own command, on files of our own
        [sys.executable, "-m", "service.main", "plan", str(files / "site.yaml"), "--at", DAY.isoformat(),
         *inputs, "--calm-eur", "0", "--out", str(out), "--chart", str(files / "plan.png")],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1], timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    plan = json.loads(out.read_text())
    assert plan["proof"]["status"] == "optimal"
    assert (files / "plan.png").stat().st_size > 20_000
