"""What energy costs and earns: price sources, their surcharges, the capacity peak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, NamedTuple, Self

from pydantic import Field, StringConstraints, Tag, field_validator, model_validator

from domain.bands import Band, BandAdd
from domain.site_model import TAG, EurPerKwh, KilowattsFrom0, Name, Path, SiteModel, chosen_by, refusal

ProviderName = Literal[
    "energy_charts", "energyzero", "entsoe", "awattar", "tibber", "smard", "octopus", "nordpool"
]


class ProviderNeeds(NamedTuple):
    """What a price provider has to be told."""

    zone: bool
    key: bool
    final: bool = False
    """Whether its prices are the bill's, all taxes in."""


PROVIDERS: Final[Mapping[str, ProviderNeeds]] = {
    "energy_charts": ProviderNeeds(zone=True, key=False),
    "energyzero": ProviderNeeds(zone=False, key=False),
    "entsoe": ProviderNeeds(zone=True, key=True),
    "awattar": ProviderNeeds(zone=True, key=False),
    "tibber": ProviderNeeds(zone=False, key=True, final=True),
    "smard": ProviderNeeds(zone=True, key=False),
    "octopus": ProviderNeeds(zone=True, key=False, final=True),
    "nordpool": ProviderNeeds(zone=True, key=False),
}


_KEYS: Final = ("key_file", "key_env")
_TERMS: Final = ("factor", "add_eur_per_kwh", "vat", "bands_add")


class MarketTerms(SiteModel):
    """From the market's price to the bill: (market x factor + add + band_add) x (1 + vat)."""

    factor: Annotated[float, Field(ge=-10, le=10)] = 1
    """On the market's price."""
    add_eur_per_kwh: EurPerKwh = 0
    """Surcharge before VAT."""
    vat: Annotated[float, Field(ge=0, le=1)] = 0
    """Share: 0.21 is 21 %."""
    bands_add: tuple[BandAdd, ...] = ()
    """Surcharges by time; the first that fits counts, gaps add 0."""

    @field_validator("vat", mode="before")
    @classmethod
    def _vat_is_a_share(cls, vat: Any) -> Any:
        if isinstance(vat, int | float) and not isinstance(vat, bool) and vat > 1:
            raise refusal("", "a share from 0 to 1 is allowed: 21 % is 0.21")
        return vat


class FixedPrice(SiteModel):
    """One final price, all taxes in."""

    source: Literal["fixed"]
    eur_per_kwh: EurPerKwh


class BandPrice(SiteModel):
    """Final prices by time, all taxes in; the first band that fits counts."""

    source: Literal["bands"]
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]
    """Every moment needs one; the first that fits counts."""


class FilePrice(MarketTerms):
    """Prices from a CSV or Parquet file."""

    source: Literal["file"]
    path: Path
    """Relative to the site file."""


class SamplePrice(MarketTerms):
    """The made-up market day that comes with Chargewright."""

    source: Literal["sample"]


class ProviderPrice(MarketTerms):
    """Day-ahead prices that a provider publishes."""

    source: ProviderName
    zone: Name | None = None
    """Bidding zone or region, in the provider's own letters."""
    key_file: Path | None = None
    key_env: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    """Environment variable that holds the key."""

    @model_validator(mode="after")
    def _is_told_what_it_needs(self) -> Self:
        needs = PROVIDERS[self.source]
        if needs.zone and self.zone is None:
            raise refusal(f"{self.source} without zone", "say the zone, such as zone: BE", "zone")
        if self.key_file is not None and self.key_env is not None:
            raise refusal("key_file and key_env", "only one of them", *_KEYS)
        if needs.key and self.key_file is None and self.key_env is None:
            allowed = "say key_file or key_env, never the key itself"
            raise refusal(f"{self.source} without a key", allowed, *_KEYS)
        terms = [name for name in _TERMS if name in self.model_fields_set]
        if needs.final and terms:
            found = f"{' and '.join(terms)} with the final prices of {self.source}"
            raise refusal(found, "leave them out: all is in the price", *terms)
        return self


_MEMBERS: Final = {
    **{name: f"{TAG}{name}" for name in ("fixed", "bands", "file", "sample")},
    **dict.fromkeys(PROVIDERS, f"{TAG}provider"),
}

PriceSource = Annotated[
    Annotated[FixedPrice, Tag(f"{TAG}fixed")]
    | Annotated[BandPrice, Tag(f"{TAG}bands")]
    | Annotated[FilePrice, Tag(f"{TAG}file")]
    | Annotated[SamplePrice, Tag(f"{TAG}sample")]
    | Annotated[ProviderPrice, Tag(f"{TAG}provider")],
    chosen_by("source", _MEMBERS),
]


class MonthPeak(SiteModel):
    """The highest mean power of a month so far."""

    kw: KilowattsFrom0
    month: Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    """``YYYY-MM``."""


class PeakTariff(SiteModel):
    """Capacity tariff: what the highest mean import of a month costs."""

    eur_per_kw_month: Annotated[float, Field(ge=0, le=10_000)]
    floor_kw: KilowattsFrom0 = 0
    """Billed in any case."""
    so_far: MonthPeak | None = None
    window_min: Literal[5, 10, 15, 30, 60] = 15
    """Length of the clock windows whose mean counts [min]."""


class Tariff(SiteModel):
    """What bought energy costs and sold energy earns."""

    buy: PriceSource
    sell: PriceSource | None = None
    """Needed with solar."""
    peak: PeakTariff | None = None
