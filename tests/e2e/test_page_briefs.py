"""Briefs on the page: read with scripts and without, by mouse, keyboard and thumb, and asked about."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from e2e.browsing import PHONE
from e2e.conftest import Visits
from e2e.serving import Serving
from e2e.test_page_hostile import PAPERS, is_inert
from playwright.sync_api import expect

from rag.models import Briefing
from rag.render.parts import rows

WEEK = "2025-W11"


@pytest.fixture(scope="module")
def brief(site: Serving) -> dict[str, Any]:
    """The brief of the sample papers' week."""
    response = httpx.post(f"{site.url}/v1/briefs", json={"week": WEEK}, timeout=120)
    told: dict[str, Any] = response.raise_for_status().json()
    return told


def first_span(brief: dict[str, Any]) -> tuple[str, str]:
    """The text of the first sentence of a theme, and the words that show it."""
    sentence = brief["sections"][0]["sentences"][0]
    return sentence["text"], sentence["evidence"][0]["quote"]


def test_a_brief_is_read_without_scripts(visit: Visits, brief: dict[str, Any]) -> None:
    page = visit(f"/briefs/{brief['id']}", java_script_enabled=False).page
    said, quote = first_span(brief)
    expect(page.locator("h1")).to_have_text(brief["title"])
    expect(page.locator(".prose .said").first).to_have_text(said)
    expect(page.locator(".points .sentence")).to_have_count(len(brief["summary"]))
    expect(page.locator(".figures tbody tr")).to_have_count(len(rows(Briefing.model_validate(brief))))
    number = page.locator(".prose a.cite").first
    assert number.get_attribute("href") == f"#source-{number.inner_text()}"
    expect(page.locator(f"#source-{number.inner_text()} mark").filter(has_text=quote)).to_be_visible()


def test_a_sentence_opens_the_abstract_that_the_page_has_already(visit: Visits, brief: dict[str, Any]) -> None:
    on = visit("/briefs")
    asked: list[str] = []
    on.page.on("request", lambda request: asked.append(request.url))
    on.page.locator(f'a[href$="/briefs/{brief["id"]}"]').first.click()
    said, quote = first_span(brief)
    on.page.locator(".prose .said").filter(has_text=said).first.hover()
    expect(on.page.locator(".pane mark").first).to_have_text(quote)
    on.page.locator(".figures .cite").first.click()
    expect(on.page.locator(".pane mark")).to_have_text(brief["figures"][0]["quote"])
    assert not [url for url in asked if "/v1/" in url]


def test_the_keyboard_goes_into_the_abstract_and_back(visit: Visits, brief: dict[str, Any]) -> None:
    page = visit(f"/briefs/{brief['id']}").page
    number = page.locator(".prose .cite").first
    number.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(number).to_be_focused()
    expect(page.locator(".pane")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".pane h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".pane")).to_be_hidden()
    expect(number).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_it_all_in_its_width(visit: Visits, brief: dict[str, Any], theme: str) -> None:
    page = visit(
        f"/briefs/{brief['id']}", viewport=PHONE, has_touch=True, color_scheme=theme, reduced_motion="reduce"
    ).page
    for place in (".prose .cite", ".figures .cite"):
        number = page.locator(place).first
        number.tap()
        expect(page.locator(".pane mark").first).to_be_in_viewport()
        above, pane = number.bounding_box(), page.locator(".pane").bounding_box()
        assert above is not None
        assert pane is not None
        assert pane["y"] > above["y"]
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        number.tap()
        expect(page.locator(".pane")).to_be_hidden()


def test_a_brief_is_asked_about_and_the_limit_can_be_taken_away(visit: Visits, brief: dict[str, Any]) -> None:
    on = visit(f"/briefs/{brief['id']}")
    on.page.get_by_role("link", name="Ask about this brief").click()
    chip = on.page.locator(".chip")
    expect(chip).to_contain_text(brief["title"])
    assert on.page.url.endswith(f"/?brief={brief['id']}")
    on.ask("Which papers are about retrieval for code generation?")
    reported = {paper["paper_id"] for paper in brief["papers"]}
    for link in on.page.locator(".references a[href^='/papers/'], .papers a[href^='/papers/']").all():
        assert (link.get_attribute("href") or "").removeprefix("/papers/") in reported
    chip.get_by_role("button").click()
    expect(chip).to_have_count(0)
    assert "brief=" not in on.page.url


@pytest.mark.parametrize("scripts", [True, False])
def test_a_brief_is_written_on_the_page(visit: Visits, scripts: bool) -> None:
    page = visit("/briefs", java_script_enabled=scripts).page
    page.get_by_label("Topic").fill("code search")
    page.get_by_label("Week").fill(WEEK)
    page.get_by_label("Week").press("Enter")
    expect(page.locator("h1")).to_contain_text("Code search")
    assert "/briefs/brf_" in page.url


def test_the_briefs_of_a_series_lead_to_each_other(visit: Visits, site: Serving) -> None:
    # A topic that no other test of this site has: in whatever order they run, the series is these two.
    made = [
        httpx.post(f"{site.url}/v1/briefs", json={"topic": "DNA language models", "week": week}, timeout=120).json()
        for week in ("2025-W11", "2025-W12")
    ]
    page = visit(f"/briefs/{made[0]['id']}").page
    # Two briefs of one second have no order but that of their identifiers.
    way = "Next" if page.get_by_role("link", name="Next").count() else "Previous"
    page.get_by_role("link", name=way).click()
    expect(page.locator("h1")).to_have_text(made[1]["title"])
    page.get_by_role("link", name="All briefs").click()
    expect(page.locator(".papers h2").filter(has_text=made[1]["title"]).first).to_be_visible()
    expect(page.locator(".site [aria-current]")).to_have_text("Briefs")
    for kind in ("application/atom+xml", "application/feed+json"):
        address = page.locator(f"link[rel=alternate][type='{kind}']").get_attribute("href")
        assert httpx.get(site.url + (address or "")).status_code == 200


def test_hostile_papers_are_text_in_a_brief(visit: Visits, site: Serving) -> None:
    lines = "\n".join(json.dumps(paper) for paper in PAPERS)
    listed = {"format": "papers", "listed": "2031-02-03"}
    httpx.post(f"{site.url}/v1/ingest", params=listed, content=lines, timeout=60).raise_for_status()
    names = [paper["id"] for paper in PAPERS]
    try:
        made = httpx.post(f"{site.url}/v1/briefs", json={"week": "2031-W06"}, timeout=120).json()
        assert {paper["paper_id"] for paper in made["papers"]} == set(names)
        page = visit(f"/briefs/{made['id']}").page
        expect(page.locator(".source")).to_have_count(len(names))
        is_inert(page)
        file = visit(f"/v1/briefs/{made['id']}.html").page
        assert file.evaluate("window.ran") is None
        assert file.locator("img, script, iframe").count() == 0
    finally:
        for name in names:
            httpx.delete(f"{site.url}/v1/papers/{name}")


def test_the_one_file_is_styled_and_needs_nothing(visit: Visits, brief: dict[str, Any]) -> None:
    on = visit(f"/v1/briefs/{brief['id']}.html", viewport=PHONE, color_scheme="dark")
    assert on.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(21, 23, 26)"
    assert on.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert on.page.evaluate("performance.getEntriesByType('resource').length") == 0


def test_on_paper_there_is_the_brief_alone(visit: Visits, brief: dict[str, Any]) -> None:
    page = visit(f"/briefs/{brief['id']}").page
    page.emulate_media(media="print")
    for place in (".site", ".series", ".actions", ".beside"):
        expect(page.locator(place).first).to_be_hidden()
    expect(page.locator(".prose").first).to_be_visible()
    expect(page.locator(".source").first).to_be_visible()
