"""Shelly Pro 3EM and 3EM-63: RPC over HTTP, as one 3-phase meter or as three 1-phase ones.

Shelly's API reference, generation 2, components EM, EMData and EM1. Energies are counted for each phase
apart, so that with solar they exceed those of a netting utility meter: they are not given as the site's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import httpx

from executors.http_meters.asking import Paths, ask, values_at
from executors.meters.assemble import MeterManner, Sample, assemble
from executors.readings import MeterReading

_LETTERS: Final = ("a", "b", "c")
THREE_PHASE: Final[Paths] = {
    "power_total": ("total_act_power", "W"),
    "frequency": ("a_freq", "Hz"),
    **{f"power_l{i + 1}": (f"{letter}_act_power", "W") for i, letter in enumerate(_LETTERS)},
    **{f"current_l{i + 1}": (f"{letter}_current", "A") for i, letter in enumerate(_LETTERS)},
    **{f"voltage_l{i + 1}": (f"{letter}_voltage", "V") for i, letter in enumerate(_LETTERS)},
}
_INVALID: Final = ("power_meter_failure", "out_of_range", "ct_type_not_set")
_REFUSALS: Final = {401: "user or password is not accepted", 404: "no such component: another profile?"}


def parse(document: dict[str, Any], how: MeterManner, sampled_s: float) -> MeterReading:
    """The reading in the answer to ``EM.GetStatus``. A phase with a failure is missing, and the total too."""
    values = values_at(document, THREE_PHASE)
    warnings = [f"meter: {word}" for word in _words(document, "errors")]
    lost = _fails(_words(document, "errors"))
    for i, letter in enumerate(_LETTERS):
        complaints = _words(document, f"{letter}_errors")
        warnings += [f"L{i + 1}: {word}" for word in complaints]
        if lost or _fails(complaints):
            _drop(values, i)
    return assemble(values, how, Sample(sampled_s, warnings=tuple(warnings)))


def parse_apart(documents: Sequence[dict[str, Any]], how: MeterManner, sampled_s: float) -> MeterReading:
    """The reading in three answers to ``EM1.GetStatus``."""
    values: dict[str, float] = {}
    warnings: list[str] = []
    for i, document in enumerate(documents):
        phase = f"l{i + 1}"
        paths = {
            f"power_{phase}": ("act_power", "W"),
            f"current_{phase}": ("current", "A"),
            f"voltage_{phase}": ("voltage", "V"),
        }
        values |= values_at(document, paths)
        complaints = _words(document, "errors")
        warnings += [f"L{i + 1}: {word}" for word in complaints]
        if _fails(complaints):
            _drop(values, i)
    return assemble(values, how, Sample(sampled_s, warnings=tuple(warnings)))


def _words(document: Mapping[str, Any], key: str) -> list[str]:
    found = document.get(key)
    return [str(word) for word in found] if isinstance(found, list) else []


def _fails(complaints: Sequence[str]) -> bool:
    return any(word.startswith(_INVALID) for word in complaints)


def _drop(values: dict[str, float], phase: int) -> None:
    for name in (f"power_l{phase + 1}", f"current_l{phase + 1}", f"voltage_l{phase + 1}", "power_total"):
        values.pop(name, None)


class ShellyPro3em:
    """A Shelly Pro 3EM; which profile it has is asked once."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        host: str,
        clock: Callable[[], float],
        *,
        nominal_v: float,
        invert: bool = False,
        password: str | None = None,
    ) -> None:
        self._client, self._base, self._clock = client, f"http://{host}/rpc", clock
        self._auth = httpx.DigestAuth("admin", password) if password else None
        self._manner = MeterManner(nominal_v, invert, estimates=False)
        self._profile: str | None = None

    async def read(self) -> MeterReading:
        """One sample; a ``DeviceError`` where it cannot be had."""
        if self._profile is None:
            info = await self._ask("Shelly.GetDeviceInfo")
            self._profile = str(info.get("profile", "triphase"))
        sampled_s = self._clock()
        if self._profile == "monophase":
            parts = [await self._ask(f"EM1.GetStatus?id={i}") for i in range(3)]
            return parse_apart(parts, self._manner, sampled_s)
        return parse(await self._ask("EM.GetStatus?id=0"), self._manner, sampled_s)

    async def _ask(self, call: str) -> dict[str, Any]:
        url = f"{self._base}/{call}"
        return await ask(self._client, url, f"Shelly at {url}", _REFUSALS, auth=self._auth)
