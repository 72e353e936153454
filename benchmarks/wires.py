"""How long all cuts and one look at all points take on one CHARX connection, beside what `check` reckons.

``python -m benchmarks.wires``: the twin answers after 30 ms over TCP on loopback.
"""

from __future__ import annotations

import asyncio
import time

from executors.modbus.charx_station import CharxStation
from executors.modbus.charx_words import CONTROL, STATUS
from executors.modbus.link import ModbusLink, TcpAddress
from executors.modbus.timetable import TCP_ANSWER_S, Work, cycle_s
from simulation.twins.charx import Charx
from simulation.twins.charx_point import CharxPoint, PointSettings, ReleaseMode
from simulation.twins.modbus_tcp import ModbusTcpServer
from simulation.twins.standalone import Car, SimplePoint

SIZES = (1, 12, 48)


async def measured(points: int) -> tuple[float, float]:
    """Seconds for a cut of every point, and for one look at every point."""
    clock = time.monotonic
    plugs = {number: SimplePoint(clock) for number in range(1, points + 1)}
    settings = PointSettings(release_mode=ReleaseMode.MODBUS)
    for plug in plugs.values():
        plug.plug(Car())
    twin = Charx({number: CharxPoint(plug, clock, settings) for number, plug in plugs.items()})
    server = ModbusTcpServer([twin], TCP_ANSWER_S)
    await server.start()
    station = CharxStation(ModbusLink(TcpAddress("127.0.0.1", server.port), clock), tuple(plugs))
    try:
        for point in station.points.values():
            await point.start()
        await station.offer_all(dict.fromkeys(plugs, 16.0))
        begun_s = clock()
        await station.offer_all(dict.fromkeys(plugs, 8.0))
        cut_s = clock() - begun_s
        for point in station.points.values():
            await point.read()
        return cut_s, clock() - begun_s - cut_s
    finally:
        await station.link.close()
        await server.stop()


def main() -> None:
    """Print one line per size."""
    print("points   cuts s   reckoned   look s   reckoned")
    for points in SIZES:
        cut_s, look_s = asyncio.run(measured(points))
        cuts = cycle_s(None, [Work((), 1)] * points)
        looks = cycle_s(None, [Work((STATUS[1], CONTROL[1]))] * points)
        print(f"{points:6d} {cut_s:8.2f} {cuts:10.2f} {look_s:8.2f} {looks:10.2f}")


if __name__ == "__main__":
    main()
