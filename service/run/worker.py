"""The worker process: one planning, from standard input to standard output."""

from __future__ import annotations

import os
import pickle
import sys

from domain.errors import ChargewrightError
from service.run.plan_task import PlanMade, PlanTask, planned


def main() -> None:
    """Plan what comes in; what a solver prints goes to standard error."""
    answer = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    task = pickle.load(sys.stdin.buffer)  # noqa: S301 - from the daemon that started us, over its own pipe
    assert isinstance(task, PlanTask)
    made: PlanMade | ChargewrightError
    try:
        made = planned(task)
    except ChargewrightError as error:
        made = ChargewrightError(str(error))
    with answer:
        pickle.dump(made, answer)


if __name__ == "__main__":
    main()
