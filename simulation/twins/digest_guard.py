"""HTTP Digest with SHA-256 (RFC 7616), the device's side."""

from __future__ import annotations

import hashlib
import re

from simulation.twins.http_server import HttpRequest

_PAIR = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')


class DigestGuard:
    """Lets a request pass that knows the password; a number once used is good for this guard's life."""

    def __init__(self, realm: str, password: str, user: str = "admin") -> None:
        self._realm = realm
        self._user = user
        self._secret = _sha256(f"{user}:{realm}:{password}")
        self._nonce = _sha256(f"nonce of {realm}")[:24]

    @property
    def challenge(self) -> str:
        """What an answer of 401 asks for."""
        return f'Digest qop="auth", realm="{self._realm}", nonce="{self._nonce}", algorithm=SHA-256'

    def lets_pass(self, request: HttpRequest) -> bool:
        """Whether the request proves that it knows the password."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        said = {name: quoted or plain for name, quoted, plain in _PAIR.findall(rest)}
        if scheme != "Digest" or said.get("nonce") != self._nonce or said.get("username") != self._user:
            return False
        asked = _sha256(f"{request.method}:{said.get('uri', '')}")
        middle = f"{self._nonce}:{said.get('nc', '')}:{said.get('cnonce', '')}:auth"
        right = said.get("response") == _sha256(f"{self._secret}:{middle}:{asked}")
        return right and said.get("uri") == request.target


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
