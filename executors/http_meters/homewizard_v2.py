"""HomeWizard P1 and kWh meters, API v2: HTTPS with a token, and the name in the device's certificate.

HomeWizard's API documentation, v2. The certificate carries ``appliance/<type>/<serial>`` and not the
address, and is signed by HomeWizard's own authority: both are checked, always.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import httpx

from domain.errors import DeviceGarbled, DeviceRefused, DeviceSilent
from executors.http_meters.asking import TIMEOUT_S, Paths, ask, understood, values_at
from executors.http_meters.homewizard_v1 import manner
from executors.meters.assemble import MeterManner, Sample, assemble
from executors.readings import MeterReading

PATHS: Final[Paths] = {
    "power_total": ("power_w", "W"),
    "power_l1": ("power_l1_w", "W"),
    "power_l2": ("power_l2_w", "W"),
    "power_l3": ("power_l3_w", "W"),
    "current_l1": ("current_l1_a", "A"),
    "current_l2": ("current_l2_a", "A"),
    "current_l3": ("current_l3_a", "A"),
    "voltage_l1": ("voltage_l1_v", "V"),
    "voltage_l2": ("voltage_l2_v", "V"),
    "voltage_l3": ("voltage_l3_v", "V"),
    "frequency": ("frequency_hz", "Hz"),
    "energy_import": ("energy_import_kwh", "kWh"),
    "energy_export": ("energy_export_kwh", "kWh"),
    "energy_import_t1": ("energy_import_t1_kwh", "kWh"),
    "energy_import_t2": ("energy_import_t2_kwh", "kWh"),
    "energy_export_t1": ("energy_export_t1_kwh", "kWh"),
    "energy_export_t2": ("energy_export_t2_kwh", "kWh"),
    "quarter": ("average_power_15m_w", "W"),
    "month_peak": ("monthly_power_peak_w", "W"),
}
NAME: Final = re.compile(r"appliance/[a-z0-9]+/[0-9a-f]{12}")
"""What a HomeWizard certificate is made out to."""
_VERSION: Final = {"X-Api-Version": "2"}
_REFUSALS: Final = {401: "the token is not accepted: pair again", 403: "the token has no right to this"}


def trust(ca_file: Path) -> ssl.SSLContext:
    """TLS that trusts HomeWizard's authority and nobody else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cafile=str(ca_file))
    context.hostname_checks_common_name = True
    return context


def parse(document: dict[str, Any], how: MeterManner, sampled_s: float) -> MeterReading:
    """The reading in a measurement; its time has no zone and only marks the sample."""
    mark = document.get("timestamp")
    telegram = mark if isinstance(mark, str) else ""
    return assemble(values_at(document, PATHS), how, Sample(sampled_s, telegram))


class HomeWizardV2:
    """A HomeWizard meter over HTTPS. ``client`` was made with the context of ``trust``."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        host: str,
        tls_name: str,
        token: str,
        clock: Callable[[], float],
        *,
        nominal_v: float,
        invert: bool = False,
    ) -> None:
        self._client, self._url, self._clock = client, f"https://{host}/api/measurement", clock
        self._headers = _VERSION | {"Authorization": f"Bearer {token}"}
        self._extensions = {"sni_hostname": tls_name}
        self._manner = manner(nominal_v, invert=invert)

    async def read(self) -> MeterReading:
        """One sample; a ``DeviceError`` where it cannot be had."""
        sampled_s = self._clock()
        document = await ask(
            self._client,
            self._url,
            f"HomeWizard at {self._url}",
            _REFUSALS,
            headers=self._headers,
            extensions=self._extensions,
        )
        return parse(document, self._manner, sampled_s)


async def certificate_name(host: str, port: int, context: ssl.SSLContext) -> str:
    """The name in the certificate of the device at ``host``, for the site file: who signed it is checked.

    ``DeviceSilent`` where nothing answers or HomeWizard did not sign, ``DeviceGarbled`` for another name.
    """
    unnamed = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unnamed.check_hostname = False
    unnamed.verify_mode = ssl.CERT_REQUIRED
    for certificate in context.get_ca_certs(binary_form=True):
        unnamed.load_verify_locations(cadata=certificate)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            _, writer = await asyncio.open_connection(host, port, ssl=unnamed)
    except (OSError, TimeoutError) as error:
        raise DeviceSilent(f"HomeWizard at {host}:{port}: {error}") from error
    peer = writer.get_extra_info("peercert")
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    names: list[str] = [value for group in peer["subject"] for key, value in group if key == "commonName"]
    found = next((name for name in names if NAME.fullmatch(name)), None)
    if found is None:
        raise DeviceGarbled(f"HomeWizard at {host}:{port}: its certificate is made out to {names}")
    return found


async def pair(client: httpx.AsyncClient, host: str, tls_name: str, user: str) -> str:
    """A new token for ``local/<user>``; its button must have been pressed within 30 s before."""
    url, what = f"https://{host}/api/user", f"pairing with HomeWizard at {host}"
    try:
        reply = await client.post(
            url,
            json={"name": f"local/{user}"},
            headers=_VERSION,
            extensions={"sni_hostname": tls_name},
            timeout=TIMEOUT_S,
        )
    except httpx.HTTPError as error:
        raise DeviceSilent(f"{what}: no answer ({type(error).__name__})") from error
    if reply.status_code == httpx.codes.FORBIDDEN:
        raise DeviceRefused(f"{what}: press its button, then ask again within 30 s")
    if reply.status_code != httpx.codes.OK:
        raise DeviceRefused(f"{what}: refused (status {reply.status_code})")
    token = understood(reply.content, what).get("token")
    if not isinstance(token, str) or not token:
        raise DeviceGarbled(f"{what}: no token in the answer")
    return token
