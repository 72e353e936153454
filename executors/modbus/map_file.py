"""Register maps: those that come with Chargewright, and a user's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from domain.errors import Fault, InputError
from domain.site_faults import fault_of, path_of
from domain.yaml_text import KeyPath, YamlText, dotted, read_yaml
from executors.modbus.register_map import AsShipped, Ratios, Register, RegisterCheck, RegisterMap

Map = TypeVar("Map", bound=BaseModel)

FOLDER: Final = Path(__file__).parent.parent / "meters" / "maps"
_PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "as_shipped": AsShipped,
    "checks": RegisterCheck,
    "ratios": Ratios,
    "registers": Register,
}


def parse_map(text: str, source: str) -> RegisterMap:
    """The register map of a meter that a file holds; ``InputError`` with every fault."""
    return parse_as(RegisterMap, _PARTS, text, source)


def parse_as(model: type[Map], parts: Mapping[str, type[BaseModel]], text: str, source: str) -> Map:
    """A map of any kind; ``parts`` gives the model of each of its blocks. ``InputError`` with every fault."""
    read = read_yaml(text, source)
    faults = list(read.faults)
    try:
        found = model.model_validate(read.data)
    except ValidationError as error:
        faults.extend(_fault(detail, read, model, parts) for detail in error.errors())
    else:
        if not faults:
            return found
    raise InputError(sorted(faults, key=lambda fault: fault.line or 0))


def _fault(detail: Any, read: YamlText, root: type[BaseModel], parts: Mapping[str, type[BaseModel]]) -> Fault:
    if detail["type"] != "extra_forbidden":
        return fault_of(detail, read)
    path = path_of(detail, read.data)
    keys = _model_at(path[:-1], root, parts).model_fields
    allowed = f"allowed here: {', '.join(keys)}"
    return Fault(read.source, f"unknown key '{path[-1]}'", allowed, dotted(path), read.line(path))


def _model_at(path: KeyPath, root: type[BaseModel], parts: Mapping[str, type[BaseModel]]) -> type[BaseModel]:
    """The model of the block at ``path``: that of its innermost step which has one."""
    known = [parts[str(step)] for step in path if str(step) in parts]
    return known[-1] if known else root


@cache
def built_in_maps() -> Mapping[str, RegisterMap]:
    """Maps of meters that Chargewright knows, by the name of their driver."""
    return {
        path.stem: parse_map(path.read_text(encoding="utf-8"), path.name)
        for path in sorted(FOLDER.glob("*.yaml"))
    }
