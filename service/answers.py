"""How an error is answered: exit code, lines for people, JSON for programs."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from domain.errors import ChargewrightError, InputError, NotBuilt


@dataclass(frozen=True, slots=True)
class Answer:
    """What a failed command says."""

    exit_code: int
    """1: the answer is no. 2: wrong input. 130: stopped by hand."""
    lines: tuple[str, ...]
    kind: str
    parts: tuple[dict[str, Any], ...] = ()

    @property
    def json_text(self) -> str:
        """The answer for programs."""
        error = {"kind": self.kind, "exit_code": self.exit_code, "lines": self.lines, "parts": self.parts}
        return json.dumps({"error": error}, indent=1)


STOPPED = Answer(130, ("Stopped.",), "stopped")


def answer_to(error: ChargewrightError) -> Answer:
    """The answer to an error of ours: every fault on a line of its own."""
    if isinstance(error, InputError):
        return Answer(2, _on_one_line(error.faults), "input", tuple(asdict(fault) for fault in error.faults))
    if isinstance(error, NotBuilt):
        lines = ("not part of this version yet:", *(f"  {line}" for line in _on_one_line(error.keys)))
        return Answer(1, lines, "not_built", tuple(asdict(key) for key in error.keys))
    return Answer(2, _on_one_line(str(error).splitlines()), "source")


def wrong_usage(message: str) -> Answer:
    """The answer to an unknown command or option, or a value of the wrong kind."""
    return Answer(2, _on_one_line([message, "try: chargewright --help"]), "usage")


def cannot_be_told(reason: str) -> Answer:
    """The answer where standard output takes nothing."""
    line = f"standard output: cannot be written: {reason}; lead it to a file or pipe with room"
    return Answer(2, _on_one_line([line]), "output")


def _on_one_line(parts: Any) -> tuple[str, ...]:
    """Each part as one line of text."""
    return tuple(" ".join(str(part).split()) for part in parts)
