"""The daemon on a fast clock: ``python -m tests.service.fast_daemon FOLDER SPEED BEGAN_MONO BEGAN_WALL``."""

from __future__ import annotations

import sys
from pathlib import Path

from service.run.clocks import Clocks
from service.run.command import RunOrder, run_command
from service.run.plan_task import PlanFiles

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    files = PlanFiles(requests=folder / "requests.csv")
    order = RunOrder(folder / "site.yaml", "0", state=folder / "state", files=files)
    sys.exit(run_command(order, Clocks(float(sys.argv[2]), (float(sys.argv[3]), float(sys.argv[4])))))
