"""A plan does not load Pyomo; what is stated with it does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLAN = """
import sys
from time import monotonic
from scheduler.planner import plan_site
from tests.random_cases import START, random_case

plan = plan_site(*random_case(3), made_at=START, clock=monotonic)
assert plan.proof.status != "fallback", plan.notes
print(sorted(name for name in ("pyomo", "scipy.stats", "pandas", "matplotlib") if name in sys.modules))
"""
STATED = """
import sys
from time import monotonic
from scheduler.forms import model_of, stated_model_of
from scheduler.from_site import problem_of
from tests.random_cases import random_case

problem = problem_of(*random_case(3)).problem
written = model_of(problem, monotonic, with_starts=False)
assert "pyomo" not in sys.modules
stated = stated_model_of(problem, monotonic)
assert "pyomo" in sys.modules
print(written.form.columns == stated.form.columns, len(written.form.cost) > 0)
"""


def _said(program: str) -> str:
    done = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_plan_is_made_without_pyomo_and_what_it_brings() -> None:
    assert _said(PLAN) == "[]"


def test_what_is_stated_with_pyomo_loads_it() -> None:
    assert _said(STATED) == "True True"
