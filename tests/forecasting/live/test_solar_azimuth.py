"""Where an array looks: one compass, as every source writes it."""

from __future__ import annotations

import pytest

from forecasting.live.azimuth import AZIMUTH

COMPASS = [
    # the site file, then from the south (east negative), then from the north (west positive), then pvlib
    ("north", 0, -180, 0, 0),
    ("north-east", 45, -135, -45, 45),
    ("east", 90, -90, -90, 90),
    ("south-east", 135, -45, -135, 135),
    ("south", 180, 0, -180, 180),
    ("south-west", 225, 45, 135, 225),
    ("west", 270, 90, 90, 270),
    ("north-west", 315, 135, 45, 315),
    ("north again", 360, -180, 0, 0),
]


@pytest.mark.parametrize(
    ("site_deg", "south_deg", "west_deg", "pvlib_deg"),
    [row[1:] for row in COMPASS],
    ids=[row[0] for row in COMPASS],
)
def test_every_source_gets_the_same_direction_in_its_own_angles(
    site_deg: float, south_deg: float, west_deg: float, pvlib_deg: float
) -> None:
    assert {name: convert(site_deg) for name, convert in AZIMUTH.items()} == {
        "open_meteo": south_deg,
        "forecast_solar": south_deg,
        "pvgis": south_deg,
        "solcast": west_deg,
        "pvlib": pvlib_deg,
    }


def test_the_roofs_named_by_their_owners_at_solcast_look_where_their_names_say() -> None:
    west, east = 270, 91  # azimuth 90 was named West there, -91 East
    assert (AZIMUTH["solcast"](west), AZIMUTH["solcast"](east)) == (90, -91)
