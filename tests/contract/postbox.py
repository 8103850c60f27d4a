"""A real SMTP server on a loopback port that keeps what arrives, and misbehaves where a test asks it to."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Rule = Callable[[str, str], str | None]
"""Given the stage (connect, tls, auth, mail, rcpt, data, text, end) and its argument: a reply, `cut`, or None for the
usual."""


@dataclass
class Postbox:
    """What a server was given. `arrived` has recipient and text, in order, of every message that it acknowledged."""

    port: int = 0
    rule: Rule = lambda _stage, _argument: None
    offers: tuple[str, ...] = ()
    """What it says besides that it can do."""
    arrived: list[tuple[str, bytes]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    """The commands, of all connections, as they came."""
    connections: int = 0
    open: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def recipients(self) -> list[str]:
        return [recipient for recipient, _ in self.arrived]

    def message_ids(self) -> list[str]:
        found = [re.search(rb"^Message-ID: (.*)\r$", text, re.MULTILINE) for _, text in self.arrived]
        return [one[1].decode() for one in found if one]


class Cut(Exception):
    """The server hangs up."""


class _Conversation:
    def __init__(self, box: Postbox, plain: socket.socket) -> None:
        self._box, self._plain, self._file = box, plain, plain.makefile("rb")
        self._recipient = ""

    def _say(self, stage: str, argument: str, usual: str) -> bool:
        """Answer; whether the answer is a good one."""
        reply = self._box.rule(stage, argument) or usual
        if reply == "cut":
            raise Cut
        self._plain.sendall(f"{reply}\r\n".encode())
        return reply[0] in "23"

    def hold(self) -> None:
        with self._plain, self._file, suppress(Cut, OSError):
            if not self._say("connect", "", "220 postbox"):
                return
            while line := self._file.readline():
                self._command(line.decode().strip())

    def _command(self, line: str) -> None:
        self._box.heard.append(line)
        verb, _, rest = line.partition(" ")
        match verb.upper():
            case "EHLO":
                offers = "".join(f"250-{one}\r\n" for one in self._box.offers)
                self._plain.sendall(f"250-postbox\r\n{offers}250 SIZE 1000000\r\n".encode())
            case "STARTTLS":
                self._say("tls", "", "502 no")
            case "AUTH":
                self._say("auth", rest, "535 no")
            case "MAIL":
                self._say("mail", rest, "250 ok")
            case "RCPT":
                address = re.search(r"<(.*)>", rest)
                self._recipient = address[1] if address else ""
                self._say("rcpt", self._recipient, "250 ok")
            case "DATA":
                if self._say("data", self._recipient, "354 go on"):
                    self._text()
            case "QUIT":
                self._plain.sendall(b"221 bye\r\n")
                raise Cut
            case _:
                self._plain.sendall(b"250 ok\r\n")

    def _text(self) -> None:
        # In large pieces: line by line the server would compute longer than what it tests.
        text = b"\r\n"
        while not text.endswith(b"\r\n.\r\n"):
            piece = self._file.read1(1 << 16)
            if not piece or (text == b"\r\n" and self._box.rule("text", self._recipient) == "cut"):
                raise Cut
            text += piece
        text = text[:-3].replace(b"\r\n..", b"\r\n.")[2:]
        reply = self._box.rule("end", self._recipient)
        if reply in (None, "take and cut"):
            # What a server has said yes to has arrived, whether or not the yes is heard.
            self._box.arrived.append((self._recipient, text))
        if reply == "take and cut":
            raise Cut
        self._plain.sendall(f"{reply or '250 taken'}\r\n".encode())


@contextmanager
def postbox(rule: Rule | None = None, *, offers: tuple[str, ...] = ()) -> Iterator[Postbox]:
    """A server for the time of a `with` block."""
    box = Postbox(offers=offers)
    if rule is not None:
        box.rule = rule
    with socket.create_server(("127.0.0.1", 0)) as listening:
        box.port = listening.getsockname()[1]
        threads: list[threading.Thread] = []

        def accept() -> None:
            with suppress(OSError):
                while True:
                    plain, _ = listening.accept()
                    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    box.connections += 1
                    box.open.append(plain)
                    threads.append(threading.Thread(target=_Conversation(box, plain).hold, daemon=True))
                    threads[-1].start()

        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield box
        finally:
            with suppress(OSError):
                listening.shutdown(socket.SHUT_RDWR)
            for plain in box.open:
                with suppress(OSError):
                    plain.shutdown(socket.SHUT_RDWR)
            accepting.join(5)
            for thread in threads:
                thread.join(5)
