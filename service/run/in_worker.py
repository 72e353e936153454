"""Planning in a process of its own: bounded, killed when it is late, never in the loop."""

from __future__ import annotations

import asyncio
import pickle
import sys
from pathlib import Path
from typing import Final

from domain.errors import ChargewrightError
from service.run.plan_task import ASK_S, SOLVE_S, PlanMade, PlanTask

LIMIT_S: Final = ASK_S + 2 * SOLVE_S
"""Sources, solver, and as much again for everything else [s]."""
_ROOT: Final = Path(__file__).parent.parent.parent


class PlanFailed(ChargewrightError):
    """No plan was made; the old one goes on."""


async def plan_in_worker(task: PlanTask, limit_s: float = LIMIT_S) -> PlanMade:
    """The plan of ``task``; ``PlanFailed`` where the worker says why not, dies or is late."""
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "service.run.worker", cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    try:
        said, heard = await asyncio.wait_for(worker.communicate(pickle.dumps(task.from_here())), limit_s)
    except TimeoutError as error:
        raise PlanFailed(f"no plan within {limit_s:g} s") from error
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    if worker.returncode != 0 or not said:
        last = heard.decode(errors="replace").strip().rpartition("\n")[2]
        raise PlanFailed(f"the planner ended with code {worker.returncode}: {last}")
    made = pickle.loads(said)  # noqa: S301 - from the worker that we started, over its own pipe
    if isinstance(made, ChargewrightError):
        raise PlanFailed(str(made)) from made
    assert isinstance(made, PlanMade)
    return made
