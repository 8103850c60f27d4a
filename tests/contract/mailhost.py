"""A mail server with TLS and login on a loopback port (aiosmtpd), and certificates made for the time of a test."""

from __future__ import annotations

import asyncio
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

Kind = Literal["implicit", "starttls"]
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Certificates:
    """An authority, and a server's certificate that it signed with its key, as PEM files."""

    authority: Path
    server: Path

    def context(self) -> ssl.SSLContext:
        """What the server shows."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.server)
        return context


def certificates(folder: Path, *names: str, days: int = 1) -> Certificates:
    """Certificates of a new authority, for a server of these names; with `days` below 0 the server's is over."""
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.datetime.now(datetime.UTC)
    own, theirs = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"tests {folder.name}")])

    def begun(subject: x509.Name, key: Any, until: datetime.datetime) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 9 * _DAY)
            .not_valid_after(until)
        )

    root = begun(issuer, own, now + _DAY).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    leaf = begun(subject, theirs, now + days * _DAY).add_extension(
        x509.SubjectAlternativeName([_name(name) for name in names]), critical=False
    )
    authority, server = folder / "authority.pem", folder / "server.pem"
    authority.write_bytes(root.sign(own, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    server.write_bytes(
        leaf.sign(own, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        + theirs.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return Certificates(authority, server)


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


@dataclass
class MailHost:
    """What a server was given: `arrived` has recipient, text, and the user who had logged in over TLS."""

    port: int = 0
    arrived: list[tuple[str, bytes, str | None]] = field(default_factory=list)
    logins: list[tuple[str, bool]] = field(default_factory=list)
    """Of each attempt the user, and whether they were let in."""

    closed: bool = False
    """Whether it takes something only from who has logged in."""

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a sender."""
        if self.closed and not session.authenticated:
            return "530 5.7.0 log in first"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep what arrives."""
        assert isinstance(envelope.content, bytes)
        user = session.auth_data if isinstance(session.auth_data, str) else None
        self.arrived += [(one, envelope.content, user) for one in envelope.rcpt_tos]
        return "250 taken"


@contextmanager
def mailhost(kind: Kind, shown: Certificates, user: str = "", password: str = "") -> Iterator[MailHost]:
    """A server for the time of a `with` block; with a `user` it takes nothing from who has not logged in."""
    host = MailHost()

    def check(_: object, __: object, ___: object, mechanism: str, data: object) -> AuthResult:
        assert isinstance(data, LoginPassword)
        good = (data.login.decode(), data.password.decode()) == (user, password)
        host.logins.append((data.login.decode(), good))
        return AuthResult(success=good, handled=False, auth_data=user if good else None)

    given: dict[str, Any] = {"authenticator": check} if user else {}
    host.closed = bool(user)
    if kind == "implicit":
        given["auth_require_tls"] = False  # it does not see the encryption around it
    else:
        given |= {"tls_context": shown.context(), "require_starttls": True}
    ready = threading.Event()
    stopping: list[Callable[[], object]] = []

    async def serve() -> None:
        loop, stop = asyncio.get_running_loop(), asyncio.Event()
        outer = shown.context() if kind == "implicit" else None
        server = await loop.create_server(lambda: SMTP(host, loop=loop, **given), "127.0.0.1", 0, ssl=outer)
        host.port = server.sockets[0].getsockname()[1]
        stopping.append(lambda: loop.call_soon_threadsafe(stop.set))
        ready.set()
        async with server:
            await stop.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), daemon=True)
    thread.start()
    try:
        assert ready.wait(30)
        yield host
    finally:
        for stop in stopping:
            stop()
        thread.join(30)
