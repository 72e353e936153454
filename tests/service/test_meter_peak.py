"""The month's peak that a Belgian meter says goes before the owner's word."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.site import parse_site
from domain.site_tariff import MonthPeak
from executors.readings import MeterReading
from service.run.meter_peak import with_meter_peak
from tests.service.commands import HOME

PEAK = '  peak: {eur_per_kw_month: 4, floor_kw: 2.5, so_far: {kw: 6, month: "2026-11"}}\n'
NOW = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)
SITE = parse_site(HOME.replace("tariff:\n", "tariff:\n" + PEAK), "site.yaml")


def so_far(reading: MeterReading | None, now: datetime = NOW) -> MonthPeak | None:
    peak = with_meter_peak(SITE, reading, now, 100.0).tariff.peak
    assert peak is not None
    return peak.so_far


def test_what_the_meter_says_counts_also_where_it_is_less() -> None:
    said = MeterReading(99.0, month_peak_kw=3.4)
    assert so_far(said) == MonthPeak(kw=3.4, month="2026-11")
    dated = MeterReading(99.0, month_peak_kw=3.4, month_peak_at=NOW.replace(day=2))
    assert so_far(dated) == MonthPeak(kw=3.4, month="2026-11")


def test_without_a_word_of_the_meter_about_this_month_the_owner_s_counts() -> None:
    owner = MonthPeak(kw=6, month="2026-11")
    last_month = MeterReading(99.0, month_peak_kw=3.4, month_peak_at=NOW.replace(month=10))
    for reading in (None, MeterReading(99.0), MeterReading(20.0, month_peak_kw=3.4), last_month):
        assert so_far(reading) == owner
