"""The chat on the page: asking, seeing where a sentence stands, going on, coming back."""

from __future__ import annotations

import re

import httpx
from e2e.browsing import PHONE
from e2e.conftest import Visits
from e2e.serving import Serving
from playwright.sync_api import expect

QUESTION = "What is the speedup of SpecDec++?"
QUOTE = "With llama-2-chat 7B & 70B, its speedup on Alpaca is 2.04x, 7.2% better than baseline speculative decoding."
FURTHER = "On GSM8K the speedup is 2.26x (9.4% better), on HumanEval 2.23x (11.1% better)."


def test_the_first_visit_shows_what_there_is_and_asks_an_example(visit: Visits) -> None:
    page = visit().page
    expect(page.locator(".holds")).to_contain_text(re.compile(r"\d+ papers, listed 12 Mar 2025"))
    examples = page.locator(".example")
    expect(examples).to_have_count(3)
    question = examples.first.inner_text()
    examples.first.click()
    expect(page.locator(".question")).to_have_text(question)
    expect(page.locator(".sentence")).not_to_have_count(0)
    expect(page.locator(".coverage")).to_contain_text("abstracts only. Confidence ")


def test_a_sentence_opens_the_abstract_with_its_very_span(visit: Visits) -> None:
    on = visit()
    on.ask(QUESTION)
    sentence = on.page.locator(".sentence").first
    expect(sentence).to_contain_text(QUOTE)
    sentence.locator(".said").hover()
    expect(on.page.locator(".pane mark")).to_have_text(QUOTE)
    expect(on.page.locator(".pane h2")).to_contain_text("SpecDec++")
    beside, text = on.page.locator(".pane").bounding_box(), sentence.bounding_box()
    assert beside is not None
    assert text is not None
    assert beside["x"] >= text["x"] + text["width"]


def test_on_a_phone_the_abstract_opens_below_the_sentence(visit: Visits) -> None:
    on = visit(viewport=PHONE, has_touch=True)
    on.ask(QUESTION)
    on.page.locator(".cite").first.tap()
    mark = on.page.locator(".pane mark")
    expect(mark).to_have_text(QUOTE)
    expect(mark).to_be_in_viewport()
    pane, said = on.page.locator(".pane").bounding_box(), on.page.locator(".sentence .said").first.bounding_box()
    assert pane is not None
    assert said is not None
    assert pane["y"] >= said["y"] + said["height"]
    assert on.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    on.page.locator(".cite").first.tap()
    expect(on.page.locator(".pane")).to_be_hidden()


def test_a_conversation_has_an_address_and_survives_a_reload(visit: Visits) -> None:
    on = visit()
    on.ask(QUESTION)
    expect(on.page).to_have_url(re.compile(r"/c/cnv_[0-9a-f]{16}$"))
    on.ask("Which papers are about binary embeddings?")
    before = on.page.locator(".turn .question, .turn .said").all_inner_texts()
    on.page.reload()
    expect(on.page.locator(".turn .question, .turn .said")).to_have_text(before)
    on.ask("What is METAGENE-1?")
    expect(on.page.locator(".turn")).to_have_count(3)
    on.page.goto(on.url)
    expect(on.page.locator(".earlier a")).to_have_text([QUESTION])


def test_a_follow_up_goes_to_the_same_conversation(visit: Visits, site: Serving) -> None:
    on = visit()
    on.ask("What is METAGENE-1?")
    on.ask("How many parameters does it have?")
    kept = httpx.get(f"{site.url}/v1/conversations/{on.page.url.rpartition('/')[2]}").json()
    assert [turn["question"] for turn in kept["turns"]] == ["What is METAGENE-1?", "How many parameters does it have?"]


def test_a_conversation_is_deleted_only_when_confirmed(visit: Visits, site: Serving) -> None:
    on = visit()
    on.ask(QUESTION)
    conversation = on.page.url.rpartition("/")[2]
    on.page.get_by_role("button", name="Delete").click()
    on.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    assert httpx.get(f"{site.url}/v1/conversations/{conversation}").status_code == 200
    on.page.get_by_role("button", name="Delete").click()
    on.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(on.page.locator(".welcome")).to_be_visible()
    assert httpx.get(f"{site.url}/v1/conversations/{conversation}").status_code == 404
    on.go(f"/c/{conversation}")
    expect(on.page.get_by_role("alert")).to_contain_text("There is no conversation")
    on.complaints.clear()  # the browser's console names the 404


def test_a_refusal_helps(visit: Visits) -> None:
    on = visit()
    on.ask("Which vaccine protects best against measles?")
    expect(on.page.locator(".state")).to_have_text("The abstracts do not answer this")
    nearest = on.page.locator(".turn .papers li")
    expect(nearest).to_have_count(3)
    title = nearest.first.locator("a").inner_text()
    nearest.first.get_by_role("button").click()
    expect(on.page.locator(".chip")).to_have_text(title)
    expect(on.page.locator("#question")).to_be_focused()
    on.page.get_by_role("button", name="Remove the filter").click()
    expect(on.page.locator(".chips")).to_have_text("All papers")


def test_the_scope_is_sent_shown_and_cleared(visit: Visits) -> None:
    on = visit("/?since=2031-01-01")
    expect(on.page.locator(".chip")).to_have_text("listed from 1 Jan 2031")
    on.ask(QUESTION)
    expect(on.page.locator(".coverage")).to_contain_text("0 papers")
    on.page.get_by_role("button", name="Search all papers").click()
    expect(on.page.locator(".turn").nth(1).locator(".said")).to_have_text([QUOTE, FURTHER])
    expect(on.page.locator(".chips")).to_have_text("All papers")
    assert "since" not in on.page.url


def test_copies_are_markdown_and_bibtex(visit: Visits) -> None:
    on = visit(permissions=["clipboard-read", "clipboard-write"])
    on.ask(QUESTION)
    on.page.get_by_role("button", name="Copy as Markdown").click()
    expect(on.page.get_by_role("button", name="Copied")).to_be_visible()
    copied = on.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"**{QUESTION}**\n\nSpecDec++: With llama-2-chat 7B \\& 70B")
    assert re.search(
        r"\n1\. \[SpecDec\+\+: Boosting .*\]\(<http://127\.0\.0\.1:\d+/papers/t-\w+>\)\. “With llama", copied
    )
    on.page.get_by_role("button", name="Copy BibTeX").click()
    expect(on.page.get_by_role("button", name="Copied")).to_have_count(2)
    copied = on.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@misc{")
    assert "title = {{SpecDec++: Boosting Speculative Decoding via Adaptive Candidate Lengths}}" in copied


def test_an_answer_is_readable_without_javascript(visit: Visits, site: Serving) -> None:
    answer = httpx.post(f"{site.url}/v1/ask", json={"question": QUESTION}).json()
    on = visit(f"/answers/{answer['id']}", java_script_enabled=False)
    expect(on.page.get_by_role("heading", level=1)).to_have_text(QUESTION)
    expect(on.page.locator(".said")).to_have_text([QUOTE, FURTHER])
    expect(on.page.locator("mark")).to_have_text([QUOTE, FURTHER])
    expect(on.page.locator(".coverage")).to_contain_text("abstracts only. Confidence high")
    on.page.locator("a.cite").first.click()
    expect(on.page).to_have_url(re.compile("#source-1$"))


def test_an_answers_own_page_opens_abstracts_too(visit: Visits, site: Serving) -> None:
    answer = httpx.post(f"{site.url}/v1/ask", json={"question": QUESTION}).json()
    on = visit(f"/answers/{answer['id']}")
    on.page.locator(".said").first.hover()
    expect(on.page.locator(".pane mark")).to_have_text(QUOTE)


def test_an_unknown_answer_is_said_to_be_none(visit: Visits) -> None:
    on = visit("/answers/ans_0000000000000000")
    expect(on.page.get_by_role("heading", level=1)).to_have_text("There is no such answer")
    on.complaints.clear()  # the browser's console names the 404
