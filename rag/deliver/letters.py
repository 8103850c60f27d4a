"""Mails as the bytes that go out.

A brief is put into words and encoded once; for each subscriber four header lines and the link out are put in. So ten
thousand mails cost ten thousand replacements and not ten thousand renderings, and the bytes are a function of the
brief, the subscriber, the settings and one time.

No header can be injected. What holds text of papers and people (the subject) goes through the `email` package, which
encodes what is not plain and refuses line breaks; what is put in here has to be one line of plain ASCII, or is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from html import escape

from rag.catalogue.deliveries import Claim
from rag.deliver.desk import DeliverDesk
from rag.deliver.tokens import Tokens
from rag.errors import InputError
from rag.models import Briefing
from rag.render.mail import Links, mail

_PLAIN = re.compile(r"[\x20-\x7e]{1,900}", re.ASCII)
_WIDTH = 72  # a piece of the link in quoted-printable; a line may have 76 characters


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail without what differs from one recipient to the next: between the `pieces` of its body the link goes."""

    head: bytes
    pieces: tuple[bytes, ...]
    is_list: bool


def brief_letter(desk: DeliverDesk, briefing: Briefing) -> Letter:
    """The mail of a brief."""
    mark = f"pb{hashlib.sha256(briefing.id.encode()).hexdigest()}"
    # The link to the page is the same for all, and for the second try of one mail.
    page = f"{desk.site}/briefs/{briefing.id}?token={page_token(desk.tokens, briefing)}"
    made = mail(briefing, Links(page=page, unsubscribe=_way_out(desk, mark), site=desk.site))
    return _letter(desk, made.subject, made.text, made.html, mark, is_list=True)


def page_token(tokens: Tokens, briefing: Briefing) -> str:
    """What opens the page of a brief, for as long after it was written as such a link is good."""
    written = datetime.fromisoformat(briefing.provenance.created).timestamp()
    return tokens.sign("brief", briefing.id, now=written)


def confirm_letter(desk: DeliverDesk) -> Letter:
    """The mail that asks to confirm. It repeats nothing of what was asked for: a stranger may have written that."""
    mark = f"pb{hashlib.sha256(b'confirm').hexdigest()}"
    link = f"{desk.site}/v1/subscriptions/confirm?token={mark}"
    said = (
        f"Somebody, you we hope, asked for briefs of research papers from {desk.site} to be sent to this address.",
        "To get them, open this page and press the button on it:",
        _Link("Confirm the subscription", link),
        "The link is good for seven days and works once. If you did not ask, do nothing: nothing more is sent, and the "
        "address is forgotten.",
    )
    return _plain_letter(desk, "Confirm your subscription", said, mark, is_list=False)


def notice_letter(desk: DeliverDesk, topic: str) -> Letter:
    """The mail that says that a topic is not written on; its subscriber confirmed it, so it may be repeated."""
    mark = f"pb{hashlib.sha256(f'notice {topic}'.encode()).hexdigest()}"
    said = (
        f"You asked for briefs on \u201c{topic}\u201d. There is no room for it for now: this service writes on "
        f"{desk.topics:,} topics each time, those that most people ask for, and yours comes after them.",
        "Its briefs are sent to you as soon as there is room; this is said only once. Or choose another topic, or none "
        "for everything that is new:",
        _Link("Briefs by mail", f"{desk.site}/subscribe"),
        "To get nothing any more:",
        _Link("Unsubscribe", _way_out(desk, mark)),
    )
    return _plain_letter(desk, "A topic that is not written on", said, mark, is_list=True)


@dataclass(frozen=True, slots=True)
class _Link:
    """A paragraph of a mail that is a link."""

    text: str
    address: str


def _plain_letter(desk: DeliverDesk, subject: str, said: Sequence[str | _Link], mark: str, *, is_list: bool) -> Letter:
    """A mail of a few paragraphs."""
    text = "\n\n".join(one.address if isinstance(one, _Link) else one for one in said)
    paragraphs = "".join(
        '<p style="margin:0 0 14px;font:16px/1.5 sans-serif;">'
        + (f'<a href="{escape(one.address)}">{escape(one.text)}</a>' if isinstance(one, _Link) else escape(one))
        + "</p>"
        for one in said
    )
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(subject)}</title>'
        f'<meta name="color-scheme" content="light dark"></head><body style="margin:24px;">{paragraphs}</body></html>\n'
    )
    return _letter(desk, subject, f"{text}\n", html, mark, is_list=is_list)


def addressed(desk: DeliverDesk, letter: Letter, claim: Claim) -> bytes:
    """The mail to one subscriber, with CR LF line ends. Raises InputError where that would need a broken header."""
    assert claim.address is not None
    if letter.is_list:
        token = desk.tokens.sign("unsubscribe", claim.subscriber_id, now=claim.created)
    else:
        token = desk.tokens.sign("confirm", claim.subject, now=claim.created)
    lines = [
        ("To", claim.address),
        ("Date", format_datetime(datetime.fromtimestamp(int(claim.created), UTC))),
        ("Message-ID", message_id(desk, claim)),
    ]
    if letter.is_list:
        lines += [
            ("List-Unsubscribe", f"<{_way_out(desk, token)}>"),
            ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ]
    head = b"".join(_line(name, value) for name, value in lines)
    return head + letter.head + b"\r\n\r\n" + _with_token(letter, token)


def message_id(desk: DeliverDesk, claim: Claim) -> str:
    """The same for each try of one delivery, and for no other; it names no address."""
    return f"<{claim.subject}.{claim.subscriber_id}@{_mail_host(desk)}>"


def sender_address(desk: DeliverDesk) -> str:
    """The address alone, for the envelope."""
    return _address_in(desk.sender)


@cache
def _address_in(sender: str) -> str:
    return parseaddr(sender)[1]


def _way_out(desk: DeliverDesk, token: str) -> str:
    return f"{desk.site}/v1/subscriptions/unsubscribe?token={token}"


def _mail_host(desk: DeliverDesk) -> str:
    return sender_address(desk).rpartition("@")[2]


def _letter(desk: DeliverDesk, subject: str, text: str, html: str, mark: str, *, is_list: bool) -> Letter:
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = desk.sender
        message["Subject"] = subject
        message["Auto-Submitted"] = "auto-generated"
        if is_list:
            message["Precedence"] = "bulk"
            message["List-Id"] = f"paperbrief <briefs.{_mail_host(desk)}>"
    except ValueError as error:  # a line break in a header
        raise InputError(
            "A header of the mail would hold a line break.", hint="Report it; nothing was sent."
        ) from error
    message.set_content(text, cte="quoted-printable")
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    # The same boundary each time: the mark is in neither part's text.
    message.set_boundary(f"=_{mark[:40]}")
    head, _, body = message.as_bytes().partition(b"\r\n\r\n")
    return Letter(head, tuple(_split_mark(mark).split(body)), is_list)


def _with_token(letter: Letter, token: str) -> bytes:
    """The body with the token where its mark was. In quoted-printable a line may end anywhere with `=`."""
    lines = [token[start : start + _WIDTH].encode("ascii") for start in range(0, len(token), _WIDTH)]
    return (b"=\r\n" + b"=\r\n".join(lines) + b"=\r\n").join(letter.pieces)


def _split_mark(mark: str) -> re.Pattern[bytes]:
    return re.compile(rb"(?:=\r\n)?".join(bytes((c,)) for c in mark.encode("ascii")))


def _line(name: str, value: str) -> bytes:
    """A header line that is put in here: one line of plain ASCII, or none at all."""
    if not _PLAIN.fullmatch(value):
        raise InputError(f"The header {name} of a mail would not be one plain line.", hint="Nothing was sent.")
    return f"{name}: {value}\r\n".encode("ascii")
