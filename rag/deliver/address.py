"""Addresses: what may be written to, checked without asking anybody. Pure.

A mail address is taken in the plain form that every mail server understands (RFC 5321's dot-string; no quotes, no
comments, no address literals). Whether it exists is for the mail that asks to confirm to find out.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from rag.errors import InputError

MAX_ADDRESS = 254
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_MAX_URL = 2_000


def mail_address(text: str) -> str:
    """The address with its domain in ASCII and small letters. Raises InputError for what cannot be one."""
    given = text.strip()
    local, _, domain = given.rpartition("@")
    if not _LOCAL.fullmatch(local) or len(local) > 64:
        raise _no_address()
    ascii_domain = _domain(domain)
    address = f"{local}@{ascii_domain}"
    if len(address) > MAX_ADDRESS:
        raise _no_address()
    return address


def same_address(address: str) -> str:
    """The form in which two addresses of one mailbox are the same; hardly any server tells capitals apart."""
    return address.casefold()


def webhook_address(text: str) -> str:
    """The address of a webhook. Raises InputError for what is none; where it leads is checked when it is called."""
    given = text.strip()
    problem = InputError("This is no address of a webhook.", hint="Write it as https://host/path, without a password.")
    if not given.isascii() or not given.isprintable() or " " in given or len(given) > _MAX_URL:
        raise problem
    try:
        parts = urlsplit(given)
        _ = parts.port  # a ValueError where it is no number
    except ValueError:
        raise problem from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None or parts.fragment:
        raise problem
    return given


def _domain(domain: str) -> str:
    try:
        name = domain.encode("idna").decode("ascii").lower() if domain else ""
    except UnicodeError:
        raise _no_address() from None
    labels = name.split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise _no_address()
    if len(labels) < 2 and name != "localhost":
        raise _no_address()
    return name


def _no_address() -> InputError:
    # The text is not repeated: it may be somebody's address, misspelt.
    return InputError("This is no mail address.", hint="Write it as name@example.org.")
