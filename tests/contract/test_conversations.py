"""Conversations: in the catalogue, and through the library over invented papers."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from contract.papers import HashingEmbedder, records, settings

from rag.catalogue import Catalogue, answers, conversations
from rag.errors import NotFound, QuestionError
from rag.library import TURNS_SHOWN, Library, open_library
from rag.models import Answer, Coverage, Provenance

pytestmark = pytest.mark.anyio


def turn(conversation_id: str | None, number: int) -> Answer:
    provenance = Provenance(
        mode="extractive",
        embedding="none",
        catalogue_revision=1,
        version="0",
        created=f"2026-01-01T00:{number // 60:02}:{number % 60:02}Z",
    )
    return Answer(
        id=f"ans_{conversation_id or 'alone'}_{number:04}",
        question=f"question {number}",
        standalone_question=f"question {number}",
        conversation_id=conversation_id,
        outcome="insufficient_evidence",
        text="Nothing.",
        confidence=0.0,
        coverage=Coverage(papers_searched=0),
        provenance=provenance,
    )


@pytest.fixture
async def catalogue(tmp_path: Path) -> AsyncIterator[Catalogue]:
    opened = await asyncio.to_thread(Catalogue.open, f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    yield opened
    opened.close()


# -------------------------------------------------------------------------------------------------- in the catalogue


async def test_turns_are_kept_in_order_with_the_times(catalogue: Catalogue) -> None:
    name = conversations.new_id()
    await catalogue.write(conversations.start, name)
    begun = await catalogue.read(conversations.get, name, limit=10)
    assert (begun.total, begun.first, begun.turns) == (0, 1, ())
    for number in (1, 2, 3):
        await catalogue.write(conversations.append, turn(name, number))
    kept = await catalogue.read(conversations.get, name, limit=10)
    assert kept.turns == (turn(name, 1), turn(name, 2), turn(name, 3))
    assert (kept.total, kept.first, kept.created) == (3, 1, begun.created)
    assert kept.updated == "2026-01-01T00:00:03Z"
    assert await catalogue.read(conversations.last, name, 2) == (turn(name, 2), turn(name, 3))
    assert await catalogue.read(answers.get, turn(name, 2).id) == turn(name, 2)


async def test_a_conversation_may_begin_with_its_first_turn(catalogue: Catalogue) -> None:
    name = conversations.new_id()
    assert re.fullmatch(r"cnv_[0-9a-f]{16}", name)
    await catalogue.write(conversations.append, turn(name, 1), new=True)
    assert (await catalogue.read(conversations.get, name, limit=10)).total == 1


async def test_five_hundred_turns_are_read_a_page_at_a_time(catalogue: Catalogue) -> None:
    name, other = conversations.new_id(), conversations.new_id()
    for each in (name, other):
        await catalogue.write(conversations.start, each)

    def fill(session: object) -> None:
        for number in range(1, 501):
            conversations.append(session, turn(name, number))  # type: ignore[arg-type]
            if number % 7 == 0:
                conversations.append(session, turn(other, number))  # type: ignore[arg-type]

    await catalogue.write(fill)
    seen: list[Answer] = []
    before = None
    while before is None or before > 1:
        page = await catalogue.read(conversations.get, name, limit=120, before=before)
        assert page.total == 500
        seen[:0] = page.turns
        before = page.first
    assert seen == [turn(name, number) for number in range(1, 501)]
    assert len(await catalogue.read(conversations.last, other, 6)) == 6
    assert (await catalogue.read(conversations.get, name, limit=5, before=1)).turns == ()


async def test_two_that_append_at_once_lose_no_turn(tmp_path: Path) -> None:
    """Two tabs of one service, and another process on the same file."""
    url = f"sqlite:///{tmp_path / 'catalogue.sqlite'}"
    one, two = await asyncio.to_thread(Catalogue.open, url), await asyncio.to_thread(Catalogue.open, url)
    name = conversations.new_id()
    await one.write(conversations.start, name)

    async def tab(catalogue: Catalogue, numbers: range) -> None:
        for number in numbers:
            await catalogue.write(conversations.append, turn(name, number))

    await asyncio.gather(tab(one, range(1, 21)), tab(one, range(21, 41)), tab(two, range(41, 61)))
    kept = await one.read(conversations.get, name, limit=100)
    assert kept.total == 60
    assert {answer.id for answer in kept.turns} == {turn(name, number).id for number in range(1, 61)}
    for first in (1, 21, 41):
        ours = [a.id for a in kept.turns if turn(name, first).id <= a.id < turn(name, first + 20).id]
        assert ours == sorted(ours), "each tab's turns stay in its order"
    one.close()
    two.close()


async def test_removing_a_conversation_removes_its_answers_and_no_others(catalogue: Catalogue) -> None:
    gone, kept = conversations.new_id(), conversations.new_id()
    for number in (1, 2):
        await catalogue.write(conversations.append, turn(gone, number), new=number == 1)
        await catalogue.write(conversations.append, turn(kept, number), new=number == 1)
    await catalogue.write(answers.keep, turn(None, 1))
    await catalogue.write(conversations.remove, gone)
    assert await catalogue.read(answers.get, turn(gone, 1).id) is None
    assert await catalogue.read(answers.get, turn(kept, 1).id) == turn(kept, 1)
    assert await catalogue.read(answers.get, turn(None, 1).id) == turn(None, 1)
    assert (await catalogue.read(conversations.get, kept, limit=10)).total == 2
    with pytest.raises(NotFound, match=gone):
        await catalogue.read(conversations.get, gone, limit=10)
    with pytest.raises(NotFound):
        await catalogue.write(conversations.remove, gone)
    with pytest.raises(NotFound):
        await catalogue.write(conversations.append, turn(gone, 3))
    assert await catalogue.read(answers.get, turn(gone, 3).id) is None, "the transaction was undone as a whole"


# -------------------------------------------------------------------------------------------------- in the library


@pytest.fixture(scope="module")
async def shelf(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Library]:
    async with open_library(settings(tmp_path_factory.mktemp("shelf")), embedder=HashingEmbedder()) as opened:
        await opened.ingest(records())
        yield opened


async def test_a_question_begins_a_conversation_and_another_goes_on(shelf: Library) -> None:
    first = await shelf.ask("What is Quokka?", conversation_id="new")
    assert first.conversation_id is not None
    second = await shelf.ask("What is Marmot?", conversation_id=first.conversation_id)
    told = await shelf.conversation(first.conversation_id)
    assert told.turns == (first, second)
    assert await shelf.answer(second.id) == second
    assert (told.total, told.first) == (2, 1)
    await shelf.delete_conversation(first.conversation_id)
    for use in (shelf.conversation, shelf.delete_conversation):
        with pytest.raises(NotFound, match=first.conversation_id):
            await use(first.conversation_id)
    with pytest.raises(NotFound):
        await shelf.answer(first.id)
    with pytest.raises(NotFound):
        await shelf.ask("What is Marmot?", conversation_id=first.conversation_id)


async def test_a_conversation_can_be_begun_without_a_question(shelf: Library) -> None:
    name = await shelf.start_conversation()
    assert (await shelf.conversation(name)).turns == ()
    with pytest.raises(QuestionError):
        await shelf.ask("?!", conversation_id=name)
    assert (await shelf.conversation(name)).total == 0, "what was refused is no turn"
    assert (await shelf.ask("What is Marmot?", conversation_id=name)).conversation_id == name


async def test_tabs_that_ask_at_once_both_get_a_turn(shelf: Library) -> None:
    name = await shelf.start_conversation()
    asked = ["What is Marmot?", "What is Quokka?", "How many remarks about C++ led to a fix?"] * 3
    given = await asyncio.gather(*(shelf.ask(question, conversation_id=name) for question in asked))
    kept = (await shelf.conversation(name, limit=TURNS_SHOWN)).turns
    assert {answer.id for answer in kept} == {answer.id for answer in given}
    assert len(kept) == len(asked)


async def test_messages_without_a_question_are_refused(shelf: Library) -> None:
    with pytest.raises(QuestionError, match="no message is a user's"):
        await shelf.ask_messages([("system", "You are kind."), ("assistant", "Hello!")])
    answer = await shelf.ask_messages([("system", "You are kind."), ("user", "What is Quokka?")])
    assert (answer.conversation_id, answer.outcome) == (None, "answered")
    assert await shelf.answer(answer.id) == answer
