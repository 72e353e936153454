"""Ctrl-C is heard from the first moment of the program, and ends it at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.service.test_command_line import interrupted

ROOT = Path(__file__).resolve().parents[2]
SAYS_WORKING = "print('working', flush=True); time.sleep(30)"


def test_ctrl_c_while_the_program_is_loaded_gives_one_line_and_code_130() -> None:
    code = (
        "import sys, time\n"
        "class Slow:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name == 'service.main': {SAYS_WORKING}\n"
        "sys.meta_path.insert(0, Slow())\n"
        "from service.program import program\n"
        "sys.exit(program())\n"
    )
    assert interrupted(code, "working", timeout_s=20) == (130, "Stopped.\n")


def test_a_stopped_program_calls_its_exit_handlers_and_takes_nothing_apart() -> None:
    code = (
        "import atexit, sys, time, forecasting.gather as g\n"
        "class Heavy:\n"
        "    def __del__(self, say=sys.stderr.write): say('taken apart\\n')\n"
        "heavy = Heavy()\n"
        "atexit.register(lambda: sys.stderr.write('bye\\n'))\n"
        "def slow(*a, **k):\n"
        f"    {SAYS_WORKING}\n"
        "g.gather = slow\n"
        f"sys.argv = ['chargewright', 'plan', {str(ROOT / 'examples' / 'price_only.yaml')!r}]\n"
        "from service.program import program\n"
        "sys.exit(program())\n"
    )
    assert interrupted(code, "working", timeout_s=20) == (130, "Stopped.\nbye\n")


def test_the_program_gives_the_code_of_its_command() -> None:
    for words, code in ((["--version"], 0), (["plan", "nowhere.yaml"], 2)):
        command = [sys.executable, "-m", "service.program", *words]
        assert subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == code  # noqa: S603
