"""Rules of the house that no linter knows."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.programs import program

ROOT = Path(__file__).parent.parent
PACKAGES = ("domain", "forecasting", "scheduler", "executors", "simulation", "service")
LONGEST_FILE = 300
LONGEST_FUNCTION = 45
# Put together from halves, so that this file does not name what it looks for.
REGISTRY = re.compile(
    "|".join([r"py" + r"pi\.", r"python" + r"hosted", r"npm" + r"js\.", r"index" + r"-url"])
)
MACHINE = re.compile("|".join(["/ro" + "ot/", "/ho" + "me/[a-z]", "/wo" + "rk/", "/o" + "pt/"]))


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def files_of_the_project() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout, so nobody knows which files belong to the project")
    command = [program("git"), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout  # noqa: S603
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def texts_of_the_project() -> dict[str, str]:
    texts = {}
    for path in files_of_the_project():
        content = path.read_bytes()
        if b"\0" not in content[:4096]:
            texts[str(path.relative_to(ROOT))] = content.decode("utf-8", "replace")
    return texts


def project() -> dict[str, list[str]]:
    """Direct dependencies by extra; those of everybody under an empty name."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return {"": table["project"]["dependencies"], **table["project"]["optional-dependencies"]}


def normal(requirement: str) -> str:
    """Name of a requirement as package tools compare it."""
    name = re.split(r"[\s\[<>=!~;]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def test_no_file_names_the_host_of_a_package_registry() -> None:
    assert [name for name, text in texts_of_the_project().items() if REGISTRY.search(text)] == []


def test_no_file_names_a_folder_of_one_machine() -> None:
    named = [name for name, text in texts_of_the_project().items() if MACHINE.search(text)]
    assert [name for name in named if name != "LICENSE"] == []


def test_no_file_is_longer_than_the_wall() -> None:
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in sources()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_much_longer_than_a_screen() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
    }
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FUNCTION} == {}


def test_every_direct_dependency_is_pinned() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = {normal(line) for line in lines if "==" in line}
    wanted = {normal(requirement) for group in project().values() for requirement in group}
    assert wanted - pinned == set()


def test_constraints_hold_only_names_and_versions() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    wrong = [line for line in pins if not re.fullmatch(r"[\w.-]+==[\w.+!]+", line)]
    assert wrong == []


def test_no_pin_is_outside_its_range() -> None:
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = {normal(line): line.split("==")[1] for line in lines if "==" in line}
    for group in project().values():
        for text in group:
            requirement = Requirement(text)
            assert requirement.specifier.contains(pins[normal(text)], prereleases=True), text


def test_no_init_file_below_tests_shadows_a_package() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []
