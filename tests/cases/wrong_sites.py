"""Wrong site files: an edit of one good file, and the fault that it must bring."""

from __future__ import annotations

from typing import NamedTuple

GOOD = """\
name: Testing
location: {latitude: 51.0, longitude: 3.7, time_zone: Europe/Brussels}
mode: [tariff]
grid:
  limit_a: 25
  meter: main
circuits:
  - {id: garage, parent: grid, limit_a: 20, limit_kw: 11}
  - {id: shed, parent: garage, limit_a: 16}
meters:
  main: {driver: simulated}
chargers:
  - id: left
    circuit: garage
    driver: simulated
    wiring: [L1, L2, L3]
    current_a: {min: 6, max: 16, step: 1}
    failsafe: {current_a: 6, after_s: 30}
  - {id: right, circuit: shed, wiring: [L2], current_a: {min: 6, max: 16}}
vehicles:
  - {id: car, phases: 3, min_current_a: 6, max_current_a: 16}
users:
  - {id: anna, rfid: ["04A1"]}
departures:
  - {charger: left, vehicle: car, user: anna, arrive: "18:00", depart: "07:30", energy_kwh: 10}
solar:
  - {id: roof, peak_kw: 5, source: sample}
load: {source: fixed, kw: 1}
tariff:
  buy: {source: sample, vat: 0.06}
  sell: {source: fixed, eur_per_kwh: 0.05}
"""


class Wrong(NamedTuple):
    """An edit and the one fault that follows."""

    old: str
    """Part of the good file; empty: ``new`` is appended."""
    new: str
    line: int
    where: str
    says: str
    """Words of the fault."""


WRONG = (
    Wrong("name: Testing", "nam: Testing", 1, "nam", "did you mean 'name'?"),
    Wrong("name: Testing", "name:", 1, "name", "no value"),
    Wrong("name: Testing", "name: 12", 1, "name", "write it in quotes"),
    Wrong("name: Testing", 'name: ""', 1, "name", "must not be empty"),
    Wrong("latitude: 51.0", "latitude: 151.0", 2, "location.latitude", "at most 90"),
    Wrong("Europe/Brussels", "Europe/Brussel", 2, "location.time_zone", "Europe/Brussels"),
    Wrong("Europe/Brussels", "Mars/Olympus", 2, "location.time_zone", "unknown time zone"),
    Wrong(", time_zone: Europe/Brussels", "", 2, "location.time_zone", "missing"),
    Wrong("time_zone:", "country: BEL, time_zone:", 2, "location.country", "two capital letters"),
    Wrong("mode: [tariff]", "mode: tariff", 3, "mode", "a list is allowed"),
    Wrong("mode: [tariff]", "mode: []", 3, "mode", "at least 1"),
    Wrong("mode: [tariff]", "mode: [cheap]", 3, "mode[0]", "one of solar, tariff, capacity"),
    Wrong("mode: [tariff]", "mode: [tariff, tariff]", 3, "mode[1]", "a second time"),
    Wrong("mode: [tariff]", "mode: [tariff, capacity]", 3, "mode[1]", "tariff.peak"),
    Wrong("limit_a: 25", 'limit_a: "25"', 5, "grid.limit_a", "a number is allowed"),
    Wrong("limit_a: 25", "limit_a: -25", 5, "grid.limit_a", "above 0"),
    Wrong("limit_a: 25", "limit_a: .nan", 5, "grid.limit_a", "a number is allowed"),
    Wrong("limit_a: 25", "limit_a: 1e999", 5, "grid.limit_a", "too large to compute with; a finite number"),
    Wrong("limit_a: 25", "limit_a: true", 5, "grid.limit_a", "a number is allowed"),
    Wrong("limit_a: 25", "limit_a: [25, 25]", 5, "grid.limit_a", "the grid has phases: 3"),
    Wrong("limit_a: 25", "limit_a: [25, 25, 0]", 5, "grid.limit_a[2]", "above 0"),
    Wrong("limit_a: 25", "limt_a: 25", 5, "grid.limt_a", "did you mean 'limit_a'?"),
    Wrong("limit_a: 25", "limit_a: 25\n  limit_a: 32", 6, "grid.limit_a", "already stands in line 5"),
    Wrong("limit_a: 25", "limit_a: 25\n  phases: 2", 6, "grid.phases", "one of 1, 3"),
    Wrong("limit_a: 25", "limit_a: 25\n  system: delta_230", 6, "grid.system", "no neutral"),
    Wrong("limit_a: 25", "limit_a: 25\n  system: split-phase", 6, "grid.system", "two halves"),
    Wrong("limit_a: 25", "limit_a: 25\n  voltage_v: 400", 6, "grid.voltage_v", "phase to neutral"),
    Wrong("limit_a: 25", "limit_a: 25\n  reserve_a: 25", 6, "grid.reserve_a", "must be below limit_a"),
    Wrong("limit_a: 25", "limit_a: 25\n  netting: per-phase", 6, "grid.netting", "sum, per_phase"),
    Wrong(
        "limit_a: 25",
        "limit_a: 25\n  protection: {type: points, rating_a: 25}",
        6,
        "grid.protection",
        "points",
    ),
    Wrong("limit_a: 25", "limit_a: 25\n\tphases: 3", 6, "", "indent with spaces"),
    Wrong("meter: main", "meter: mains", 6, "grid.meter", "did you mean 'main'?"),
    Wrong("driver: simulated}", "driver: p1}", 11, "meters.main.driver", "unknown driver 'p1'"),
    Wrong(
        "id: garage, parent: grid",
        "id: garage, parent: gird",
        8,
        "circuits[0].parent",
        "did you mean 'grid'?",
    ),
    Wrong(
        "id: garage, parent: grid",
        "id: garage, parent: shed",
        8,
        "circuits[0].parent",
        "garage -> shed -> garage",
    ),
    Wrong("id: shed, parent: garage, limit_a: 16", "id: shed, parent: garage", 9, "circuits[1]", "limit_kw"),
    Wrong("id: shed, parent", "id: garage, parent", 9, "circuits[1].id", "a second time"),
    Wrong("id: shed, parent", "id: grid, parent", 9, "circuits[1].id", "choose another"),
    Wrong("id: shed, parent", "id: the shed, parent", 9, "circuits[1].id", "letters, digits"),
    Wrong(
        "parent: garage, limit_a: 16",
        "parent: garage, limit_a: 5",
        19,
        "chargers[1].current_a.min",
        "5 A on L2",
    ),
    Wrong(
        "parent: garage, limit_a: 16", "parent: garage, limit_kw: 1", 19, "chargers[1].current_a.min", "1 kW"
    ),
    Wrong(
        "limit_a: 20, limit_kw: 11",
        "limit_a: 20, reserve_a: 15",
        17,
        "chargers[0].current_a.min",
        "5 A on L1",
    ),
    Wrong(
        "    circuit: garage", "    circuit: barn", 14, "chargers[0].circuit", "known are grid, garage, shed"
    ),
    Wrong("    driver: simulated", "    driver: ocppp", 15, "chargers[0].driver", "did you mean 'ocpp'?"),
    Wrong("[L1, L2, L3]", "[L1, L2, L4]", 16, "chargers[0].wiring[2]", "one of L1, L2, L3"),
    Wrong("[L1, L2, L3]", "[L1, L2, L2]", 16, "chargers[0].wiring", "a phase of its own"),
    Wrong("[L1, L2, L3]", "[]", 16, "chargers[0].wiring", "at least 1"),
    Wrong("min: 6, max: 16, step: 1", "min: 20, max: 16", 17, "chargers[0].current_a", "min 20 above max 16"),
    Wrong(
        "min: 6, max: 16, step: 1", "min: 6, max: 16, step: 0", 17, "chargers[0].current_a.step", "above 0"
    ),
    Wrong("min: 6, max: 16, step: 1", "max: 16", 17, "chargers[0].current_a.min", "missing"),
    Wrong(
        "failsafe: {current_a: 6,",
        "failsafe: {current_a: 3,",
        18,
        "chargers[0].failsafe.current_a",
        "0, or 6 to 16 A",
    ),
    Wrong(
        "    driver: simulated",
        "    driver: charx\n    phase_switching: {mode: both}",
        16,
        "chargers[0].phase_switching.mode",
        "cannot switch phases",
    ),
    Wrong("id: right", "id: right, kind: dx", 19, "chargers[1].kind", "one of ac, dc"),
    Wrong("id: right", "id: right, power_kw: {min: 1, max: 9}", 19, "chargers[1].power_kw", "kind: ac"),
    Wrong("id: right", "id: right, colour: red", 19, "chargers[1].colour", "allowed here: "),
    Wrong("phases: 3, min", "phases: 4, min", 21, "vehicles[0].phases", "one of 1, 2, 3"),
    Wrong("phases: 3, min", "phases: 1, phase_sets: [[1, 2]], min", 21, "vehicles[0]", "pins 1 to 1"),
    Wrong("min_current_a: 6", "min_current_a: 32", 21, "vehicles[0]", "min_current_a 32 above"),
    Wrong(
        "min_current_a: 6, max_current_a: 16", "min_current_a: 20", 25, "departures[0].vehicle", "gives 16 A"
    ),
    Wrong('rfid: ["04A1"]', "rfid: [4711]", 23, "users[0].rfid[0]", "write it in quotes"),
    Wrong("charger: left, veh", "charger: lef, veh", 25, "departures[0].charger", "did you mean 'left'?"),
    Wrong("vehicle: car,", "vehicle: cab,", 25, "departures[0].vehicle", "unknown vehicle 'cab'"),
    Wrong("user: anna", "user: otto", 25, "departures[0].user", "known are anna"),
    Wrong('arrive: "18:00"', 'arrive: "25:00"', 25, "departures[0].arrive", '"23:59"'),
    Wrong('arrive: "18:00"', "arrive: 1800", 25, "departures[0].arrive", "write it in quotes"),
    Wrong('arrive: "18:00"', 'arrive: "07:30"', 25, "departures[0]", "must differ"),
    Wrong(
        'arrive: "18:00"', 'days: [monday], arrive: "18:00"', 25, "departures[0].days[0]", "one of mon, tue"
    ),
    Wrong(
        "energy_kwh: 10}",
        'energy_kwh: 10}\n  - {charger: left, arrive: "07:00", depart: "09:00", energy_kwh: 1}',
        26,
        "departures[1]",
        "overlaps departures[0]",
    ),
    Wrong("peak_kw: 5, source: sample", "peak_kw: 5", 27, "solar[0].source", "missing"),
    Wrong("peak_kw: 5, source: sample", "peak_kw: 5, source: open_meteo", 27, "solar[0]", "tilt_deg"),
    Wrong("peak_kw: 5, source: sample", "peak_kw: 5, source: file", 27, "solar[0]", "path"),
    Wrong("peak_kw: 5, source: sample", "peak_kw: 5, source: solcast", 27, "solar[0]", "say resource_id"),
    Wrong("load: {source: fixed, kw: 1}", "load: {source: guess}", 28, "load.source", "fixed, file, habit"),
    Wrong("load: {source: fixed, kw: 1}", "load: {kw: 1}", 28, "load", "no source"),
    Wrong(
        "buy: {source: sample, vat: 0.06}", "buy: {source: spot}", 30, "tariff.buy.source", "energy_charts"
    ),
    Wrong("vat: 0.06", "vat: 21", 30, "tariff.buy.vat", "21 % is 0.21"),
    Wrong("source: sample, vat: 0.06", "source: energy_charts", 30, "tariff.buy", "say the zone"),
    Wrong("source: sample, vat: 0.06", "source: entsoe, zone: BE", 30, "tariff.buy", "key_file or key_env"),
    Wrong(
        "source: sample, vat: 0.06",
        "source: tibber, key_env: TOKEN, vat: 0.06",
        30,
        "tariff.buy",
        "vat with the final prices of tibber; leave them out",
    ),
    Wrong(
        "source: sample, vat: 0.06",
        "source: octopus, zone: C, factor: 1, add_eur_per_kwh: 0.1",
        30,
        "tariff.buy",
        "factor and add_eur_per_kwh with the final prices of octopus",
    ),
    Wrong(
        "source: sample, vat: 0.06",
        "source: entsoe, zone: BE, key_env: 5e-cr-et",
        30,
        "tariff.buy.key_env",
        "not shown, for it may be the key itself; the name of an environment variable is allowed",
    ),
    Wrong(
        "source: sample, vat: 0.06",
        "source: fixed, eur_per_kwh: 30",
        30,
        "tariff.buy.eur_per_kwh",
        "at most 10",
    ),
    Wrong(
        "source: sample, vat: 0.06",
        "source: fixed, eur_per_kwh: 0.3, vat: 0.06",
        30,
        "tariff.buy.vat",
        "source: fixed",
    ),
    Wrong(
        "source: sample, vat: 0.06",
        'source: bands, bands: [{from: "06:00", to: "22:00", eur_per_kwh: 0.3}]',
        30,
        "tariff.buy.bands",
        "no band for mon 00:00",
    ),
    Wrong("  sell: {source: fixed, eur_per_kwh: 0.05}\n", "", 29, "tariff.sell", "with solar it is needed"),
    Wrong("", "curtailment: {rule: de_14a, devices: 2, signal: relay}\n", 32, "curtailment", "without gzf"),
    Wrong(
        "",
        "groups: [{id: all, chargers: [left, middle]}]\n",
        32,
        "groups[0].chargers[1]",
        "unknown charger 'middle'",
    ),
    Wrong("name: Testing", 'name: "Te\\e[31msting"', 1, "name", "without control characters"),
    Wrong("name: Testing", 'name: "Te\\nsting"', 1, "name", "one line of text"),
    Wrong(
        "",
        'flexible_loads: [{id: boiler, power_kw: 2, run_h: 5, between: ["23:00", "01:00"]}]\n',
        32,
        "flexible_loads[0].run_h",
        "5 h of running in a window of 2 h",
    ),
    Wrong(
        "",
        'flexible_loads: [{id: boiler, power_kw: 2, energy_kwh: 5, between: ["10:00", "12:00"]}]\n',
        32,
        "flexible_loads[0].energy_kwh",
        "2.5 h of running in a window of 2 h",
    ),
    Wrong("", "battery: {capacity_kwh: 10}\n", 32, "battery.charge_kw", "missing"),
    Wrong("", "<<: {a: 1}\n", 32, "<<", "unknown key '<<'"),
    Wrong("", "'2': {a: 1}\n1: 2\n", 33, "", "a key is text"),
    Wrong("", "target_kw: !!python/object:os.system 3\n", 32, "target_kw", "tags are not allowed"),
    Wrong("", "grid: [\n", 33, "", "not readable as YAML"),
)
