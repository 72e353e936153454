"""All live sources of a site, asked at the same time."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from domain.site import Site
from domain.site_energy import SolarArray
from domain.site_tariff import ProviderPrice
from forecasting.live.answer import Answer, Live, array_name, price_name
from forecasting.live.asking import Got, Link, Means, ask
from forecasting.live.chain import answer_by_chain, stand_ins, sun_stand_ins
from forecasting.live.provider import Want
from forecasting.live.secrets import KeyPlace
from forecasting.requests import LONGEST_HORIZON


@dataclass(frozen=True, slots=True)
class Wanted:
    """The live sources of a site that are needed, each once."""

    prices: tuple[ProviderPrice, ...] = ()
    arrays: tuple[SolarArray, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.prices or self.arrays)


async def collect(site: Site, at: datetime, wanted: Wanted, means: Means) -> Live:
    """What the wanted sources know from ``at`` (UTC) on; a source that fails is told in its steps.

    Everything is asked at once; a source that several series want is asked once.
    """
    asker = _Asker(means, asyncio.get_running_loop().time() + means.limit_s)
    chains = {
        **{("price", price_name(one)): _price_links(one, site, at, means) for one in wanted.prices},
        **{("solar", one.id): _array_links(one, site, at, means) for one in wanted.arrays},
    }
    answers = await asyncio.gather(*(asker.answer(links, at) for links in chains.values()))
    found = dict(zip(chains, answers, strict=True))
    return Live(
        prices={name: _final(answer, means) for (kind, name), answer in found.items() if kind == "price"},
        solar={name: answer for (kind, name), answer in found.items() if kind == "solar"},
        notes=tuple(dict.fromkeys(asker.notes)),
    )


class _Asker:
    """Asks every link at most once."""

    def __init__(self, means: Means, deadline_s: float) -> None:
        self._means = means
        self._deadline_s = deadline_s
        self._asked: dict[tuple[str, str], asyncio.Task[Got]] = {}
        self.notes: list[str] = []

    async def answer(self, links: Sequence[Link], at: datetime) -> Answer:
        answer, notes = await answer_by_chain(links, self._once, at, self._means.now)
        self.notes.extend(notes)
        return answer

    async def _once(self, link: Link) -> Got:
        key = (link.provider.name, link.what)
        if key not in self._asked:
            self._asked[key] = asyncio.create_task(ask(link, self._means, self._deadline_s))
        return replace(await self._asked[key], link=link)


def _final(answer: Answer, means: Means) -> Answer:
    return replace(answer, final=answer.asked.split(" ")[0] in means.final_prices)


def _price_links(price: ProviderPrice, site: Site, at: datetime, means: Means) -> list[Link]:
    """The own source, then those that may stand in, as far as this version has them."""
    place = _place(price)
    links = [_price_link(price.source, price.zone or "", place, site, at, means)]
    for other, zone in stand_ins(price.source, price.zone):
        if other in means.price_providers:
            links.append(_price_link(other, zone, KeyPlace(), site, at, means))
    return links


def _price_link(source: str, zone: str, place: KeyPlace, site: Site, at: datetime, means: Means) -> Link:
    want = replace(_want(site, at, means.now), zone=zone)
    what = f"{zone} with {place}" if place else zone
    return Link(means.price_providers[source], want, what, f"{source} {zone}".strip(), place)


def _array_links(array: SolarArray, site: Site, at: datetime, means: Means) -> list[Link]:
    """The own source, then those that may stand in, as far as this version has them."""
    others = [other for other in sun_stand_ins(array) if other.source in means.solar_providers]
    return [_array_link(one, site, at, means) for one in (array, *others)]


def _array_link(array: SolarArray, site: Site, at: datetime, means: Means) -> Link:
    latitude, longitude = site.location.latitude, site.location.longitude
    want = replace(_want(site, at, means.now), array=array)
    if latitude is not None and longitude is not None:
        want = replace(want, latitude=latitude, longitude=longitude)
    place = _place(array)
    what = f"{array.model_dump_json(exclude={'circuit', 'wiring'})} at {want.latitude} {want.longitude}"
    return Link(means.solar_providers[array.source], want, what, array_name(array), place)


def _want(site: Site, at: datetime, now: datetime) -> Want:
    return Want(min(at, now), at + LONGEST_HORIZON, now, site.location.time_zone)


def _place(source: ProviderPrice | SolarArray) -> KeyPlace:
    return KeyPlace(None if source.key_file is None else Path(source.key_file), source.key_env)
