"""The notebooks run from top to bottom, and are stored without their output."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import nbformat
import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))


def stored(path: Path) -> Any:
    """The notebook as it is in the project."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]  # nbformat leaves it untyped


def executed(path: Path) -> Any:
    """The notebook with the output of every cell; a cell that fails raises."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nbclient import NotebookClient  # noqa: PLC0415  # its libraries warn of their own futures

        notebook = stored(path)
        client = NotebookClient(
            notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}
        )
        return client.execute()


def shown(notebook: Any) -> str:
    """All that the cells say, as text."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    kept = ("text/html", "text/plain")
    texts = [
        output.get("text", "") + "".join(output.get("data", {}).get(k, "") for k in kept)
        for output in outputs
    ]
    return "".join(texts)


def kinds(notebook: Any) -> set[str]:
    """Media types of what the cells show."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return {kind for output in outputs for kind in output.get("data", {})}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_output(path: Path) -> None:
    notebook = stored(path)
    assert not any(cell.get("outputs") or cell.get("execution_count") for cell in notebook.cells)


def test_a_day_is_planned_in_the_first_notebook() -> None:
    notebook = executed(NOTEBOOKS / "01_plan_a_day.ipynb")
    assert "Simple home" in shown(notebook)
    assert "less than a cent" in shown(notebook) or "above the best possible" in shown(notebook)
    assert {"text/html", "image/png"} <= kinds(notebook)


def test_the_second_notebook_tells_what_an_ampere_is_worth() -> None:
    text = shown(executed(NOTEBOOKS / "02_what_limits_me.ipynb"))
    assert "circuit garage" in text
    assert "saves_kwh" in text
    assert "1.65 kWh were missing, now 0.00; 2 A promised at most 2.07 kWh" in text
