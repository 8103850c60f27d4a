"""The library on the page: finding papers, reading one, adding, deleting."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
from e2e.conftest import Visits
from e2e.serving import Serving
from playwright.sync_api import Page, Request, expect

OCELOT = {
    "id": "2502.88801",
    "title": "Ocelot: Quiet Gradients for Nightly Training",
    "abstract": "Training at night is cheap. Ocelot moves gradients when power costs least and saves 38% of the bill. "
    "It loses no accuracy on five tasks.",
    "tags": ["night"],
}


def test_papers_are_found_while_typing_and_late_answers_do_not_win(visit: Visits) -> None:
    on = visit("/library")
    on.page.locator(".papers li").first.wait_for()
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/v1/search"):
            asked.append(json.loads(request.post_data or "")["query"])

    on.page.on("request", note)
    on.page.locator("#query").press_sequentially("DNA embedding", delay=20)
    expect(on.page.locator(".papers h2").first).to_contain_text("DNABERT-S")
    assert asked[-1] == "DNA embedding"
    assert len(asked) < len("DNA embedding") / 2  # not a request a letter
    expect(on.page).to_have_url(re.compile(r"/library\?q=DNA\+embedding$"))
    on.page.reload()
    expect(on.page.locator("#query")).to_have_value("DNA embedding")
    expect(on.page.locator(".papers h2").first).to_contain_text("DNABERT-S")


def test_filters_narrow_and_are_cleared(visit: Visits) -> None:
    on = visit("/library?until=2001-01-01")
    expect(on.page.locator(".empty")).to_contain_text("Nothing here under these filters")
    on.page.get_by_role("button", name="Clear the filters").click()
    expect(on.page.locator(".papers li")).to_have_count(30)
    on.page.get_by_role("button", name="Show more").click()
    expect(on.page.locator(".papers li")).to_have_count(60)
    on.page.get_by_role("button", name="Narrow").click()
    on.page.get_by_label("Listed from").fill("2025-03-12")
    expect(on.page.locator(".chip")).to_have_text("listed from 12 Mar 2025")
    expect(on.page).to_have_url(re.compile(r"since=2025-03-12"))


def test_a_papers_page_leads_to_asking_it_alone(visit: Visits) -> None:
    on = visit("/library?q=SpecDec")
    on.page.get_by_role("link", name=re.compile("SpecDec")).click()
    expect(on.page.get_by_role("heading", level=1)).to_contain_text("SpecDec++")
    assert on.page.title().startswith("SpecDec++")
    expect(on.page.locator(".particulars")).to_contain_text("12 Mar 2025, daily-papers")
    on.page.get_by_role("link", name="Ask about this paper").click()
    expect(on.page.locator(".chip")).to_contain_text("SpecDec++")
    on.page.get_by_role("button", name="What is this paper about?").click()
    expect(on.page.locator(".understood")).to_have_text("Understood as: What is SpecDec++ about?")
    on.ask("What is the speedup on GSM8K?")
    expect(on.page.locator(".coverage").last).to_contain_text("1 paper,")
    expect(on.page.locator(".turn").last.locator(".said").first).to_contain_text("2.26x")
    on.page.go_back()
    expect(on.page.get_by_role("heading", level=1)).to_contain_text("SpecDec++")
    cited_by = on.page.locator(".citing").get_by_role("link", name="What is the speedup on GSM8K?").first
    cited_by.click()
    expect(on.page).to_have_url(re.compile(r"/answers/ans_\w+$"))
    expect(on.page.locator("main")).to_contain_text("2.26x")


def test_pasted_papers_come_in_and_refused_ones_are_named(visit: Visits, site: Serving) -> None:
    on = visit("/library")
    on.page.get_by_role("button", name="Add papers").click()
    lines = [json.dumps(OCELOT), json.dumps({"title": "No abstract"})]
    on.page.get_by_label("Or paste a page, or JSON").fill("\n".join(lines))
    on.page.get_by_role("button", name="Add pasted text").click()
    done = on.page.locator(".progress")
    expect(done).to_contain_text("1 refused", timeout=30_000)
    expect(done.locator("li")).to_contain_text("Record 2: ")
    assert httpx.get(f"{site.url}/v1/papers/{OCELOT['id']}").json()["title"] == OCELOT["title"]
    delete(on.go(f"/papers/{OCELOT['id']}"), confirm=False)
    assert httpx.get(f"{site.url}/v1/papers/{OCELOT['id']}").status_code == 200
    delete(on.page, confirm=True)
    expect(on.page).to_have_url(re.compile("/library$"))
    assert httpx.get(f"{site.url}/v1/papers/{OCELOT['id']}").status_code == 404


def delete(page: Page, *, confirm: bool) -> None:
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete" if confirm else "Cancel").click()


def test_a_file_comes_in_by_choosing_it(visit: Visits, site: Serving, tmp_path: Path) -> None:
    file = tmp_path / "papers.jsonl"
    file.write_text(json.dumps({**OCELOT, "id": "2502.88802"}) + "\n")
    on = visit("/library?add")
    on.page.locator("#file").set_input_files(file)
    expect(on.page.locator(".progress")).to_contain_text("From papers.jsonl", timeout=30_000)
    assert httpx.delete(f"{site.url}/v1/papers/2502.88802").status_code == 204


def test_what_cannot_be_read_is_said(visit: Visits) -> None:
    on = visit("/library?add")
    on.page.get_by_label("Or paste a page, or JSON").fill("just a line")
    on.page.get_by_role("button", name="Add pasted text").click()
    expect(on.page.locator(".progress").get_by_role("alert")).to_be_visible(timeout=30_000)
    on.complaints.clear()  # the browser's console names the status
