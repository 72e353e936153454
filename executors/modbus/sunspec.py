"""SunSpec: finding a model on a device by walking its list of models."""

from __future__ import annotations

from typing import Final

from domain.errors import DeviceRefused, WrongDevice
from executors.modbus.link import ModbusLink

_MARK: Final = (0x5375, 0x6E53)
"""``SunS``."""
_PLACES: Final = (40_000, 50_000, 0)
_END: Final = 0xFFFF
_MOST_MODELS: Final = 60


async def model_address(link: ModbusLink, unit: int, model: int) -> int:
    """Address of the id register of ``model``. ``WrongDevice`` where the device has no such model."""
    address = await _list_of_models(link, unit) + 2
    found = []
    for _ in range(_MOST_MODELS):
        number, length = await link.read(unit, "holding", address, 2)
        if number == model:
            return address
        if number == _END:
            break
        found.append(str(number))
        address += 2 + length
        if address > 0xFFFD:
            break
    have = ", ".join(found) or "none"
    raise WrongDevice(f"unit {unit} on {link.name} has no SunSpec model {model}; it has {have}")


async def _list_of_models(link: ModbusLink, unit: int) -> int:
    for address in _PLACES:
        try:
            if await link.read(unit, "holding", address, 2) == _MARK:
                return address
        except DeviceRefused:
            continue  # a device may refuse addresses that it does not have
    raise WrongDevice(f"unit {unit} on {link.name} is no SunSpec device")
