"""A car's taper in the site file: what it must say, and what contradicts itself."""

from __future__ import annotations

import pytest

from domain.errors import InputError
from domain.site import parse_site

SITE = """
name: home
location: {{time_zone: Europe/Brussels}}
grid: {{limit_a: 25}}
chargers: [{{id: home, current_a: {{min: 6, max: 16}}}}]
tariff: {{buy: {{source: sample}}}}
vehicles: [{{id: car, {car}}}]
"""
WHOLE = "battery_kwh: 50, efficiency: 0.9"


def point(soc: float, kw: float) -> str:
    return f"{{soc: {soc}, max_kw: {kw}}}"


def fault_of(car: str) -> str:
    """The one fault that a site with this car has, in words."""
    with pytest.raises(InputError) as error:
        parse_site(SITE.format(car=car), "home.yaml")
    (fault,) = error.value.faults
    return f"{fault.found}: {fault.allowed}"


def test_a_taper_falls_from_point_to_point() -> None:
    site = parse_site(SITE.format(car=f"{WHOLE}, taper: [{point(0.8, 11)}, {point(1, 2)}]"), "home.yaml")
    (car,) = site.vehicles
    assert [(one.soc, one.max_kw) for one in car.taper or ()] == [(0.8, 11), (1, 2)]


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([(0.8, 11), (0.95, 2)], "its last point must be at soc 1"),
        ([(0.8, 11), (0.8, 7), (1, 2)], "soc must rise"),
        ([(0.6, 7), (0.8, 11), (1, 2)], "max_kw must not rise"),
        ([(0.5, 150), (0.6, 60), (1, 40)], "at least as steeply"),
    ],
)
def test_a_taper_that_contradicts_itself_is_refused(points: list[tuple[float, float]], said: str) -> None:
    assert said in fault_of(f"{WHOLE}, taper: [{', '.join(point(*one) for one in points)}]")


@pytest.mark.parametrize("lacks", ["battery_kwh", "efficiency"])
def test_a_taper_needs_what_places_it(lacks: str) -> None:
    known = ", ".join(part for part in WHOLE.split(", ") if not part.startswith(lacks))
    assert f"needs the car's {lacks}" in fault_of(f"{known}, taper: [{point(0.8, 11)}, {point(1, 2)}]")
