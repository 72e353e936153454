"""A month of real workplace days, planned one by one from files; see ``tests/real_days.py``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from time import perf_counter

import pytest

from domain.plan import Status
from domain.site import parse_site
from forecasting.gather import Files, gather
from scheduler.baselines import by_rule
from scheduler.planner import PlanOptions, plan_site
from tests.independent_check import faults
from tests.real_days import BERLIN, write_day

OPTIONS = PlanOptions(gap=0.005, calm_eur=0.0, time_limit_s=60.0, remedies_s=0.0)


@pytest.mark.long
@pytest.mark.parametrize("number", range(1, 31))
def test_a_real_workplace_day_is_planned_without_a_fallback(number: int, tmp_path: Path) -> None:
    """Every limit holds, and where no energy is missing the plan by rule is not cheaper."""
    day = datetime(2024, 5, number, tzinfo=BERLIN)
    files = write_day(tmp_path, day)
    site = parse_site((files / "site.yaml").read_text(), "site.yaml")
    named = {name: files / f"{name}.csv" for name in ("prices", "solar", "load", "requests")}
    inputs = gather(site, day, Files(**named, base=files), 15)
    plan = plan_site(site, inputs, made_at=day, clock=perf_counter, options=OPTIONS)
    rule = by_rule(site, inputs)
    assert plan.proof.status != Status.FALLBACK, plan.notes
    assert faults(site, inputs, plan) == []
    if not plan.proof.shortfall_kwh and not rule.shortfall_kwh:
        assert plan.cost.total_eur <= rule.cost_eur + 1e-6
