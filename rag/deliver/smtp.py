"""Handing a mail to a server, over one connection for many, and what the server's answer means.

Everything here blocks, and runs in a thread of its own for each connection.
"""

from __future__ import annotations

import base64
import contextlib
import smtplib
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from rag.deliver.outcome import SENT, Outcome, reason_of
from rag.errors import SettingsError

Tls = Literal["implicit", "required", "where offered", "none"]
_DONE, _FORWARDED, _GO_ON = 250, 251, 354
_SUBMISSION = 587
_SMTPS = 465
_TOO_LARGE = 552
_CLOSING = 421
_LOGGED_IN = (235, 503)
_ANOTHER_HOST = (62, 64)
"""OpenSSL's X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A server to hand mails to. `seconds` is how long it may be silent.

    `authority` is a file with the certificates that its own must be signed by, in place of the system's.
    """

    host: str
    port: int
    tls: Tls
    user: str | None = None
    password: str | None = None
    authority: Path | None = None
    seconds: float = 60.0

    @classmethod
    def of(cls, url: str, authority: Path | None = None) -> SmtpServer:
        """The server of `PAPERBRIEF_SMTP_URL`; the settings have checked its form."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        implicit = parts.scheme == "smtps"
        tls: Tls = "implicit" if implicit else "required"
        if not implicit and parts.query != "tls=required":
            if parts.query == "tls=none":
                tls = "none"
            elif host in ("localhost", "127.0.0.1", "::1"):
                tls = "where offered"
        user = unquote(parts.username) if parts.username else None
        password = unquote(parts.password) if parts.password else None
        return cls(host, parts.port or (_SMTPS if implicit else _SUBMISSION), tls, user, password, authority)

    def __repr__(self) -> str:
        return f"SmtpServer({self.host}:{self.port})"


def _as_text(message: bytes) -> bytes:
    """The text with its end, as DATA wants it: a line that begins with a dot gets another."""
    whole = message if message.endswith(b"\r\n") else message + b"\r\n"
    stuffed = whole.replace(b"\n.", b"\n..")
    return (b"." if whole.startswith(b".") else b"") + stuffed + b".\r\n"


class ServerTrouble(Exception):
    """The server cannot be used at all just now; `outcome` says why."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome


class SmtpLine:
    """A connection that is opened when it is needed, used for many mails, and opened anew when it is cut."""

    def __init__(self, server: SmtpServer, hello: str) -> None:
        self._server = server
        self._hello = hello
        self._open: smtplib.SMTP | None = None
        self._handed_over = 0

    def send(self, sender: str, recipient: str, message: bytes) -> Outcome:
        """Hand over one mail.

        A connection that was good for others before and ends before this one's text was sent is opened anew, once: many
        servers take a hundred mails and hang up.
        """
        outcome = self._send(sender, recipient, message)
        if outcome.server_failed and self._handed_over and not outcome.doubtful:
            self._handed_over = 0
            self.close()
            outcome = self._send(sender, recipient, message)
        return outcome

    def _send(self, sender: str, recipient: str, message: bytes) -> Outcome:
        try:
            connection = self._connected()
        except ServerTrouble as trouble:
            return trouble.outcome
        outcome = self._exchange(connection, sender, recipient, message)
        if outcome.result == "sent":
            self._handed_over += 1
        elif outcome.server_failed or outcome.doubtful or not self._reset(connection):
            self.close()
        return outcome

    def _exchange(self, connection: smtplib.SMTP, sender: str, recipient: str, message: bytes) -> Outcome:
        sent_whole = False
        try:
            code, said = connection.mail(sender, [f"size={len(message)}"] if connection.has_extn("size") else [])
            if code != _DONE:
                return _refused(code, said, "message" if code == _TOO_LARGE else "server")
            code, said = connection.rcpt(recipient)
            if code not in (_DONE, _FORWARDED):
                # What a policy says (5.7.x) is about us; the address may be as good as any.
                return _refused(code, said, "message" if said.startswith(b"5.7.") else "recipient")
            code, said = connection.docmd("data")
            if code != _GO_ON:
                return _refused(code, said, "message")
            connection.send(_as_text(message))
            sent_whole = True
            code, said = connection.getreply()
            return SENT if code == _DONE else _refused(code, said, "message")
        except (smtplib.SMTPException, OSError) as error:
            # All was sent and no answer came: nobody can know whether it was taken. Before, it was not.
            if sent_whole:
                return Outcome("temporary", "message", f"no answer to the text ({_kind(error)})", doubtful=True)
            return Outcome("temporary", "server", f"the connection was cut ({_kind(error)})")

    def _reset(self, connection: smtplib.SMTP) -> bool:
        """Make the connection ready for the next mail after one that was refused."""
        try:
            return connection.rset()[0] == 250
        except (smtplib.SMTPException, OSError):
            return False

    def _connected(self) -> smtplib.SMTP:
        if self._open is None:
            self._open = opened(self._server, self._hello)
        return self._open

    def cut(self) -> None:
        """End what another thread is doing with the connection; it hears that it was cut."""
        connection = self._open
        if connection is not None and connection.sock is not None:
            with contextlib.suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection, without a word where the server does not listen any more."""
        connection, self._open = self._open, None
        if connection is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                connection.quit()
            connection.close()


def opened(server: SmtpServer, hello: str) -> smtplib.SMTP:
    """A connection that is greeted, encrypted and logged in as the server's settings say. Raises ServerTrouble."""
    connection: smtplib.SMTP | None = None
    try:
        if server.tls == "implicit":
            context = _context(server)
            connection = smtplib.SMTP_SSL(server.host, server.port, hello, timeout=server.seconds, context=context)
        else:
            connection = smtplib.SMTP(server.host, server.port, hello, timeout=server.seconds)
        connection.ehlo_or_helo_if_needed()
        _encrypt(connection, server)
        _log_in(connection, server)
    except ServerTrouble:
        _drop(connection)
        raise
    except smtplib.SMTPResponseException as error:
        _drop(connection)
        raise ServerTrouble(_refused(error.smtp_code, error.smtp_error, "server")) from error
    except (smtplib.SMTPException, OSError) as error:
        _drop(connection)
        raise ServerTrouble(Outcome("temporary", "server", f"no connection ({_kind(error)})")) from error
    return connection


def _context(server: SmtpServer) -> ssl.SSLContext:
    """What a certificate has to be: for this host, and signed by the authority that the settings name."""
    try:
        return ssl.create_default_context(cafile=server.authority)
    except OSError as error:  # also where what stands in it is no certificate
        reason = f"the certificates of PAPERBRIEF_SMTP_CA cannot be read ({_kind(error)})"
        raise ServerTrouble(Outcome("permanent", "server", reason)) from error


def _encrypt(connection: smtplib.SMTP, server: SmtpServer) -> None:
    """Turn on encryption. Where it is required, nothing is said in clear to a server that does not offer it."""
    if server.tls in ("implicit", "none"):
        return
    if connection.has_extn("starttls"):
        code, said = connection.starttls(context=_context(server))
        if code != 220:
            raise smtplib.SMTPResponseException(code, said)
        connection.ehlo_or_helo_if_needed()
    elif server.tls == "required":
        raise ServerTrouble(
            Outcome("permanent", "server", "the server offers no encryption; ?tls=none sends without it")
        )


def _log_in(connection: smtplib.SMTP, server: SmtpServer) -> None:
    """Log in where the settings name a user. What the server says to it is told without the password."""
    if server.user is None:
        return
    password = server.password or ""
    plain = base64.b64encode(f"\0{server.user}\0{password}".encode()).decode("ascii")
    try:
        if server.user.isascii() and password.isascii():
            connection.login(server.user, password)
        else:  # smtplib knows ASCII only, RFC 4616 knows UTF-8
            code, said = connection.docmd("AUTH", f"PLAIN {plain}")
            if code not in _LOGGED_IN:
                raise smtplib.SMTPAuthenticationError(code, said)
    except smtplib.SMTPAuthenticationError as error:
        said = error.smtp_error if isinstance(error.smtp_error, bytes) else str(error.smtp_error).encode()
        for secret in (password.encode(), base64.b64encode(password.encode()), plain.encode()):
            said = said.replace(secret, b"(password)") if secret else said
        result: Literal["permanent", "temporary"] = "permanent" if error.smtp_code >= 500 else "temporary"
        reason = f"the login was refused: {reason_of(said, error.smtp_code)}"
        raise ServerTrouble(Outcome(result, "server", reason)) from None
    except smtplib.SMTPNotSupportedError:
        reason = "the server takes no login, and PAPERBRIEF_SMTP_URL names a user"
        raise ServerTrouble(Outcome("permanent", "server", reason)) from None


def _drop(connection: smtplib.SMTP | None) -> None:
    if connection is not None:
        connection.close()


def _refused(code: int, said: bytes | str, fault: Literal["recipient", "message", "server"]) -> Outcome:
    """An answer of the server: 4xx may change, 5xx will not; 421 speaks for the whole server, whenever it comes."""
    if code == _CLOSING or code < 400:
        return Outcome("temporary", "server", reason_of(said, code))
    return Outcome("permanent" if code >= 500 else "temporary", fault, reason_of(said, code))


def _kind(error: BaseException) -> str:
    """The error in a few words; its own text may hold an address."""
    if isinstance(error, smtplib.SMTPServerDisconnected) and isinstance(error.__context__, OSError):
        error = error.__context__  # smtplib says of everything that the server hung up
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        said = error.verify_message.rstrip(".")
        if error.verify_code in _ANOTHER_HOST:
            return f"its certificate is another's: {said}; PAPERBRIEF_SMTP_URL names the host as the certificate does"
        return f"its certificate is not trusted: {said}; PAPERBRIEF_SMTP_CA names whom to trust"
    if isinstance(error, ssl.SSLError):
        return f"encryption failed: {error.reason or type(error).__name__}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__


def required_server(url: str | None, authority: Path | None = None) -> SmtpServer:
    """The server that the settings name. Raises SettingsError where they name none."""
    if url is None:
        raise SettingsError(
            "There is no mail server to send with.", hint="Set PAPERBRIEF_SMTP_URL, for example smtp://user@host:587."
        )
    return SmtpServer.of(url, authority)
