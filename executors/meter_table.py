"""Meters by the name of their driver: one line each."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

from domain.errors import Fault
from domain.site_devices import Meter
from executors.capabilities import MeterReader
from executors.http_meters.homewizard_v1 import HomeWizardV1
from executors.http_meters.homewizard_v2 import HomeWizardV2, trust
from executors.http_meters.shelly_3em import Shelly3em
from executors.http_meters.shelly_pro_3em import ShellyPro3em
from executors.making import Missing, Parts, link_of, map_text, need, read_secret
from executors.modbus.map_file import built_in_maps, parse_map
from executors.modbus.register_map import RegisterMap
from executors.modbus.register_meter import RegisterMeter
from executors.p1.meter import P1Meter

_HOST: Final = "the meter's host name or address"
_UNIT: Final = "the number of the meter on its link: it is not known for this type"


@dataclass(frozen=True, slots=True)
class MadeMeter:
    """A meter, and the task that it wants to have run, if any."""

    reader: MeterReader
    run: Callable[[], Coroutine[Any, Any, None]] | None = None


def make_meter(name: str, meter: Meter, parts: Parts) -> MadeMeter | None:
    """The meter ``name`` of the site; none where its driver is no wire of this version.

    Raises ``Missing`` with the faults in ``parts``.
    """
    where = f"meters.{name}"
    if meter.driver in built_in_maps():
        return _register_meter(where, meter, built_in_maps()[meter.driver], parts)
    make = METERS.get(meter.driver)
    return None if make is None else make(where, meter, parts)


def _register_meter(where: str, meter: Meter, layout: RegisterMap, parts: Parts) -> MadeMeter:
    unit = layout.as_shipped.unit if meter.unit is None else meter.unit
    if unit is None:
        need(meter, where, parts, unit=_UNIT)
    assert unit is not None
    link = link_of(meter, where, parts, layout.as_shipped.port or 502, _HOST)
    parts.units.setdefault((link, unit), where)
    reader = RegisterMeter(link, unit, layout, nominal_v=parts.nominal_v, invert=meter.invert)
    return MadeMeter(reader)


def _own_map(where: str, meter: Meter, parts: Parts) -> MadeMeter:
    need(meter, where, parts, map_file="the register map of the meter")
    assert meter.map_file is not None
    return _register_meter(where, meter, map_text(meter.map_file, where, parts, parse_map), parts)


def _host(where: str, meter: Meter, parts: Parts) -> str:
    need(meter, where, parts, host=_HOST)
    return f"{meter.host}:{meter.port}" if meter.port is not None else f"{meter.host}"


def _homewizard(where: str, meter: Meter, parts: Parts) -> MadeMeter:
    host, nominal_v, invert = _host(where, meter, parts), parts.nominal_v, meter.invert
    if meter.token_file is None:
        v1 = HomeWizardV1(parts.client, host, parts.clock, nominal_v=nominal_v, invert=invert)
        return MadeMeter(v1)
    need(
        meter,
        where,
        parts,
        ca_file="the certificate of HomeWizard's authority, from its page for developers",
        tls_name="the name in the meter's certificate, such as appliance/p1dongle/5c2fafaabbcc",
    )
    token = read_secret(meter, where, parts)
    assert meter.ca_file is not None
    assert meter.tls_name is not None
    try:
        context = trust(parts.path(meter.ca_file))
    except (OSError, ssl.SSLError) as error:
        found = f"'{meter.ca_file}' is no certificate: {error}"
        parts.faults.append(Fault(parts.source, found, "a PEM file is needed", f"{where}.ca_file"))
        raise Missing from error
    client = httpx.AsyncClient(verify=context)
    parts.closing.push_async_callback(client.aclose)
    name, clock = meter.tls_name, parts.clock
    v2 = HomeWizardV2(client, host, name, token, clock, nominal_v=nominal_v, invert=invert)
    return MadeMeter(v2)


def _shelly_3em(where: str, meter: Meter, parts: Parts) -> MadeMeter:
    host, invert = _host(where, meter, parts), meter.invert
    auth = None
    if meter.user is not None:
        auth = (meter.user, read_secret(meter, where, parts))
    nominal_v = parts.nominal_v
    return MadeMeter(
        Shelly3em(parts.client, host, parts.clock, nominal_v=nominal_v, invert=invert, auth=auth)
    )


def _shelly_pro_3em(where: str, meter: Meter, parts: Parts) -> MadeMeter:
    host, nominal_v, invert = _host(where, meter, parts), parts.nominal_v, meter.invert
    secret = None if meter.token_file is None else read_secret(meter, where, parts)
    reader = ShellyPro3em(
        parts.client, host, parts.clock, nominal_v=nominal_v, invert=invert, password=secret
    )
    return MadeMeter(reader)


def _p1(where: str, meter: Meter, parts: Parts) -> MadeMeter:
    if meter.serial is not None:
        p1 = P1Meter(meter.serial, parts.clock, nominal_v=parts.nominal_v, invert=meter.invert)
        return MadeMeter(p1, p1.run)
    need(meter, where, parts, host="serial (115200, none), or the host of a serial server", port="its port")
    assert meter.host is not None
    assert meter.port is not None
    place = (meter.host, meter.port)
    p1 = P1Meter(place, parts.clock, nominal_v=parts.nominal_v, invert=meter.invert)
    return MadeMeter(p1, p1.run)


METERS: Final[Mapping[str, Callable[[str, Meter, Parts], MadeMeter]]] = {
    "modbus": _own_map,
    "homewizard_p1": _homewizard,
    "shelly_3em": _shelly_3em,
    "shelly_pro_3em": _shelly_pro_3em,
    "dsmr_p1": _p1,
}
"""Drivers that are no built-in register map."""
