"""The page about devices is the one that the drivers' tables make."""

from __future__ import annotations

import re
from pathlib import Path

from domain.drivers import CHARGER_DRIVERS, METER_DRIVERS
from executors.charger_table import CHARGERS
from executors.device_table import device_table
from executors.meter_table import METERS
from executors.modbus.map_file import built_in_maps, parse_map

PAGE = (Path(__file__).parents[2] / "docs" / "devices.md").read_text(encoding="utf-8")


def test_the_tables_of_the_page_are_those_of_the_drivers() -> None:
    written = PAGE.split("device_table) -->")[1].split("<!-- devices: end -->")[0]
    assert written.strip() == device_table().strip(), (
        "renew the tables of docs/devices.md from device_table()"
    )


def test_the_map_of_the_page_can_be_read() -> None:
    example = re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    assert len(parse_map(example[1], "page").registers) == 4


def test_every_driver_with_wires_is_one_of_the_site_file() -> None:
    assert set(CHARGERS) <= set(CHARGER_DRIVERS)
    assert set(METERS) | set(built_in_maps()) == set(METER_DRIVERS) - {"simulated", "mqtt"}
