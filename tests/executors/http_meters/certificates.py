"""An authority of our own for tests, and certificates that it signs."""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path

from tests.programs import program


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run([program("openssl"), *arguments], cwd=folder, check=True, capture_output=True)  # noqa: S603


def authority(folder: Path) -> Path:
    """The certificate of a new authority in ``folder``."""
    (folder / "ca.cnf").write_text(
        "[req]\ndistinguished_name=dn\nprompt=no\nx509_extensions=ext\n[dn]\nCN=Test Authority\n"
        "[ext]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n"
        "subjectKeyIdentifier=hash\n"
    )
    _openssl(
        folder,
        *("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-config", "ca.cnf"),
        *("-keyout", "ca.key", "-out", "ca.pem"),
    )
    return folder / "ca.pem"


def device_tls(folder: Path, name: str) -> ssl.SSLContext:
    """TLS of a device whose certificate, signed by the authority in ``folder``, carries ``name``."""
    escaped = name.replace("/", "\\/")
    _openssl(
        folder,
        *("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={escaped}"),
        *("-keyout", "device.key", "-out", "device.csr"),
    )
    _openssl(
        folder,
        *("x509", "-req", "-in", "device.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"),
        *("-days", "2", "-out", "device.pem"),
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "device.pem", folder / "device.key")
    return context
