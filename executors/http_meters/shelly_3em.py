"""Shelly 3EM of the first generation: JSON over HTTP.

Shelly's API reference, generation 1, ``/status``. Its energies are counted for each phase apart, so that
with solar they exceed those of a netting utility meter: they are not given as the site's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import httpx

from executors.http_meters.asking import Paths, ask, values_at
from executors.meters.assemble import MeterManner, Sample, assemble
from executors.readings import MeterReading

PATHS: Final[Paths] = {
    "power_total": ("total_power", "W"),
    **{f"power_l{i + 1}": (f"emeters.{i}.power", "W") for i in range(3)},
    **{f"current_l{i + 1}": (f"emeters.{i}.current", "A") for i in range(3)},
    **{f"voltage_l{i + 1}": (f"emeters.{i}.voltage", "V") for i in range(3)},
}
_REFUSALS: Final = {401: "it wants a user and a password"}


def parse(document: dict[str, Any], how: MeterManner, sampled_s: float) -> MeterReading:
    """The reading in a status; a phase that is not marked valid is missing, and so is the total then."""
    values = values_at(document, PATHS)
    meters = document.get("emeters")
    warnings = []
    for i in range(3):
        meter = meters[i] if isinstance(meters, list) and i < len(meters) else None
        if not isinstance(meter, dict) or meter.get("is_valid") is not True:
            warnings.append(f"phase L{i + 1} is not valid")
            for name in ("power", "current", "voltage"):
                values.pop(f"{name}_l{i + 1}", None)
            values.pop("power_total", None)
    mark = document.get("unixtime")
    telegram = str(mark) if isinstance(mark, int) and mark > 0 else ""
    return assemble(values, how, Sample(sampled_s, telegram, warnings=tuple(warnings)))


class Shelly3em:
    """A Shelly 3EM; give it one poller, because it takes few connections."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        host: str,
        clock: Callable[[], float],
        *,
        nominal_v: float,
        invert: bool = False,
        auth: tuple[str, str] | None = None,
    ) -> None:
        self._client, self._url, self._clock = client, f"http://{host}/status", clock
        self._auth = httpx.BasicAuth(*auth) if auth else None
        self._manner = MeterManner(nominal_v, invert, estimates=False)

    async def read(self) -> MeterReading:
        """One sample; a ``DeviceError`` where it cannot be had."""
        sampled_s = self._clock()
        document = await ask(self._client, self._url, f"Shelly at {self._url}", _REFUSALS, auth=self._auth)
        return parse(document, self._manner, sampled_s)
