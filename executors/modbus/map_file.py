"""Register maps: those that come with Chargewright, and a user's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from domain.errors import Fault, InputError
from domain.site_faults import fault_of, path_of
from domain.yaml_text import KeyPath, YamlText, dotted, read_yaml
from executors.modbus.register_map import AsShipped, Ratios, Register, RegisterCheck, RegisterMap

FOLDER: Final = Path(__file__).parent.parent / "meters" / "maps"
_PARTS: Final[Mapping[str, type[BaseModel]]] = {
    "as_shipped": AsShipped,
    "checks": RegisterCheck,
    "ratios": Ratios,
    "registers": Register,
}


def parse_map(text: str, source: str) -> RegisterMap:
    """The register map that a file holds; ``InputError`` with every fault."""
    read = read_yaml(text, source)
    faults = list(read.faults)
    try:
        found = RegisterMap.model_validate(read.data)
    except ValidationError as error:
        faults.extend(_fault(detail, read) for detail in error.errors())
    else:
        if not faults:
            return found
    raise InputError(sorted(faults, key=lambda fault: fault.line or 0))


def _fault(detail: Any, read: YamlText) -> Fault:
    if detail["type"] != "extra_forbidden":
        return fault_of(detail, read)
    path = path_of(detail, read.data)
    allowed = f"allowed here: {', '.join(_keys_at(path[:-1]))}"
    return Fault(read.source, f"unknown key '{path[-1]}'", allowed, dotted(path), read.line(path))


def _keys_at(path: KeyPath) -> tuple[str, ...]:
    model = _PARTS.get(str(path[0]), RegisterMap) if path else RegisterMap
    return tuple(model.model_fields)


@cache
def built_in_maps() -> Mapping[str, RegisterMap]:
    """Maps of meters that Chargewright knows, by the name of their driver."""
    return {
        path.stem: parse_map(path.read_text(encoding="utf-8"), path.name)
        for path in sorted(FOLDER.glob("*.yaml"))
    }
