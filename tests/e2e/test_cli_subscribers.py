"""`paperbrief subscribers`, on a real catalogue."""

from __future__ import annotations

import pytest
from e2e.running import Run


def test_subscribers_are_added_listed_removed_and_erased(run: Run) -> None:
    assert "no subscribers" in run("subscribers", "list").err
    assert "asks to confirm" in run("subscribers", "add", "ada@example.org", "--topic", "graphs").err
    added = run("subscribers", "add", "bob@example.org", "--confirmed", "--cadence", "monthly", "--json").json
    assert added["subscriber"]["state"] == "active"
    hook = run("subscribers", "add", "https://example.org/hook", "--json").json
    assert hook["secret"].startswith("whs_")
    listed = {one["address"]: one for one in run("subscribers", "list", "--json").json}
    assert listed["ada@example.org"]["state"] == "pending"
    assert listed["bob@example.org"]["cadence"] == "monthly"
    assert "gets nothing" in run("subscribers", "remove", "BOB@example.org").err
    assert "had left before" in run("subscribers", "remove", added["subscriber"]["id"]).err
    assert "(erased)" in run("subscribers", "list").out
    assert "nothing is known" in run("subscribers", "erase", added["subscriber"]["id"]).err
    assert len(run("subscribers", "list", "--json").json) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "ada"), "no mail address"),
        (("add", "https://u:p@example.org"), "no address of a webhook"),
        (("add", "ada@example.org", "--topic", " "), "topic is empty"),
        (("remove", "sub_1"), "no such subscriber"),
        (("erase", "ada@example.org"), "no such subscriber"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(run: Run, arguments: tuple[str, ...], says: str) -> None:
    done = run("subscribers", *arguments)
    assert done.status == 1
    assert says in done.err


def test_a_key_has_addresses_for_feed_readers(run: Run) -> None:
    made = run("keys", "create", "reader", "--json").json
    atom, json_feed = run("keys", "feed", made["id"]).out.split()
    assert "/feeds/briefs.atom?token=" in atom
    assert "/feeds/briefs.json?token=" in json_feed
    assert run("keys", "feed", made["id"], "--json").json == {"atom": atom, "json": json_feed}
    assert made["key"] not in atom
    assert "no key" in run("keys", "feed", "key_0").err
    writer = run("keys", "create", "writer", "--scope", "write", "--json").json
    assert "may not read" in run("keys", "feed", writer["id"]).err
    run("keys", "revoke", made["id"])
    refused = run("keys", "feed", made["id"])
    assert (refused.status, "is revoked" in refused.err) == (1, True)
