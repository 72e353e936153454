"""docs/math.md, the model as its docstrings say it (``python -m service.math_page PATH`` writes it)."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Final

from scheduler import devices, first_slots, giving, model, peaks, problem, tapers, ties, wish
from scheduler.model import CALM_RULES, ON_OFF, RULES, Rule
from service.writing import write_text

_INTRO: Final = """\
# The model

The mathematics of a plan, made from the docstrings of the code (`make math`); `tests/golden/` shows the rows
that each rule writes for a small site. How the model is solved, and what its proof says, is in
[the planner](planner.md); words and units are in [nomenclature](nomenclature.md).

A *draw* d = (s, t, k) is the choice of session s to draw in slot t with its option k, a phase set with its
range of currents; c is a circuit, p a phase, g a goal, r a run of a flexible load, w a clock window. A rule
speaks only of what a site has: without a battery, its variables and rows do not exist.
"""
_STAGES: Final = """\
## Stages

One after the other, each with the result of those before it as rows of the model:

1. **Shortfall**: sum_s weight[s] missing_kwh[s] of every class, the highest first (`kept_shortfall`). Inside
   a class then the worst share of missing in asked energy, the sum of the worst two, and so on.
2. **Before the money**, where a mode wants it: the rise of the peak, or bought energy.
3. **Money**: cost_eur.
4. **Calm**: starts, phase switches, changes of what runs and of the published plan; then earlier energy. The
   money may rise by what calm may cost.

Where solar or load come with scenarios s of probability q[s], the slots of the first hour are decided before
all that (`scheduler/two_stage.py`), with every row above once for each s: least is, class by class,
sum_s q[s] sum weight missing_kwh of s, then sum_s q[s] cost_eur of s, where in these slots
current_a, give_a, running and the power of a commanded battery are the same for all s, whole and on their
steps. The rest of each s is a linear program (with few choices that of what is expected has its on and off).
`held_first` then holds them in the model of what is expected.

The relaxation leaves out the rows marked (on/off) and takes every variable as a real number; its optimum is
the bound. Executable currents are `current_a = minimum on + step x whole number`: other variables in the same
rows.
"""
_DATA: Final[Sequence[tuple[ModuleType, tuple[str, ...]]]] = (
    (problem, ("Problem", "Session", "Option", "Goal", "Circuit")),
    (ties, ("Switching", "Before")),
    (tapers, ("Taper", "TaperLine")),
    (giving, ("Giver",)),
    (devices, ("Battery", "Run", "Feed")),
    (peaks, ("Peak", "Window")),
    (first_slots, ("FirstSlots",)),
    (wish, ("Wish",)),
)


def math_page() -> str:
    """Text of docs/math.md."""
    parts = [
        _INTRO,
        _variables(),
        _objective(),
        "## Rules\n",
        *_rules(),
        _STAGES,
        "## Given numbers\n",
        *_data(),
    ]
    return "\n".join(parts)


def _modules() -> list[ModuleType]:
    """The modules of the rules, in the order of the rules."""
    names = dict.fromkeys(rule.__module__ for rule in RULES)
    return [sys.modules[name] for name in names]


def _variables() -> str:
    """What is decided, as the code that makes the variables says it."""
    said = [_doc_of(model, "_variables"), *(_doc_of(module, "variables") for module in _modules())]
    return "\n".join(["## Variables\n", *(f"- {_line(doc)}" for doc in said if doc), ""])


def _objective() -> str:
    """The money, as the code that adds it up says it."""
    said = [_doc_of(model, "_cost"), *(_doc_of(module, "cost") for module in _modules())]
    return "\n".join(["## Money (cost_eur)\n", *(f"- {_line(doc)}" for doc in said if doc), ""])


def _rules() -> Iterator[str]:
    """Every rule under its module's first line."""
    for module in _modules():
        yield f"### {_line(module.__doc__ or '').rstrip('.')}\n"
        for rule in (rule for rule in RULES if rule.__module__ == module.__name__):
            yield _rule(rule)


def _rule(rule: Rule) -> str:
    """The name of a rule and its formula."""
    marks = [
        mark for mark, holds in (("on/off", rule.__name__ in ON_OFF), ("calm", rule in CALM_RULES)) if holds
    ]
    name = f"**`{rule.__name__}`**" + (f" ({', '.join(marks)})" if marks else "")
    return f"{name}\n\n```text\n{inspect.getdoc(rule)}\n```\n"


def _data() -> Iterator[str]:
    """A table for every kind of given numbers: the fields and what their docstrings say."""
    for module, names in _DATA:
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.ClassDef) and node.name in names:
                yield f"### {node.name}: {_line(ast.get_docstring(node) or '')}\n"
                yield "\n".join(["| number | meaning |", "|---|---|", *_fields(node), ""])


def _fields(node: ast.ClassDef) -> Iterator[str]:
    """Rows for the fields of a class; a field's docstring is the text below it."""
    body = [*node.body, ast.Pass()]
    for field, below in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            told = below.value if isinstance(below, ast.Expr) else None
            said = told.value if isinstance(told, ast.Constant) and isinstance(told.value, str) else ""
            yield f"| `{field.target.id}` | {_line(dedent(said)).replace('|', chr(92) + '|')} |"


def _doc_of(module: ModuleType, function: str) -> str:
    """Docstring of a function of a module; empty where there is no such function."""
    found = getattr(module, function, None)
    return "" if found is None else inspect.getdoc(found) or ""


def _line(text: str) -> str:
    """Text on one line."""
    return " ".join(text.split())


if __name__ == "__main__":
    write_text(Path(sys.argv[1]), math_page())
