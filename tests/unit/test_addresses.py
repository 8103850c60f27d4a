"""What is a mail address, a webhook, a topic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.deliver.address import mail_address, same_address, webhook_address
from rag.deliver.wishes import MAX_TOPIC, MOST_TOPICS, checked_topics, topic_key
from rag.errors import InputError


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("ada@example.org", "ada@example.org"),
        (" Ada.B+papers@Example.ORG ", "Ada.B+papers@example.org"),
        ("o'neil_x@mail.example.co.uk", "o'neil_x@mail.example.co.uk"),
        ("ada@bücher.example", "ada@xn--bcher-kva.example"),
        ("ada@localhost", "ada@localhost"),
    ],
)
def test_addresses_that_can_be_written_to(given: str, kept: str) -> None:
    assert mail_address(given) == kept
    assert same_address(kept) == same_address(kept.upper())


@pytest.mark.parametrize(
    "text",
    [
        *("", "ada", "@example.org", "ada@", "ada@example", "ada@@example.org", "a b@example.org", ".ada@example.org"),
        *("ada..b@example.org", "ada.@example.org", '"ada b"@example.org', "ada@[127.0.0.1]", "ada@127.0.0.1"),
        *("ada@-example.org", "ada@exa_mple.org", "ada@example.org.", "ada@example..org", "ädä@example.org"),
        *("ada@example.org\nBcc: x@example.org", "ada\r@example.org", "ada@example.org, bob@example.org"),
        *("Ada <ada@example.org>", "ada@example.org>", f"{'a' * 65}@example.org", f"a@{'b' * 64}.org"),
        f"a@{'.'.join(['b' * 60] * 5)}.org",
    ],
)
def test_what_is_none_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(InputError) as caught:
        mail_address(text)
    assert "ada" not in str(caught.value)


@given(st.text(max_size=80))
def test_whatever_passes_is_one_plain_word(text: str) -> None:
    try:
        address = mail_address(text)
    except InputError:
        return
    assert address.isascii()
    assert address.isprintable()
    assert not set(address) & set(' <>,;:"()[]\\\r\n\t')
    assert mail_address(address) == address


@pytest.mark.parametrize("url", ["https://example.org/hook", "http://10.0.0.1:8080/x?y=1"])
def test_webhooks(url: str) -> None:
    assert webhook_address(f" {url}\n") == url


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.org", "https://", "https://u:p@example.org/", "https://e.org/\r\nX: y", "https://e.org:x/"),
        *("https://e.org/#a", "javascript:alert(1)", "https://exämple.org/", f"https://e.org/{'a' * 2_000}"),
    ],
)
def test_what_is_no_webhook_is_refused(url: str) -> None:
    with pytest.raises(InputError):
        webhook_address(url)


def test_topics_are_one_line_each_and_compared_without_capitals() -> None:
    kept = checked_topics(["Speculative  Decoding", "speculative decoding", "graphs\r\nBcc: x@example.org\u202e"])
    assert kept == {
        "speculative decoding": "Speculative Decoding",
        "graphs bcc: x@example.org": "graphs Bcc: x@example.org",
    }
    assert topic_key(None) == ""
    assert checked_topics([]) == {}


@pytest.mark.parametrize("topics", [[" "], ["…"], ["a" * (MAX_TOPIC + 1)], [str(n) for n in range(MOST_TOPICS + 1)]])
def test_topics_that_cannot_be(topics: list[str]) -> None:
    with pytest.raises(InputError):
        checked_topics(topics)
