"""Where providers are asked: their own address, or the one that the environment puts in its place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from domain.errors import Fault, InputError

PREFIX: Final = "CHARGEWRIGHT_URL_"
_ALLOWED: Final = "https://host[:port][/path] is allowed, and http:// for this machine itself (127.0.0.1)"


def base_urls(environ: Mapping[str, str], providers: Iterable[str]) -> dict[str, str]:
    """Addresses by provider that ``CHARGEWRIGHT_URL_<PROVIDER>`` gives, without a slash at the end.

    Raises ``InputError`` with every address that is none, that would send a key in the open, or that no
    provider would use: a closed site must not ask the world because of a misspelt name.
    """
    known = tuple(providers)
    found, faults = {}, list(_unused(environ, known))
    for provider in known:
        name = f"{PREFIX}{provider.upper()}"
        url = environ.get(name, "").strip().rstrip("/")
        if not url:
            continue
        if _is_allowed(url):
            found[provider] = url
        else:
            faults.append(Fault(name, "no address that may be asked", _ALLOWED))
    if faults:
        raise InputError(faults)
    return found


def _unused(environ: Mapping[str, str], providers: Sequence[str]) -> Iterator[Fault]:
    """Variables of ours that name no provider."""
    names = [f"{PREFIX}{provider.upper()}" for provider in providers]
    for name in sorted(environ):
        if name.startswith(PREFIX) and name not in names:
            yield Fault(name, "no provider of this name", f"one of {', '.join(names)} is allowed")


def _is_allowed(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if not host or parts.query or parts.fragment or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_this_machine(host))


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
