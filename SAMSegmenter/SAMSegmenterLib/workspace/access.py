"""Who may use the workspace: everybody on this computer, elsewhere who knows the token, and never another web page."""

from __future__ import annotations

import contextlib
import hmac
import ipaddress
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from SAMSegmenterLib.core.errors import InputError

LOOPBACK = "127.0.0.1"

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' {socket}; object-src 'none'; "
    "base-uri 'self'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Access:
    """Where the workspace listens, and what it asks of whoever comes.

    Args:
        host: address to listen on.
        port: 0 takes a free one.
        token: asked of everybody; empty asks nobody, which only an address of this computer alone may have.
        certificate, key: PEM files for TLS; None for none.
    """

    host: str = LOOPBACK
    port: int = 0
    token: str = ""
    certificate: Path | None = None
    key: Path | None = None

    @property
    def scheme(self) -> str:
        """Of the page's address."""
        return "https" if self.certificate is not None else "http"

    @property
    def cookie(self) -> str:
        """Name of the cookie that keeps the token; other workspaces on this computer have others."""
        return f"sam_workspace_{self.port}"

    def url(self) -> str:
        """Address of the page, with the token."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}/" + (f"?token={self.token}" if self.token else "")

    def refusal(self, host: str, origin: str | None, given: str | None, changes: bool = False) -> str:
        """Why a request is refused; empty when it is not.

        Args:
            host: the header Host: a page of another name that leads to this computer is refused without a token.
            origin: the header Origin, which browsers send with what another page asks for; None without one.
            given: the token that came with the request.
            changes: the request sends something, or opens a web socket; browsers name the origin of all of those.
        """
        if (changes and origin is None) or (origin is not None and urlsplit(origin).netloc != host):
            return "Another web page may not use this workspace."
        if self.token:
            right = hmac.compare_digest((given or "").encode(), self.token.encode())
            return "" if right else "Open the address that sam-workspace printed; it ends in a token."
        if not is_loopback(_name_of(host)):
            return f"Open this page as {self.url()}."
        return ""

    def headers(self, host: str) -> Mapping[str, str]:
        """Headers of every answer."""
        socket = f"{'wss' if self.certificate is not None else 'ws'}://{host}"
        return {**_HEADERS, "Content-Security-Policy": _POLICY.format(socket=socket)}


def access_for(host: str, port: int, insecure: bool, certificate: Path | None, key: Path | None) -> Access:
    """Access as safe as the address asks for.

    Raises:
        InputError: other computers could reach the address and neither TLS nor `insecure` was chosen; only one of
            certificate and key was given, or one of them is not there.
    """
    if (certificate is None) != (key is None):
        raise InputError("TLS needs both --certificate and --key.", "Give both files, in PEM format.")
    for path in (certificate, key):
        if path is not None and not path.is_file():
            raise InputError(f"The file {path} cannot be used for TLS: it is not there.", "Check the path.")
    if not 0 <= port <= 65535:
        raise InputError(f"There is no port {port}.", "Choose a number from 1024 to 65535, or 0 for any that is free.")
    if is_loopback(host):
        return Access(host, port, "", certificate, key)
    if certificate is None and not insecure:
        raise InputError(
            f"Other computers can reach {host}, and what they send could be read on the way.",
            "Give --certificate and --key for TLS, or --insecure on a network that you trust.",
        )
    return Access(host, port, secrets.token_urlsafe(24), certificate, key)


def free_port(host: str, port: int) -> int:
    """The port, or a free one for 0.

    Raises:
        InputError: the port is in use, or the address is none of this computer's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(
                f"Nothing can listen on {host}, port {port}: {error.strerror or error}.",
                "Choose another --port, or --port 0 for any that is free.",
            ) from error
        return int(probe.getsockname()[1])


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this computer alone."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _name_of(host: str) -> str:
    """The header Host without its port; empty for one that makes no sense."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
