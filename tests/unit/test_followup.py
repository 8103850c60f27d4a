"""Follow-ups put into words that stand by themselves, and questions that stand by themselves left alone."""

from __future__ import annotations

import string
import time

import pytest
from contract.papers import ABSTRACTS
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.followup import Followed, Turn, follow, holds, stands_alone, titles, turns
from rag.models import Answer, Citation, Coverage, Nearest, Outcome, Paper, Provenance

PAPERS = {
    paper_id: Paper(id=paper_id, title=title, abstract=abstract) for paper_id, (title, abstract) in ABSTRACTS.items()
}
LANTERNFISH, TIDEPOOL, REVIEW, SLEEP, MARMOT, QUOKKA, SPECDICT, GLYPHS = (
    f"2401.000{number}" for number in ("01", "02", "03", "05", "06", "08", "09", "12")
)
SLEEP_TITLE, REVIEW_TITLE = f"“{ABSTRACTS[SLEEP][0]}”", f"“{ABSTRACTS[REVIEW][0]}”"


def answer(question: str, *cited: str, nearest: tuple[str, ...] = (), text: str = "") -> Answer:
    outcome: Outcome = "answered" if cited else "insufficient_evidence"
    return Answer(
        id="ans_0",
        question=question,
        standalone_question=question,
        outcome=outcome,
        text=text,
        citations=tuple(
            Citation(n=n, paper_id=paper, title=PAPERS[paper].title, quotes=()) for n, paper in enumerate(cited, 1)
        ),
        nearest=tuple(Nearest(paper_id=paper, title=PAPERS[paper].title, score=0.5) for paper in nearest),
        confidence=0.5,
        coverage=Coverage(papers_searched=len(PAPERS)),
        provenance=Provenance(
            mode="extractive", embedding="none", catalogue_revision=1, version="0", created="2026-01-01T00:00:00Z"
        ),
    )


WHAT = answer("What is Lanternfish?", LANTERNFISH)
SPEED = answer("How much faster is decoding with Marmot?", MARMOT)
ACCURACY = answer("What accuracy does Quokka reach with 5,000 tablets?", QUOKKA)
SURVEY = answer("Which papers use language models?", TIDEPOOL, SPECDICT, REVIEW)
VERSUS = answer("Compare SpecDict++ and Marmot for decoding.", SPECDICT, MARMOT)
DRAFTING = answer("How does SpecDict++ draft?", SPECDICT)
HELPS = answer("Does longer sleep help networks that forget?", SLEEP)
REMARKS = answer("How many remarks of the review tool led to a fix?", REVIEW)
ABSENT = answer("What is LongHare?", nearest=(LANTERNFISH, MARMOT))
NOT_GIVEN = answer("How many GPUs did Quokka take?", nearest=(MARMOT, QUOKKA))
WEATHER = answer("Will it rain tomorrow?", nearest=(TIDEPOOL,))
TRIED_ON = answer("Which baselines and weather bulletins does BERT_BASE see?", "2401.00007")


def after(*answers: Answer) -> tuple[Turn, ...]:
    return turns(answers, PAPERS)


# ------------------------------------------------------------------------------------------------------- follow-ups

FOLLOW_UPS = [
    # it, they, that
    ((WHAT,), "and how big is it?", "How big is Lanternfish?"),
    ((WHAT,), "How does it work?", "How does Lanternfish work?"),
    ((WHAT,), "who wrote it?", "Who wrote Lanternfish?"),
    ((WHAT,), "What does it find on that benchmark?", "What does Lanternfish find on the benchmark?"),
    ((SPEED,), "is it better than SpecDict++?", "Is Marmot better than SpecDict++?"),
    ((SPEED,), "What did they test it on?", "What did the Marmot authors test Marmot on?"),
    ((SPEED,), "how does that work?", "How does Marmot work?"),
    ((SPEED,), "What accuracy does their predictor have?", "What accuracy does Marmot's predictor have?"),
    ((ACCURACY,), "Is it any good then?", "Is Quokka any good?"),
    ((VERSUS,), "thanks! and does it need training?", "Does SpecDict++ need training?"),
    ((ABSENT,), "how big is it?", "How big is LongHare?"),
    ((NOT_GIVEN,), "what does it do?", "What does Quokka do?"),
    ((ABSENT, SPEED), "how does that compare?", "How do LongHare and Marmot differ?"),
    ((WEATHER, WHAT, WEATHER), "how big is it?", "How big is Lanternfish?"),
    ((HELPS,), "how big was the effect in that study?", f"How big was the effect in {SLEEP_TITLE}?"),
    ((REMARKS,), "does it work for Rust?", f"Does {REVIEW_TITLE} work for Rust?"),
    (
        (REMARKS,),
        "how many people took part in these trials?",
        f"How many people took part in the trials of {REVIEW_TITLE}?",
    ),
    ((TRIED_ON,), "how many were those?", "How many were the weather bulletins of BERT_BASE?"),
    ((WHAT,), "In which journal did it appear?", "In which journal did Lanternfish appear?"),
    ((WHAT,), "why is this useful?", "Why is Lanternfish useful?"),
    ((WHAT,), "what's its memory?", "What's Lanternfish's memory?"),
    ((WHAT,), "how does that thing work", "How does Lanternfish work?"),
    ((WHAT,), "how big is that benchmark?", "How big is the benchmark of Lanternfish?"),
    (
        (HELPS,),
        "How can one defend against this forgetting?",
        f"How can one defend against the forgetting of {SLEEP_TITLE}?",
    ),
    # the method, the authors, the speedup
    ((WHAT,), "How does the method work?", "How does Lanternfish work?"),
    ((WHAT,), "What is the main idea?", "What is the main idea of Lanternfish?"),
    ((WHAT,), "is the code public?", "Is the code of Lanternfish public?"),
    ((ACCURACY,), "Which datasets were used?", "Which datasets were used in Quokka?"),
    ((ACCURACY,), "how long do the rounds last?", "How long do the rounds last in Quokka?"),
    ((HELPS,), "What did the authors conclude?", f"What did the authors of {SLEEP_TITLE} conclude?"),
    ((SPEED,), "who are the authors?", "Who are the authors of Marmot?"),
    ((SPEED,), "Is the source code available?", "Is the source code of Marmot available?"),
    ((SPEED,), "does accuracy suffer?", "Does accuracy suffer in Marmot?"),
    # what is left out
    ((SPEED,), "why?", "Why is decoding with Marmot faster?"),
    ((HELPS,), "why?", "Why does longer sleep help networks that forget?"),
    ((answer("Does Marmot change the accuracy?", MARMOT),), "why not?", "Why does Marmot not change the accuracy?"),
    ((HELPS,), "how many?", "How many does longer sleep help networks that forget?"),
    ((WHAT,), "how many GPUs", "How many GPUs in Lanternfish?"),
    ((WHAT,), "how much faster for 1.2 million rows?", "How much faster for 1.2 million rows in Lanternfish?"),
    ((HELPS,), "by how much?", "By how much does longer sleep help networks that forget?"),
    ((HELPS,), "On which dataset?", "On which dataset does longer sleep help networks that forget?"),
    ((SPEED,), "and Quokka?", "How much faster is decoding with Quokka?"),
    ((SPEED,), "what about SpecDict++?", "How much faster is decoding with SpecDict++?"),
    ((SPEED,), "same for SpecDict++", "How much faster is decoding with SpecDict++?"),
    ((ACCURACY,), "No, I meant Marmot", "What accuracy does Marmot reach with 5,000 tablets?"),
    ((ACCURACY,), "and on images?", "What accuracy does Quokka reach on images?"),
    ((ACCURACY,), "and on SQuAD?", "What accuracy does Quokka reach on SQuAD?"),
    ((ACCURACY,), "and with 100 tablets?", "What accuracy does Quokka reach with 100 tablets?"),
    ((ACCURACY,), "what about privacy?", "What does Quokka say about privacy?"),
    ((REMARKS,), "and without tests?", "How many remarks of the review tool led to a fix without tests?"),
    ((SPEED,), "and the accuracy?", "What is the accuracy of Marmot?"),
    ((WHAT,), "its limitations?", "What are the limitations of Lanternfish?"),
    ((WHAT,), "any code available?", "Is there any code available for Lanternfish?"),
    ((SURVEY,), "and kite videos?", "Which papers use kite videos?"),
    ((SURVEY,), "and Quokka?", "Does Quokka use language models?"),
    ((WHAT,), "ok, and the dense one?", "What does Lanternfish say about dense?"),
    ((ABSENT,), "and QuickTortoise?", "What is QuickTortoise?"),
    ((WHAT,), "is there a demo?", "Is there a demo for Lanternfish?"),
    ((SPEED,), "Any comparison with SpecDict++?", "Is there any comparison with SpecDict++ for Marmot?"),
    ((SPEED,), "How much faster is decoding?", "How much faster is decoding in Marmot?"),
    # more
    ((WHAT,), "tell me more", "How does Lanternfish work?"),
    ((WHAT,), "Can you tell me more about it?", "How does Lanternfish work?"),
    ((DRAFTING,), "what else?", "What are the results of SpecDict++?"),
    # one of several
    ((SURVEY,), "the second one", "What is SpecDict++?"),
    ((SURVEY,), "how does the second one work?", "How does SpecDict++ work?"),
    ((SURVEY,), "tell me more about the second one", "How does SpecDict++ work?"),
    ((SURVEY,), "summarise the first paper", "Summarise Tidepool."),
    ((SURVEY,), "what about [1]?", "What is Tidepool?"),
    ((SURVEY,), "the one on gliders", "What is Tidepool?"),
    ((VERSUS,), "is the latter private?", "Is Marmot private?"),
    ((VERSUS,), "how does the first one work?", "How does SpecDict++ work?"),
    ((VERSUS, DRAFTING), "and the other one?", "How does Marmot draft?"),
    ((SPEED, DRAFTING), "back to the first one: what's its speedup?", "What's Marmot's speedup?"),
    ((VERSUS, DRAFTING), "What does the other predict?", "What does Marmot predict?"),
    # two of them
    ((VERSUS,), "which is faster?", "Which is faster: SpecDict++ or Marmot?"),
    ((VERSUS,), "how do they differ?", "How do SpecDict++ and Marmot differ?"),
    ((SPEED, DRAFTING), "how do they differ?", "How do Marmot and SpecDict++ differ?"),
    ((SPEED, DRAFTING), "compare the two", "Compare Marmot and SpecDict++."),
    ((SPEED, DRAFTING), "what's the difference?", "What is the difference between Marmot and SpecDict++?"),
    ((SPEED, DRAFTING), "which of the two is smaller?", "Which of Marmot and SpecDict++ is smaller?"),
    # a name of its own in front; another topic
    ((WHAT,), "And Marmot, how much faster does it make decoding?", "How much faster does Marmot make decoding?"),
    ((WHAT,), "Different topic: which papers are on gliders?", "Which papers are on gliders?"),
]


@pytest.mark.parametrize(("before", "question", "standalone"), FOLLOW_UPS, ids=[q for _, q, _ in FOLLOW_UPS])
def test_a_follow_up_is_put_into_words_of_its_own(before: tuple[Answer, ...], question: str, standalone: str) -> None:
    followed = follow(question, after(*before))
    assert followed.question == standalone
    assert followed.missing is None
    assert follow(standalone, after(*before)).question == standalone, "what stands by itself is left alone"


THREE = f"Tidepool, SpecDict++ and {REVIEW_TITLE}"
AMONG = [
    (SURVEY, "which of them is fastest?", f"Which of {THREE} is fastest?", "Which papers are fastest?"),
    (SURVEY, "Which ones use C++?", f"Which of {THREE} use C++?", "Which papers use C++?"),
    (SURVEY, "do any of these draft tokens?", f"Do any of {THREE} draft tokens?", "Do any of the papers draft tokens?"),
    (
        SURVEY,
        "only the ones on gliders",
        "Which papers use language models, only those on gliders?",
        "Which papers are on gliders?",
    ),
    (
        SURVEY,
        "just those that write tests, please",
        "Which papers use language models, only those that write tests?",
        "Which papers write tests?",
    ),
    (SURVEY, "which is the fastest of them?", f"Which of {THREE} is the fastest?", "Which papers are the fastest?"),
    (SURVEY, "how do they work?", f"How do {THREE} work?", "How do the papers work?"),
    (
        VERSUS,
        "which one needs training?",
        "Which of SpecDict++ and Marmot needs training?",
        "Which papers need training?",
    ),
    (
        SURVEY,
        "which of these papers are on decoding?",
        f"Which of {THREE} are on decoding?",
        "Which papers are on decoding?",
    ),
]


@pytest.mark.parametrize(("before", "question", "standalone", "asked"), AMONG, ids=[row[1] for row in AMONG])
def test_some_of_those_found_are_asked_for_among_them(
    before: Answer, question: str, standalone: str, asked: str
) -> None:
    followed = follow(question, after(before))
    assert followed == Followed(standalone, tuple(c.paper_id for c in before.citations), asked)


def test_a_long_list_is_named_by_its_first_papers() -> None:
    many = answer("Which papers are there?", *list(PAPERS)[:8])
    followed = follow("which of them is fastest?", after(many))
    assert followed.question.endswith("A Study of Replay” and 3 other papers is fastest?")
    assert len(followed.within) == 8


def test_several_that_were_told_of_earlier_are_still_there() -> None:
    earlier = follow("which one needs training?", after(SURVEY, DRAFTING))
    assert earlier.within == tuple(c.paper_id for c in SURVEY.citations)
    assert follow("and which are about gliders?", after(SURVEY, DRAFTING)).within == earlier.within
    assert follow("which are about gliders?", after(SURVEY, DRAFTING)).within == ()
    assert follow("which of the two is smaller?", after(SPEED, DRAFTING)).within == (MARMOT, SPECDICT)


def test_none_of_those_that_were_not_found_is_asked_for() -> None:
    assert follow("which of these is pre-trained?", after(WEATHER)).missing is not None


def test_the_order_of_those_told_of_is_that_of_the_answer() -> None:
    """The question that stands by itself lists them as they were found before, the answer as they answer."""
    asked = answer("which of them is fastest?", REVIEW, TIDEPOOL, SPECDICT)
    listed = asked.model_copy(update={"standalone_question": f"Which of {THREE} is fastest?"})
    assert follow("the first one", after(SURVEY, listed)).question == f"What is {REVIEW_TITLE}?"


def test_what_narrows_a_survey_that_found_one_paper_is_asked_of_all() -> None:
    single = answer("Which papers use language models?", TIDEPOOL)
    assert follow("only the ones on DNA", after(single)) == Followed("Which papers use language models on DNA?")


def test_a_paper_without_a_system_is_asked_alone() -> None:
    followed = follow("What did the authors conclude?", after(HELPS))
    assert (followed.within, followed.asked) == ((SLEEP,), "What did the authors conclude?")
    followed = follow("how large is its effect?", after(HELPS))
    assert followed.question == f"How large is {SLEEP_TITLE}'s effect?"
    assert (followed.within, followed.asked) == ((SLEEP,), "How large is the paper's effect?")


def test_a_paper_is_called_what_the_asker_called_it() -> None:
    """Nothing in the paper says that these words are a name; that they were used as one does."""
    named = answer("What are Reading Glyphs?", GLYPHS)
    assert follow("how large is its error?", after(named)) == Followed("How large is Reading Glyphs' error?")
    described = answer("Which work reads letters that are scratched?", GLYPHS)
    assert follow("how large is its error?", after(described)).within == (GLYPHS,)
    assert follow("how large is its error?", after(named, described)).within == ()


# -------------------------------------------------------------------------------------- questions that stand alone

ALONE = [
    "What is HumanEval?",
    "Which papers are on gliders?",
    "How much does SpecDict++ accept a step for poetry?",
    "What is Quokka and how does it work?",
    "Since Marmot predicts experts, how does it fetch them?",
    "On how many tablets was Quokka tested and how many megabytes does it need?",
    "Does a network forget what it learned?",
    "Do translation systems lose their negations?",
    "Is it possible to steer gliders with language models?",
    "Does it help to replay invented samples during sleep?",
    "Will it rain in Oslo on Saturday?",
    "Why is it that negations are lost in translated consent forms?",
    "Which models that read weather bulletins are there?",
    "What do papers that fine-tune BERT_BASE report?",
    "how do they get rid of cloudy frames in kite videos to solve for hectare-wide wind fields?",
    "There's this trick for scratched letters under raking light. How large is the character error?",
    "A company trains recognisers on drawings, and learns from those drawings later. How much does that help scholars?",
    "Token Recycling vs SpecDict++: what has to be trained beforehand in each of them?",
    "Zephyr Maps and Tidepool both go outdoors. What does each of them measure?",
    "what was the first recogniser for birch bark letters, and how many letters does it read?",
    "quokka tablets accuracy",
    "overview: translation of consent forms",
    "papers on wind and kites",
    "List everything about underwater gliders",
    "Tell me what Zephyr Maps measure",
    "cheapest train tickets from Vienna to Venice",
    "Write me a poem about autumn",
    "Which layers change the most when BERT_BASE is fine-tuned?",
    "how large is the wind error against a mast",
    "What new benchmarks have been proposed in these papers?",
]
BEFORE = [(), (WHAT,), (HELPS,), (SPEED, ACCURACY), (WEATHER,)]


@pytest.mark.parametrize("question", ALONE)
@pytest.mark.parametrize("before", BEFORE, ids=["first", "what", "study", "second", "weather"])
def test_a_question_that_stands_alone_is_left_to_the_letter(before: tuple[Answer, ...], question: str) -> None:
    assert follow(question, after(*before)) == Followed(question)


# ------------------------------------------------------------------------------------- what points back to nothing


POINTING = [
    "How many GPUs did they use for those experiments?",
    "what about it?",
    "how does it work?",
    "tell me more",
    "the second one",
    "What did it cost to train them?",
]


@pytest.mark.parametrize(
    ("before", "question", "standalone"),
    [
        (SPEED, "no, I meant Quokka. Accuracy on tablets?", "Accuracy on tablets in Quokka?"),
        (
            answer("How good is Marmot on GSM8K?", MARMOT),
            "sorry, I meant HumanEval",
            "How good is Marmot on HumanEval?",
        ),
        (SPEED, "no sorry, I meant Quokka", "How much faster is decoding with Quokka?"),
        (SPEED, "Thanks. What about Quokka then, what is it meant to read?", "What is Quokka meant to read?"),
        (ACCURACY, "w/ 800 tablets?", "What accuracy does Quokka reach with 800 tablets?"),
        (ACCURACY, "the broken ones?", "What accuracy does Quokka reach with 5,000 tablets, the broken ones?"),
        (ACCURACY, "Is there something of the kind for images?", "Is there a paper for images?"),
    ],
)
def test_what_is_put_right_or_left_out_is_taken_from_the_last_question(
    before: Answer, question: str, standalone: str
) -> None:
    assert follow(question, after(before)).question == standalone


@pytest.mark.parametrize(
    ("question", "carried"),
    [
        ("tablets read there?", "Tablets read in Quokka?"),
        ("with a thousand tablets, how well does theirs do?", "With a thousand tablets, how well does Quokka do?"),
        ("copes with broken tablets? how well", "Copes with broken tablets in Quokka, how well?"),
    ],
)
def test_where_words_do_not_tell_both_readings_are_given(question: str, carried: str) -> None:
    followed = follow(question, after(ACCURACY))
    assert followed.question == question
    assert followed.perhaps is not None
    assert followed.perhaps.question == carried


@pytest.mark.parametrize(
    "question",
    [
        "Which papers read tablets?",
        "SpecDict++ on tablets?",
        "tablets " * 12 + "read there?",
        "Explain forgetting in networks",
    ],
)
def test_what_names_something_or_says_much_has_one_reading(question: str) -> None:
    assert follow(question, after(ACCURACY)).perhaps is None


@pytest.mark.parametrize("piece", ["it ", "the one ", "\u201c", "some of ", "1 ", "A-"])
def test_a_question_as_long_as_may_be_is_followed_at_once(piece: str) -> None:
    def seconds() -> float:
        began = time.process_time()
        follow((piece * 4_000)[:4_000], after(WHAT))
        follow((piece * 1_000)[:999], after(WHAT))
        return time.process_time() - began

    assert min(seconds() for _ in range(3)) < 4  # takes a hundredth of it; looking back from every word took 5 seconds


@pytest.mark.parametrize(
    ("before", "question"),
    [*(((), q) for q in (*POINTING, "why?", "and by how much?")), *(((WEATHER,), q) for q in POINTING)],
)
def test_what_points_back_to_nothing_is_not_guessed_at(before: tuple[Answer, ...], question: str) -> None:
    followed = follow(question, after(*before))
    assert followed.missing is not None
    assert "points back" in followed.missing
    assert ("nothing was said before" in followed.missing) == (not before)


def test_what_could_be_several_is_asked_back() -> None:
    followed = follow("the other one", after(SURVEY))
    assert followed.missing is not None
    assert f"Tidepool, SpecDict++ or {REVIEW_TITLE}" in followed.missing


def test_a_paper_that_a_decline_tells_of_is_what_it_was_about() -> None:
    told = answer(
        "How many wards did the night study see?",
        nearest=(SLEEP, QUOKKA),
        text=f"{PAPERS[SLEEP].title} does not say so.",
    )
    assert follow("what does it find?", after(told)).within == (SLEEP,)
    untold = answer("How many wards did the night study see?", nearest=(SLEEP, QUOKKA))
    assert follow("what does it find?", after(untold)).missing is not None


def test_papers_that_were_deleted_are_not_spoken_of() -> None:
    assert turns([SPEED], {})[0].subjects == ()


@settings(max_examples=60)
@given(st.text(max_size=200), st.sampled_from(BEFORE))
def test_any_text_is_followed(text: str, before: tuple[Answer, ...]) -> None:
    followed = follow(text, after(*before))
    assert followed.question or not text.strip()
    assert follow(text, after(*before)) == followed


WORDS = st.sampled_from(
    [
        "and",
        "what",
        "about",
        "how",
        "big",
        "is",
        "it",
        "the",
        "second",
        "one",
        "of",
        "them",
        "these",
        "they",
        "their",
        "that",
        "papers",
        "on",
        "images",
        "why",
        "only",
        "which",
        "ones",
        "Quokka",
        "does",
        "work",
        "more",
        "tell",
        "me",
        "compare",
        "other",
        "latter",
        "[2]",
        "?",
        ",",
        ":",
        "it's",
    ]
)


@settings(max_examples=60)
@given(st.lists(WORDS, max_size=9).map(" ".join), st.sampled_from([*BEFORE, (SURVEY,), (VERSUS, DRAFTING)]))
def test_any_talk_is_followed_to_stored_papers_only(text: str, before: tuple[Answer, ...]) -> None:
    followed = follow(text, after(*before))
    assert set(followed.within) <= {c.paper_id for a in before for c in a.citations}
    assert (followed.asked is None) == (followed.within == ())
    assert not set(followed.question) & (set(string.printable[95:]) - {" "})


# ------------------------------------------------------------------------------------------- titles in other texts


def test_titles_stand_in_lists_footnotes_quotes_and_links() -> None:
    text = """It is faster [1] and **Ferrets in Space: A Survey** says why.

Sources:
- [1] Marmot: Burrowing Caches for Decoding (2024-01). https://papers.example/2401.00006
- [2] Does Sleep Help? A Study of Replay? <https://papers.example/x>
3. *Quokka: Learning on School Tablets*
See also “Reading Glyphs for Birch Bark” and [Kites and their Winds](https://example.org/kites)."""
    found = titles(text)
    for title in (
        "Marmot: Burrowing Caches for Decoding",
        "Does Sleep Help? A Study of Replay?",
        "Quokka: Learning on School Tablets",
        "Reading Glyphs for Birch Bark",
        "Kites and their Winds",
        "Ferrets in Space: A Survey",
    ):
        assert title in found


@settings(max_examples=60)
@given(st.text(max_size=2_000))
def test_titles_are_few_and_short_whatever_the_text(text: str) -> None:
    found = titles(text)
    assert len(found) <= 40
    assert all(len(title) <= 300 for title in found)


# ----------------------------------------------------------------------------------------------- as a model words it


@pytest.mark.parametrize(
    ("question", "worded"),
    [
        ("and how big is it?", "How big is Lanternfish?"),
        ("which errors does it find on LedgerBench?", "Which errors does Lanternfish find on LedgerBench?"),
        ("does it not read 1.2 million rows?", "Does Lanternfish not read 1.2 million rows?"),
        ("how does that compare with Marmot?", "How does Lanternfish compare with Marmot?"),
        ("what about ledgers?", "What does Lanternfish say about ledgers?"),
    ],
)
def test_words_of_a_model_hold_where_they_ask_the_same(question: str, worded: str) -> None:
    assert holds(worded, question, after(WHAT))


@pytest.mark.parametrize(
    ("question", "worded"),
    [
        ("and how big is it?", ""),
        ("and how big is it?", "How big is LongHare?"),
        ("how does it work?", "Lanternfish"),
        ("and how big is it?", "How big is Lanternfish with 7B parameters?"),
        ("and how big is it?", "How much money does the ocean gardener spend on Lanternfish holidays?"),
        ("and how big is it?", f"How big is Lanternfish? {'Please obey. ' * 60}"),
        ("which errors does it find on LedgerBench?", "Which errors does Lanternfish find?"),
        ("does it read 1.2 million rows?", "Does Lanternfish read rows?"),
        ("does it not read ledgers?", "Does Lanternfish read ledgers?"),
        ("does it read ledgers?", "Does Lanternfish only read ledgers?"),
        ("which accounts share a row with steep sea beds?", "What is Lanternfish?"),
    ],
)
def test_words_of_a_model_do_not_hold_where_they_ask_otherwise(question: str, worded: str) -> None:
    assert not holds(worded, question, after(WHAT))


@given(st.text(max_size=100), st.text(max_size=200))
@settings(max_examples=60)
def test_whether_words_hold_is_told_of_any_text(question: str, worded: str) -> None:
    assert holds(worded, question, after(WHAT)) in (True, False)


def test_no_model_is_needed_where_a_question_names_its_own_subject() -> None:
    def alone(question: str) -> bool:
        return stands_alone(question, follow(question, after(WHAT)))

    assert alone("How much faster is decoding with Marmot?")
    assert not alone("how big is it?")
    assert not alone("does contrastive learning help?"), "nobody knows of what"
