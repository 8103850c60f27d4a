"""Briefs by mail from end to end: the form, the mail, the button, the brief, both ways out, in a real browser."""

from __future__ import annotations

import email
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import cast

import fetch_axe
import httpx
import pytest
from contract.postbox import Postbox, postbox
from e2e.browsing import DESK, PHONE, Visit, visiting
from e2e.serving import Serving, serving
from e2e.test_page_access import violations
from playwright.sync_api import Browser, expect

from rag.deliver.tokens import Tokens

WEEK = "2025-W11"
Office = tuple[Serving, Postbox, Path]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, checkout: Path, model_cache: Path) -> Iterator[Office]:
    """A service with the sample papers and a mail server."""
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        for name in list(os.environ):
            if name.upper().startswith(("PAPERBRIEF_", "OPENAI_")):
                patch.delenv(name)
        box = stack.enter_context(postbox())
        patch.setenv("PAPERBRIEF_CACHE_DIR", str(model_cache))
        folder = tmp_path_factory.mktemp("office") / "data"
        program(folder, "ingest", str(checkout / "eval" / "corpus" / "papers.jsonl"))
        yield stack.enter_context(serving(folder, PAPERBRIEF_SMTP_URL=box.url)), box, folder


@pytest.fixture
def visit(office: Office, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A page of its own; parameters are the browser context's."""
    with visiting(browser, office[0].url, **getattr(request, "param", {})) as visit:
        yield visit


def program(folder: Path, *words: str, **environment: str) -> None:
    """Run the command line on this data folder."""
    command = [sys.executable, "-c", "from rag.cli import main; main()", "--data-dir", str(folder), *words]
    done = subprocess.run(command, capture_output=True, cwd=folder.parent, text=True, env={**os.environ, **environment})
    assert done.returncode == 0, done.stderr


def mail_to(box: Postbox, address: str, *, brief: bool) -> EmailMessage:
    """The newest mail to an address, a brief or one that asks; it may still be on its way."""
    for _ in range(600):
        for recipient, text in reversed(box.arrived):
            message = cast(EmailMessage, email.message_from_bytes(text, policy=default))
            if recipient == address and ("List-Unsubscribe" in message) == brief:
                return message
        time.sleep(0.1)
    raise AssertionError(f"no such mail among {[(to, len(text)) for to, text in box.arrived]}")


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def path_in(text: str, path: str, site: str) -> str:
    """The link of a text that begins so, as a path."""
    found = re.search(rf"{re.escape(site)}({re.escape(path)}[\w?=.-]+)", text)
    assert found is not None
    return found[1]


def asked(on: Visit, box: Postbox, address: str) -> str:
    """Ask on the page for this address; the path of the link in the mail that came."""
    page = on.go("/briefs")
    page.get_by_role("link", name="By mail").click()
    page.get_by_label("Your mail address").fill(address)
    page.get_by_label("Every week").check()
    page.get_by_role("button", name="Ask for briefs").click()
    expect(page.locator("h1")).to_have_text("Look into your mail")
    return path_in(body(mail_to(box, address, brief=False), "plain"), "/v1/subscriptions/confirm", on.url)


@pytest.mark.parametrize("visit", [{"java_script_enabled": False}, {"viewport": PHONE}], indirect=True)
def test_from_the_form_to_the_last_click(office: Office, visit: Visit, request: pytest.FixtureRequest) -> None:
    service, box, folder = office
    name = re.sub(r"\W", "", request.node.name)[-8:]
    one, other = f"ada-{name}@example.org", f"bob-{name}@example.org"
    for address in (one, other):
        link = asked(visit, box, address)
        page = visit.go(link)
        expect(page.get_by_text("everything that is new")).to_be_visible()
        page.get_by_role("button", name="Confirm").click()
        expect(page.locator("h1")).to_have_text("You are subscribed")
        visit.go(link)  # again, as from an old mail
        expect(page.locator("h1")).to_have_text("This was confirmed before")

    program(folder, "brief", "--week", WEEK, "--deliver", PAPERBRIEF_SMTP_URL=box.url)
    brief = mail_to(box, one, brief=True)
    page = visit.go(path_in(body(brief, "plain"), "/briefs/", service.url))
    expect(page.locator(".points .sentence").first).to_be_visible()
    assert brief["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    way_out = str(brief["List-Unsubscribe"])[1:-1]
    done = httpx.post(way_out, data={"List-Unsubscribe": "One-Click"})
    assert done.json() == {"status": "unsubscribed"}

    visible = path_in(body(mail_to(box, other, brief=True), "html"), "/v1/subscriptions/unsubscribe", service.url)
    page = visit.go(visible)
    page.get_by_role("button", name="Unsubscribe", exact=True).click()
    expect(page.locator("h1")).to_have_text("You are unsubscribed")
    page.get_by_role("button", name="Erase the hash as well").click()
    expect(page.locator("h1")).to_have_text("You are forgotten")


def test_what_is_wrong_stands_at_its_field(visit: Visit) -> None:
    page = visit.go("/subscribe")
    page.locator("form").evaluate("form => form.noValidate = true")
    page.get_by_label("Your mail address").fill("ada")
    page.get_by_label("Topics").fill("a\nb\nc\nd\ne\nf")
    page.get_by_role("button", name="Ask for briefs").click()
    field = page.get_by_label("Your mail address")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("ada")
    expect(page.get_by_label("Topics")).to_have_accessible_description(re.compile("5 topics are the limit"))
    expect(page.get_by_role("alert")).to_be_visible()
    visit.complaints.clear()  # the browser's console names the 422


@pytest.mark.parametrize("visit", [{}, {"java_script_enabled": False}], indirect=True)
def test_a_link_that_cannot_be_used_says_what_to_do(office: Office, visit: Visit) -> None:
    tokens = Tokens.of(office[2])
    old, forged = tokens.sign("confirm", "sgn_0", now=0), tokens.sign("confirm", "sgn_0")[:-3]
    for token, title in ((old, "This link is too old"), (forged, "This link cannot be used"), ("", "This link cannot")):
        page = visit.go(f"/v1/subscriptions/confirm?token={token}")
        expect(page.locator("h1")).to_contain_text(title)
        page.get_by_role("link", name="ask for a new one").click()
        expect(page.get_by_label("Your mail address")).to_be_visible()
    page = visit.go(f"/v1/subscriptions/unsubscribe?token={tokens.sign('unsubscribe', 'sub_0', now=0)}")
    expect(page.get_by_text("newest brief")).to_be_visible()
    visit.complaints.clear()  # the browser's console names each status


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_pages_of_subscribing_are_for_everyone(
    office: Office, browser: Browser, theme: str, size: dict[str, int]
) -> None:
    if not fetch_axe.whole():
        pytest.skip("needs axe-core: make axe")
    axe = fetch_axe.SCRIPT.read_text()
    tokens = Tokens.of(office[2])
    places = (
        "/subscribe",
        "/subscribe/asked",
        f"/v1/subscriptions/unsubscribe?token={tokens.sign('unsubscribe', 'sub_0')}",
        f"/v1/subscriptions/confirm?token={tokens.sign('confirm', 'sgn_0', now=0)}",
    )
    with visiting(browser, office[0].url, viewport=size, color_scheme=theme, reduced_motion="reduce") as on:
        for place in places:
            page = on.go(place)
            assert violations(page, axe) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
        page = on.go("/subscribe")
        page.locator("form").evaluate("form => form.noValidate = true")
        page.get_by_role("button", name="Ask for briefs").click()
        page.get_by_role("alert").wait_for()
        assert violations(page, axe) == []
        on.complaints.clear()  # the browser's console names a 410 and a 422
