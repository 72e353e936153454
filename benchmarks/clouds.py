"""Cloudy days: what a car on surplus gets, beside somebody who knows the sky and has the same switches.

Run with ``python -m benchmarks.clouds``: a table of recorded and synthetic skies.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow.parquet as pq
import yaml
from numpy.typing import NDArray

from domain.site import Site, parse_site
from executors.control.seam import CarState, Readings
from executors.control.wiring import wiring_of
from executors.tracking.orders import Orders
from executors.tracking.points import points_of
from executors.tracking.state import first_state
from executors.tracking.track import track
from executors.tracking.wishes import wish_table

Floats = NDArray[np.float64]
SHARED: Final = Path(__file__).resolve().parents[2] / "shared" / "data"
KW_PER_A: Final = 0.23
LAG_S: Final = 4
"""The car follows an offer after so long [s]."""
DEAD_S: Final = 30
"""What a phase switch costs the one who knows the sky [s]."""
STEP_S: Final = 15
"""His decisions are so far apart [s]."""
_PEAK_KW: Final = 9.0


@dataclass(frozen=True, slots=True)
class Ride:
    """What became of a sky."""

    solar_kwh: float
    """Surplus that went into the car."""
    grid_kwh: float
    """Grid energy that went into the car."""
    switches: int
    starts: int

    @property
    def solar_share(self) -> float:
        """How much of the car's energy is solar."""
        return self.solar_kwh / max(self.solar_kwh + self.grid_kwh, 1e-9)


def site_on_sun(most: int | None, hold_s: float = 300.0, at_limit: str | None = None) -> Site:
    """One charger of 6 to 16 A that may switch ``most`` times a session, fed by nothing but surplus."""
    switching: dict[str, object] = {"mode": "both", "hold_s": hold_s}
    if most is not None:
        switching |= {"max_per_session": most}
    if at_limit is not None:
        switching |= {"at_limit": at_limit}
    point = {
        "id": "c0",
        "driver": "simulated",
        "current_a": {"min": 6, "max": 16},
        "phase_switching": switching,
    }
    return parse_site(
        yaml.safe_dump(
            {
                "name": "sun",
                "location": {"time_zone": "UTC"},
                "default_request": "solar",
                "grid": {"limit_a": 40},
                "chargers": [point],
                "tariff": {"buy": {"source": "fixed", "eur_per_kwh": 0.3}},
            }
        ),
        "sun.yaml",
    )


def ride(surplus_kw: Floats, site: Site) -> Ride:
    """A car on the surplus of every second, as tracking charges it."""
    points = points_of(site, wiring_of(site))
    orders = Orders(None, wish_table([], site, points.wiring.charger_ids))
    state = first_state(points, 0.0, 0.0)
    offers: list[tuple[float, Floats]] = []
    drawn_a = np.zeros((1, 3))
    offer_a, phases = np.zeros(1), points.wiring.wired
    solar = grid = 0.0
    switches = starts = 0
    for second, now_kw in enumerate(surplus_kw):
        power_kw = float(drawn_a.sum()) * KW_PER_A
        readings = _readings(power_kw - float(now_kw), drawn_a, offer_a, phases)
        answer = track(points, orders, readings, state, wall_s=float(second), mono_s=float(second))
        state = answer.state
        switches += int((answer.wanted.phases != phases).any())
        starts += int(offer_a[0] == 0 and answer.wanted.current_a[0] > 0)
        offer_a, phases = answer.wanted.current_a, answer.wanted.phases
        offers.append((offer_a[0], phases[0] * 1.0))
        told_a, lines = offers[max(len(offers) - 1 - LAG_S, 0)]
        drawn_a = (min(told_a, offer_a[0]) * lines)[None, :]
        power_kw = float(drawn_a.sum()) * KW_PER_A
        solar += min(power_kw, max(float(now_kw), 0.0))
        grid += max(power_kw - max(float(now_kw), 0.0), 0.0)
    return Ride(solar / 3600, grid / 3600, switches, starts)


def _readings(grid_kw: float, drawn_a: Floats, offer_a: Floats, phases: NDArray[np.bool_]) -> Readings:
    one = np.zeros(1)
    return Readings(
        meter_a=np.full((1, 3), np.nan),
        meter_kw=np.array([grid_kw]),
        meter_age_s=one,
        meter_mark=np.full(1, np.nan),
        measured_a=drawn_a,
        offered_a=offer_a,
        phases=phases,
        car=np.array([int(CarState.CHARGING)]),
        charger_age_s=one,
        link=np.ones(1, dtype=np.bool_),
    )


def clairvoyant(surplus_kw: Floats, switches: int) -> tuple[float, float]:
    """The most solar less grid [kWh] that anybody can get out of this sky with so many phase switches, and
    the solar in it [kWh].

    Dynamic programming over off, one phase, three phases and the switches used, in steps of ``STEP_S``;
    starts and stops cost nothing, a switch costs ``DEAD_S`` of charging. The first phases are his choice.
    """
    steps = len(surplus_kw) // STEP_S
    sky = np.maximum(surplus_kw[: steps * STEP_S].reshape(steps, STEP_S), 0.0)
    worth, solar = (np.stack(each) for each in zip(*(_best_kwh(sky, lines) for lines in (1, 3)), strict=True))
    best, used = np.full((2, switches + 1), -np.inf), np.zeros((2, switches + 1))
    best[:, 0] = 0.0
    waiting: list[tuple[Floats, Floats]] = []
    for step in range(steps):
        leave, leave_used = np.full_like(best, -np.inf), np.zeros_like(used)
        leave[:, 1:], leave_used[:, 1:] = best[::-1, :-1], used[::-1, :-1]
        waiting.append((leave, leave_used))
        runs = (worth[:, step] > 0)[:, None]
        best = best + np.where(runs, worth[:, step, None], 0.0)
        used = used + np.where(runs, solar[:, step, None], 0.0)
        if len(waiting) > DEAD_S // STEP_S:
            come, come_used = waiting.pop(0)
            better = come > best
            best, used = np.where(better, come, best), np.where(better, come_used, used)
    winner = np.unravel_index(int(np.argmax(best)), best.shape)
    return float(best[winner]), float(used[winner])


def _best_kwh(sky_kw: Floats, lines: int) -> tuple[Floats, Floats]:
    """Solar less grid, and solar [kWh], of the best whole-ampere current of every step."""
    amps = np.arange(6.0, 17.0)[:, None, None]
    power_kw = amps * lines * KW_PER_A
    solar = np.minimum(power_kw, sky_kw).sum(axis=2) / 3600
    worth = solar - np.maximum(power_kw - sky_kw, 0.0).sum(axis=2) / 3600
    choice = worth.argmax(axis=0)
    steps = np.arange(worth.shape[1])
    return worth[choice, steps], solar[choice, steps]


def recorded_day() -> Floats:
    """Surplus [kW] of every second of a cloudy day: 1-minute irradiance (Golden, NREL MIDC, 2018-10-14) on a
    roof of 9 kW at 1000 W/m2, less 0.4 kW of house.
    """
    text = gzip.decompress((SHARED / "fast" / "midc_1min_20181014.txt.gz").read_bytes()).decode()
    sun = [float(line.split(",")[2]) for line in text.splitlines()[1:]]
    return _seconds(sun)


def clear_day() -> Floats:
    """The same of a clear winter day (Alamosa, NOAA SURFRAD, 2016-01-01)."""
    text = gzip.decompress((SHARED / "fast" / "surfrad_slv16001_1min.dat.gz").read_bytes()).decode()
    sun = [float(line.split()[8]) for line in text.splitlines()[2:]]
    return _seconds(np.roll(sun, -420))


def recorded_house() -> Floats:
    """Surplus [kW] of two hours by the second: sun with ramps of clouds, a kettle, a hob that chops (made up,
    ``synthetic`` of the project's data).
    """
    name = "house_pv_grid_3phase_1s_2h_SYNTHETIC.parquet"
    column = pq.read_table(SHARED / "synthetic" / name, columns=["grid_w"]).column("grid_w")
    return -np.asarray(column.to_numpy(), dtype=np.float64) / 1000


def _seconds(sun_w_per_m2: Iterable[float]) -> Floats:
    minutes = np.clip(np.array(list(sun_w_per_m2)), 0.0, None) / 1000 * _PEAK_KW
    seconds = np.arange(len(minutes) * 60) / 60
    surplus_kw: Floats = np.interp(seconds, np.arange(len(minutes)), minutes) - 0.4
    return surplus_kw


def made_sky(seed: int, hours: float = 4.0) -> Floats:
    """Surplus [kW] by the second under broken clouds: sun and shadow in turn, minutes long, with soft edges,
    and a house with a kettle.
    """
    rng = np.random.default_rng(seed)
    count = int(hours * 3600)
    clear_kw = rng.uniform(5.0, 8.5)
    shade = np.empty(0)
    while len(shade) < count:
        sunny_s, cloudy_s = rng.exponential(420), rng.exponential(240)
        shade = np.concatenate([shade, np.ones(int(sunny_s)), np.full(int(cloudy_s), rng.uniform(0.15, 0.7))])
    soft = np.convolve(shade[:count], np.ones(20) / 20, mode="same")
    load_kw = np.full(count, 0.4)
    for start in rng.integers(0, count, round(1.5 * hours)):
        load_kw[start : start + 150] += 2.0
    surplus_kw: Floats = clear_kw * soft - load_kw + rng.normal(0, 0.05, count)
    return surplus_kw


def main() -> None:
    """Prints the table."""
    heads = f"{'solar kWh':>11}{'of best':>9}{'share':>8}{'best':>7}{'switches':>10}{'starts':>8}"
    print(f"{'sky':<12}{'cap':>4}{heads}")
    skies = [("recorded", recorded_day()), ("clear", clear_day()), ("house", recorded_house())]
    skies += [(f"made {seed}", made_sky(seed)) for seed in range(4)]
    for name, sky in skies:
        for cap in (2, 6):
            got = ride(sky, site_on_sun(cap))
            worth_kwh, solar_kwh = clairvoyant(sky, cap)
            of_best, best_share = got.solar_kwh / solar_kwh, solar_kwh / (2 * solar_kwh - worth_kwh)
            shares = f"{of_best:>9.3f}{got.solar_share:>8.3f}{best_share:>7.3f}"
            print(f"{name:<12}{cap:>4}{got.solar_kwh:>11.2f}{shares}{got.switches:>10}{got.starts:>8}")


if __name__ == "__main__":
    main()
