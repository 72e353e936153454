"""A site whose devices are where their twins are."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeVar

from domain.site import Site
from domain.site_devices import Connection, Meter
from simulation.twins.host import TwinHost
from simulation.twins.served import Address

C = TypeVar("C", bound=Connection)


def on_twins(site: Site, host: TwinHost, folder: Path) -> Site:
    """The site with the addresses of a running host; devices without a twin stay where they are.

    Tokens go into files in ``folder``, since a site file never holds a secret.
    """
    addresses = host.addresses
    chargers = tuple(
        _moved(charger, addresses.get(("charger", charger.id)), folder / charger.id)
        for charger in site.chargers
    )
    meters = {
        meter_id: _moved(meter, addresses.get(("meter", meter_id)), folder / meter_id)
        for meter_id, meter in site.meters.items()
    }
    return site.model_copy(update={"chargers": chargers, "meters": meters})


def _moved(device: C, address: Address | None, token_file: Path) -> C:
    """A device at another place, everything else as it was."""
    if address is None:
        return device
    changed: dict[str, Any] = {"host": address.host, "port": address.port}
    if address.serial is not None and device.serial is not None:
        changed["serial"] = device.serial.model_copy(update={"device": str(address.serial)})
    if address.token is not None:
        token_file.with_suffix(".token").write_text(address.token + "\n")
        changed["token_file"] = str(token_file.with_suffix(".token"))
    if address.ca is not None and isinstance(device, Meter):
        changed |= {"ca_file": str(address.ca), "tls_name": address.tls_name}
    return device.model_copy(update=changed)
