"""Signed links: what they say, and that nothing else passes for one."""

from __future__ import annotations

import stat
import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.deliver.tokens import FILE, LASTS, MOST_CHARACTERS, Tokens
from rag.errors import StorageError, TokenError, TokenExpired, TokenForged, TokenMisused

NOW = 1_764_201_600.0
OURS = Tokens("a secret of the tests")


@given(st.sampled_from(sorted(LASTS)), st.text(max_size=60))
def test_a_token_gives_its_subject_back_and_fits_an_address(purpose: str, subject: str) -> None:
    token = OURS.sign(purpose, subject, now=NOW)
    assert OURS.read(purpose, token, now=NOW) == subject
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.")


@given(st.data())
def test_a_token_that_was_changed_anywhere_is_forged(data: st.DataObject) -> None:
    token = OURS.sign("confirm", "sub_1", now=NOW)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda c: c != token[place]))
    # The last character of base64 carries bits that say nothing; what they are does not change what is signed.
    changed = token[:place] + other + token[place + 1 :]
    try:
        assert OURS.read("confirm", changed, now=NOW) == "sub_1"
        assert place == len(token) - 1
    except TokenForged:
        pass


@given(st.text(max_size=200))
def test_any_other_text_is_forged(text: str) -> None:
    with pytest.raises(TokenForged):
        OURS.read("brief", text, now=NOW)


def test_another_secret_makes_other_tokens_and_other_hashes() -> None:
    theirs = Tokens("another secret of the tests")
    with pytest.raises(TokenForged):
        OURS.read("brief", theirs.sign("brief", "brf_1", now=NOW), now=NOW)
    assert OURS.keyed("address", "a@example.org") != theirs.keyed("address", "a@example.org")
    assert OURS.keyed("address", "a@example.org") != OURS.keyed("webhook", "a@example.org")


def test_a_token_serves_one_purpose_only() -> None:
    for purpose in LASTS:
        for other in set(LASTS) - {purpose}:
            with pytest.raises(TokenMisused):
                OURS.read(other, OURS.sign(purpose, "sub_1", now=NOW), now=NOW)


def test_a_feeds_address_does_not_end_and_another_ones_cannot_be_made_endless() -> None:
    token = OURS.sign("feed", "key_1", now=NOW)
    assert OURS.sign("feed", "key_1", now=NOW + 1e9) == token, "a reader keeps one address"
    assert OURS.read("feed", token, now=NOW + 1e9) == "key_1"
    for purpose in LASTS:
        with pytest.raises(TokenMisused):
            OURS.read(purpose, token, now=NOW)
        with pytest.raises(TokenForged):
            OURS.read(purpose, OURS._signer.dumps([purpose, "sub_1", 0]), now=NOW)


@pytest.mark.parametrize("purpose", sorted(LASTS))
def test_a_token_ends_to_the_second(purpose: str) -> None:
    token = OURS.sign(purpose, "sub_1", now=NOW)
    assert OURS.read(purpose, token, now=NOW + LASTS[purpose] - 1) == "sub_1"
    with pytest.raises(TokenExpired):
        OURS.read(purpose, token, now=NOW + LASTS[purpose])


def test_a_very_long_text_is_not_even_looked_at() -> None:
    with pytest.raises(TokenForged):
        OURS.read("brief", "a" * (MOST_CHARACTERS + 1))


def test_no_error_repeats_the_token_or_the_secret() -> None:
    for token in ("guessed", OURS.sign("confirm", "sub_secret", now=0)):
        with pytest.raises(TokenError) as caught:
            OURS.read("confirm", token)
        assert token not in str(caught.value)
        assert "sub_secret" not in str(caught.value)
    assert "a secret of the tests" not in repr(OURS)


def test_the_secret_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    token = Tokens.of(folder).sign("confirm", "sub_1")
    assert Tokens.of(folder).read("confirm", token) == "sub_1"
    assert stat.S_IMODE((folder / FILE).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [FILE]
    assert Tokens.of(folder, "given by a setting").keyed("a", "b") != Tokens.of(folder).keyed("a", "b")


def test_processes_that_start_at_once_agree_on_the_secret(tmp_path: Path) -> None:
    code = "import sys, pathlib; from rag.deliver.tokens import Tokens; "
    code += "print(Tokens.of(pathlib.Path(sys.argv[1])).keyed('a', 'b'))"
    started = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "data")], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="PAPERBRIEF_TOKEN_SECRET"):
        Tokens.of(tmp_path / "file")
    (tmp_path / FILE).write_text("short")
    with pytest.raises(StorageError, match="does not hold a secret"):
        Tokens.of(tmp_path)
