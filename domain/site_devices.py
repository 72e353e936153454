"""How a device is reached, and the meters."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from domain.drivers import METER_DRIVERS
from domain.site_model import Name, Path, SiteModel

Port = Annotated[int, Field(ge=1, le=65535)]


class SerialLine(SiteModel):
    """A serial line; devices that name the same one share its bus."""

    device: Name
    """Such as ``/dev/ttyUSB0``."""
    baud: Annotated[int, Field(ge=300, le=1_000_000)]
    """As the device is set."""
    parity: Literal["none", "even", "odd"]
    stop_bits: Literal[1, 2] = 1


class Connection(SiteModel):
    """How a device is reached; which of the keys count is a matter of its driver."""

    host: Name | None = None
    """Host name or address, without port."""
    port: Port | None = None
    unit: Annotated[int, Field(ge=0, le=255)] | None = None
    """Modbus unit."""
    serial: SerialLine | None = None
    topic: Name | None = None
    """MQTT topic."""
    user: Name | None = None
    token_file: Path | None = None
    """File that holds the password or token; never the secret itself."""


class Signal(Connection):
    """Where the grid operator's signal is read: an MQTT topic, or a contact on a Modbus device."""

    driver: Literal["mqtt", "modbus"]
    available_topic: Name | None = None
    """MQTT topic that says ``online`` or ``offline`` for whoever sends the signal."""
    address: Annotated[int, Field(ge=0, le=65535)] | None = None
    """Of the contact on its Modbus device, counted from 0."""
    table: Literal["coil", "discrete"] = "discrete"
    """Read with function code 1 or 2."""
    invert: bool = False
    """The contact is open, or the topic says off, while the signal is on."""


class Meter(Connection):
    """A meter of a circuit."""

    driver: Annotated[Name, Field(json_schema_extra={"enum": list(METER_DRIVERS)})]
    invert: bool = False
    """The meter counts export as positive."""
    map_file: Path | None = None
    """Register map of a meter that Chargewright does not know."""
    ca_file: Path | None = None
    """Certificate of the authority that signed the meter's own, for one that speaks HTTPS."""
    tls_name: Name | None = None
    """Name in the meter's certificate, such as ``appliance/p1dongle/5c2fafaabbcc``."""
