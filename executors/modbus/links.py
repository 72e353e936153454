"""All Modbus links of a site: devices that name the same wire or host share one client."""

from __future__ import annotations

import asyncio

from domain.site_devices import SerialLine
from executors.modbus.link import Clock, ModbusLink, Sleep, TcpAddress


class Links:
    """Links by what they lead to; each is made when it is first asked for."""

    def __init__(self, clock: Clock, sleep: Sleep = asyncio.sleep) -> None:
        self._clock, self._sleep = clock, sleep
        self._links: dict[str, ModbusLink] = {}

    def tcp(self, host: str, port: int) -> ModbusLink:
        """The link to a host."""
        where = TcpAddress(host, port)
        return self._links.setdefault(str(where), ModbusLink(where, self._clock, self._sleep))

    def serial(self, line: SerialLine) -> ModbusLink:
        """The link of a serial line. ``ValueError`` where it is in use with other settings."""
        link = self._links.setdefault(line.device, ModbusLink(line, self._clock, self._sleep))
        if link.where != line:
            raise ValueError(f"{line.device} is already used with other settings")
        return link

    async def close(self) -> None:
        """Disconnect all."""
        await asyncio.gather(*(link.close() for link in self._links.values()))
