"""A certificate for a twin that speaks TLS, made afresh with the program openssl."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Identity:
    """Files in PEM: what a client trusts, and what the twin shows."""

    ca: Path
    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """The server's side of TLS."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def make_identity(folder: Path, name: str) -> Identity:
    """A certificate whose common name is ``name``, signed by an authority of its own.

    Like HomeWizard's: the name stands in the subject only. Raises FileNotFoundError without openssl.
    """
    openssl = shutil.which("openssl")
    if openssl is None:
        raise FileNotFoundError("the program openssl is not installed; a twin that speaks TLS needs it")
    made = Identity(folder / "ca.pem", folder / "device.pem", folder / "device.key")
    ca_key, asked = str(folder / "ca.key"), str(folder / "device.csr")
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    authority = ["-keyout", ca_key, "-out", str(made.ca), "-subj", "/CN=Appliance Access CA"]
    _run([openssl, "req", "-x509", "-days", "30", *curve, *authority])
    subject = "/CN=" + name.replace("/", "\\/")
    _run([openssl, "req", *curve, "-keyout", str(made.key), "-out", asked, "-subj", subject])
    signed_by = ["-CA", str(made.ca), "-CAkey", ca_key, "-CAcreateserial", "-days", "30"]
    _run([openssl, "x509", "-req", "-in", asked, *signed_by, "-out", str(made.certificate)])
    return made


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=30)  # noqa: S603  # our own arguments
