"""House, sun, battery, switched loads, DC points and the tree of circuits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from domain.site import parse_site
from simulation.plant.build import plant_of
from simulation.plant.car import Car
from simulation.plant.house import House, quiet_house
from simulation.plant.profile import between_slots, by_slot, constant
from simulation.plant.weather import with_appliances, with_clouds
from simulation.plant.wires import wires_of
from tests.simulation.plant.plants import HOUR, PLAIN, START, charger_line, plant, site_of, told, visit

ROOF = "solar: [{id: roof, peak_kw: 6, source: sample}]"
BATTERY = (
    "battery: {capacity_kwh: 10, charge_kw: 5, discharge_kw: 5, soc: {min: 0.1, max: 1.0}, efficiency: 0.9}"
)
BOILER = "flexible_loads: [{id: boiler, power_kw: 2.3, wiring: [L2], run_h: 2, between: ['10:00', '22:00']}]"
NOBODY = visit(arrive_s=10 * HOUR)


def test_sun_lowers_the_current_of_the_grid_on_the_phases_of_its_wiring() -> None:
    third = constant(0.69)
    made = plant(
        NOBODY, site=site_of(more=ROOF), house=House((third, third, third), {"roof": constant(2.76)})
    )
    assert made.flow_a[0] == pytest.approx([-1, -1, -1])
    assert made.exchange_kw == pytest.approx(3 * 0.69 - 2.76)


def test_solar_power_is_needed_for_every_array() -> None:
    with pytest.raises(ValueError, match="roof"):
        plant(site=site_of(more=ROOF))


def test_the_export_limit_cuts_the_sun_within_a_second() -> None:
    site = site_of(more=ROOF, grid=", export_limit_kw: 2")
    zero = constant(0.0)
    made = plant(NOBODY, site=site, house=House((zero, zero, zero), {"roof": constant(5.0)}))
    assert made.exchange_kw == pytest.approx(-5)
    made.step(2)
    assert made.exchange_kw == pytest.approx(-2)
    told(made, 16, 1)
    made.step(10 * HOUR)


def test_an_idle_battery_fills_from_surplus_and_drains_into_the_car() -> None:
    site = site_of(more=f"{ROOF}\n{BATTERY}")
    zero = constant(0.0)
    made = plant(visit(arrive_s=HOUR), site=site, house=House((zero, zero, zero), {"roof": constant(2.0)}))
    made.step(60)
    assert made.exchange_kw == pytest.approx(0, abs=1e-3)
    told(made, 0, HOUR - 60)
    assert made.parts.battery is not None
    battery = made.parts.battery[0]
    assert battery.power_kw == pytest.approx(2.0)
    # From 55 %: 2 kW for an hour, 90 % of it stored in 10 kWh.
    assert battery.soc == pytest.approx(0.55 + 0.18, abs=0.002)
    told(made, 6, 120)
    assert battery.power_kw == pytest.approx(2.0 - 4.14, abs=1e-3)
    assert made.exchange_kw == pytest.approx(0, abs=1e-3)


def test_a_battery_gives_no_more_than_it_can_and_stops_when_it_is_empty() -> None:
    made = plant(site=site_of(more=BATTERY), house=quiet_house(2.0))
    told(made, 16, 300)
    assert made.parts.battery is not None
    battery = made.parts.battery[0]
    assert battery.power_kw == pytest.approx(-5.0)
    told(made, 16, 2 * HOUR)
    assert battery.power_kw == 0
    assert battery.soc == pytest.approx(0.1)


def test_a_switched_load_draws_on_its_own_phase() -> None:
    made = plant(NOBODY, site=site_of(more=BOILER))
    made.switches["boiler"].turn(on=True)
    made.step(HOUR)
    assert made.flow_a[0] == pytest.approx([0, 10, 0])
    made.switches["boiler"].turn(on=False)
    made.step()
    assert made.flow_a[0] == pytest.approx([0, 0, 0])
    assert made.switches["boiler"].energy_kwh == pytest.approx(2.3)
    assert made.switches["boiler"].starts == 1


def test_load_behind_a_circuit_is_seen_there_and_above() -> None:
    zero, one = constant(0.0), constant(0.23)
    house = House((one, zero, zero), {}, {"garage": (zero, one, zero)})
    made = plant(NOBODY, house=house)
    assert made.flow_a == pytest.approx(np.array([[1, 1, 0], [0, 1, 0]]))


def test_every_circuit_carries_the_chargers_below_it() -> None:
    site = parse_site(Path("examples/apartments_ocpp.yaml").read_text(), "apartments_ocpp.yaml")
    wires = wires_of(site)
    assert wires.circuit_ids == ("grid", "west", "east", "fast")
    assert wires.below.sum(axis=1).tolist() == [14, 6, 6, 2]
    assert wires.below.sum(axis=0).tolist() == [2] * 14


def test_stalls_of_a_cabinet_share_its_power_at_the_car() -> None:
    site = parse_site(Path("examples/apartments_ocpp.yaml").read_text(), "apartments_ocpp.yaml")
    fast = Car(80, 200, 1, efficiency=1.0, up_a_per_s=50, taper_from_soc=0.9)
    visits = [visit(fast, name, soc=0.2) for name in ("f1", "f2")]
    made = plant_of(site, House((constant(0.0),) * 3, {"roof": constant(0.0)}), visits, START)
    for _ in range(60):
        made.charger("f1").set_limit(100)
        made.charger("f2").set_limit(60)
        made.step()
    at_the_car_kw = made.cars.draw_a * made.cars.kw_per_a * 0.95
    # 60 kW is a stall's most: 60 / 0.95 / 0.99 / 0.69 = 92.4 A; with 60 A more they would need 98.9 of 80 kW.
    assert at_the_car_kw.sum() == pytest.approx(80)
    assert at_the_car_kw[12] / at_the_car_kw[13] == pytest.approx(92.4 / 60, rel=1e-2)
    # The grid carries more current than power, by the power factor.
    assert made.exchange_kw == pytest.approx(80 / 0.95)
    assert made.flow_a[0].sum() * 0.23 == pytest.approx(80 / 0.95 / 0.99)


def test_slots_are_held_and_the_sun_moves_between_them() -> None:
    edges_s, power_kw = np.array([0.0, 900.0, 1800.0]), np.array([1.0, 3.0])
    assert by_slot(edges_s, power_kw)(899, 2).tolist() == [1.0, 3.0]
    assert between_slots(edges_s, power_kw)(450, 1)[0] == pytest.approx(1.0)
    assert between_slots(edges_s, power_kw)(900, 1)[0] == pytest.approx(2.0)


def test_made_up_weather_is_the_same_whenever_and_in_whatever_pieces_it_is_asked() -> None:
    for made, again in (
        (with_clouds(constant(4.0), 7), with_clouds(constant(4.0), 7)),
        (with_appliances(constant(0.4), 7), with_appliances(constant(0.4), 7)),
    ):
        whole = made(0, 3600)
        assert np.array_equal(np.concatenate([again(1500, 2100), again(0, 1500)]), np.roll(whole, -1500))
        assert whole.min() > 0


def test_clouds_take_their_share_and_appliances_add() -> None:
    cloudy = with_clouds(constant(4.0), 3, depth=0.7)(0, 6 * HOUR)
    assert cloudy.min() == pytest.approx(4.0 * 0.3)
    assert cloudy.max() == pytest.approx(4.0)
    assert 1.5 < cloudy.mean() < 3.7
    busy = with_appliances(constant(0.4), 3, power_kw=2.0)(0, 6 * HOUR)
    assert busy.min() == pytest.approx(0.4)
    assert busy.max() > 1.0


def test_the_first_second_is_part_of_the_run() -> None:
    made = plant(visit(PLAIN), site=site_of(charger_line(more="")))
    assert made.now_s == 0
    assert made.chargers.offer_a[0] == 16
