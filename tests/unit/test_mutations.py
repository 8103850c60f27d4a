"""The ruler: paraphrases are faithful as far as rules can tell, mutations are false and change what they say."""

from __future__ import annotations

import difflib
import hashlib
import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.guard import forms
from eval.guard.lexicon import occurrence, same_name, system_of
from eval.guard.mutations import CLASSES, HELD_OUT, mutants, mutate
from eval.guard.names import names_in, replaced
from eval.guard.numerals import WORDS, numerals
from eval.guard.probes import FAITHFUL, Paraphrase, Probe, build, read_paraphrases, read_sample, split_of
from eval.guard.world import Statement, World
from rag.models import Paper
from rag.text.sentences import sentences

FIGURE = re.compile(rf"\d[\d,]*(?:\.\d+)?|\b(?:{'|'.join(WORDS)})\b")
LONGEST_SHARED_RUN = 7  # words in a row that a paraphrase may have in common with an abstract of the page

KELP = Paper(
    id="t-kelp",
    title="KelpNet: Sorting Seaweed by Sound",
    abstract=(
        "Seaweed is usually sorted by hand. KelpNet is a sorter that listens to dried leaves. It outperforms EelNet by "
        "15.4% on TideBench and needs 28 times less memory. With HumanEval prompts, accuracy rises by up to 12%. More "
        "than 300 farms use it, and it does not require cameras. Speeds are 21.7 and 17.6 leaves a second for brown "
        "and red kelp, respectively. Training takes 16 hours on an A100-40GB card."
    ),
)
CRAB = Paper(
    id="t-crab",
    title="CrabWalk: Sideways Search",
    abstract=(
        "CrabWalk is a search method for tidal maps. It walks sideways along contour lines and reaches 41.5 BLEU on "
        "GLUE. Spider queries take 3.5x longer than with BERT. It was tested in five harbours."
    ),
)
REEF = Paper(
    id="t-reef",
    title="ReefWatch: Counting Fish",
    abstract="ReefWatch is a camera that counts fish at night. Divers found 7.5% more species with it on MBPP charts.",
)
WORLD = World([KELP, CRAB, REEF])


def kelp(text: str, kind: str) -> list[str]:
    """What an operator makes of a sentence about KelpNet, over several seeds."""
    statement = Statement(text, KELP, "sentence")
    return sorted({mutant.text for seed in range(8) for mutant in mutants(kind, statement, WORLD, seed=seed)})


# ------------------------------------------------------------------------------------------------- the sample corpus


@pytest.fixture(scope="module")
def papers() -> list[Paper]:
    return read_sample()


@pytest.fixture(scope="module")
def probes(papers: list[Paper]) -> list[Probe]:
    return build(papers, read_paraphrases(), seed=0, per_class=120)


def test_there_are_enough_paraphrases_of_enough_papers(papers: list[Paper]) -> None:
    paraphrases = read_paraphrases()
    assert len(paraphrases) >= 120
    assert len({p.paper for p in paraphrases}) >= 60
    assert {p.paper for p in paraphrases} <= {p.title for p in papers}
    assert len({p.text for p in paraphrases}) == len(paraphrases)
    wordings = Counter(p.wording for p in paraphrases)
    assert set(wordings) == {"close", "free"}
    assert min(wordings.values()) >= 50


def normal(figure: str) -> str:
    """A figure with its scale written out, so that `890k` and `890,000` meet."""
    digits = figure.replace(",", "")
    return f"{float(digits):g}"


def test_paraphrases_add_no_figure_and_no_name(papers: list[Paper]) -> None:
    abstracts = {paper.title: paper.abstract for paper in papers}
    for paraphrase in read_paraphrases():
        abstract = abstracts[paraphrase.paper]
        assert paraphrase.text not in abstract, "a paraphrase is not a quotation"
        allowed = {normal(f) for f in re.findall(r"\d[\d,]*(?:\.\d+)?", abstract)}
        allowed |= {f"{float(d) * 1000:g}" for d in re.findall(r"(\d+)[kK]\b", abstract)}
        figures = {normal(f.rstrip(",")) for f in re.findall(r"\d[\d,]*(?:\.\d+)?", paraphrase.text)}
        assert figures <= allowed, paraphrase.text
        names = re.findall(r"\b(?=\w*[A-Z])\w+(?:[+^-]\w*)*", re.sub(r"^[\w-]+ ", "", paraphrase.text))
        strange = {n for n in names if n.removesuffix("-based") not in abstract and not re.fullmatch(r"\d+T", n)}
        assert strange <= {"5T"}, paraphrase.text  # 1.5T stands for 1.5 trillion


@pytest.mark.shared
def test_paraphrases_share_no_run_of_words_with_the_abstracts_of_the_page(shared: Path) -> None:
    def runs(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"[^\W_]+", text.casefold())
        return {tuple(words[i : i + LONGEST_SHARED_RUN + 1]) for i in range(len(words) - LONGEST_SHARED_RUN)}

    page = runs((shared / "data" / "seed" / "daily-papers-mar-12.txt").read_text(encoding="utf-8"))
    assert [p.text for p in read_paraphrases() if runs(p.text) & page] == []


def test_papers_are_split_whole_and_a_third_is_kept_back(papers: list[Paper], probes: list[Probe]) -> None:
    splits = {paper.id: split_of(paper.title) for paper in papers}
    assert all(probe.split == splits[probe.paper_id] for probe in probes)
    assert 0.2 <= Counter(splits.values())["report"] / len(papers) <= 0.45
    digest = int(hashlib.sha256(papers[0].title.encode()).hexdigest(), 16)
    assert splits[papers[0].id] == ("report" if digest % 3 == 0 else "choosing")


def test_every_class_has_probes_of_both_origins_and_splits(probes: list[Probe]) -> None:
    counts = Counter(probe.kind for probe in probes)
    assert set(counts) == {FAITHFUL, *CLASSES}
    assert all(counts[kind] >= 60 for kind in CLASSES), counts
    assert all(counts[kind] <= 120 for kind in CLASSES)
    for kind in counts:
        of_kind = [probe for probe in probes if probe.kind == kind]
        assert min(Counter(probe.origin for probe in of_kind).values()) >= 25, kind
        assert min(Counter(probe.split for probe in of_kind).values()) >= 20, kind
    assert set(CLASSES) >= HELD_OUT
    assert len(HELD_OUT) == 1


def test_no_falsehood_is_something_true(papers: list[Paper], probes: list[Probe]) -> None:
    true = {(probe.paper_id, probe.text) for probe in probes if probe.kind == FAITHFUL}
    assert {(p.cited, p.text) for p in probes if p.kind != FAITHFUL} & true == set()
    abstracts = {paper.id: paper.abstract for paper in papers}
    assert [p.text for p in probes if p.kind != FAITHFUL and p.text in abstracts[p.cited]] == []
    assert len({(p.cited, p.text, p.kind) for p in probes}) == len(probes)


def test_faithful_probes_are_quotations_cuts_and_paraphrases(papers: list[Paper], probes: list[Probe]) -> None:
    abstracts = {paper.id: paper.abstract for paper in papers}
    faithful = [probe for probe in probes if probe.kind == FAITHFUL]
    assert {probe.how for probe in faithful} == {"verbatim", "named", "cut", "close", "free"}
    assert all(probe.text in abstracts[probe.paper_id] for probe in faithful if probe.how == "verbatim")
    assert all(probe.cited == probe.paper_id for probe in faithful)


def test_probes_are_the_same_in_every_process(papers: list[Paper]) -> None:
    script = (
        "import hashlib; from eval.guard.probes import *;"
        "made = build(read_sample()[:25], [p for p in read_paraphrases() if p.paper in "
        "{q.title for q in read_sample()[:25]}], seed=3, per_class=20);"
        "print(hashlib.sha256(repr(made).encode()).hexdigest())"
    )
    seen = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            cwd=Path(__file__).resolve().parents[2],
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    titles = {paper.title for paper in papers[:25]}
    paraphrases = [p for p in read_paraphrases() if p.paper in titles]
    here = repr(build(papers[:25], paraphrases, seed=3, per_class=20)).encode()
    assert seen == {f"{hashlib.sha256(here).hexdigest()}\n".encode()}
    assert here != repr(build(papers[:25], paraphrases, seed=4, per_class=20)).encode()


# ----------------------------------------------------------------------- each operator changes what it says, no more


def figures_of(text: str) -> list[str]:
    return FIGURE.findall(text)


def changed_words(probe: Probe) -> tuple[int, int]:
    """How many words of the source went and how many words came."""
    before, after = probe.source.split(), probe.text.split()
    blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    kept = sum(block.size for block in blocks)
    return len(before) - kept, len(after) - kept


def only_figures(probe: Probe, world: World) -> bool:
    masked = [FIGURE.sub("#", text) for text in (probe.source, probe.text)]
    return masked[0] == masked[1] and figures_of(probe.source) != figures_of(probe.text)


def only_the_unit(probe: Probe, world: World) -> bool:
    went, came = changed_words(probe)
    return re.findall(r"\d+", probe.source) == re.findall(r"\d+", probe.text) and went <= 2 and came <= 2


def only_a_name(probe: Probe, world: World) -> bool:
    if probe.how == "exchanged":
        return sorted(names_in(probe.source, world)) == sorted(names_in(probe.text, world))
    names = set(names_in(probe.source, world))
    kinds = {world.kinds[name] for name in names} | {"system"}
    others = [other for other, kind in world.kinds.items() if kind in kinds and other in probe.text]
    return any(replaced(probe.source, name, other) == probe.text for name in names for other in others)


def only_words(probe: Probe, world: World) -> bool:
    went, came = changed_words(probe)
    same_figures = figures_of(probe.source) == figures_of(probe.text)
    return same_figures and names_in(probe.source, world) == names_in(probe.text, world) and max(went, came) <= 6


def only_the_citation(probe: Probe, world: World) -> bool:
    return probe.text == probe.source and probe.cited != probe.paper_id


def only_whose_fact_it_is(probe: Probe, world: World) -> bool:
    own, other = world.systems[probe.paper_id], world.systems[probe.cited]
    assert own is not None
    assert other is not None
    return replaced(probe.source, own, other) == probe.text and probe.cited != probe.paper_id


CHECKS: dict[str, Callable[[Probe, World], bool]] = {
    "figure": only_figures,
    "unit": only_the_unit,
    "name": only_a_name,
    "negation": only_words,
    "direction": only_words,
    "quantifier": only_words,
    "citation": only_the_citation,
    "moved_fact": only_whose_fact_it_is,
}


@pytest.mark.parametrize("kind", CLASSES)
def test_an_operator_changes_what_it_says_and_nothing_else(kind: str, papers: list[Paper], probes: list[Probe]) -> None:
    world = World(papers)
    of_kind = [probe for probe in probes if probe.kind == kind]
    assert [probe for probe in of_kind if not CHECKS[kind](probe, world)] == []
    if kind not in ("citation", "moved_fact"):
        assert all(probe.cited == probe.paper_id for probe in of_kind)


def test_new_figures_and_names_stand_nowhere_in_the_paper(papers: list[Paper], probes: list[Probe]) -> None:
    world = World(papers)
    by_id = {paper.id: paper for paper in papers}
    for probe in probes:
        if probe.kind == "name" and probe.how != "exchanged":
            new = set(names_in(probe.text, world)) - set(names_in(probe.source, world))
            assert not any(world.names_thing(by_id[probe.paper_id], name) for name in new), probe
        if probe.kind == "moved_fact":
            other = by_id[probe.cited]
            values = [figure.value for figure in numerals(probe.text)]
            assert not any(world.states_value(other, value, within=0.05) for value in values), probe


# --------------------------------------------------------------------------------------------- figures and their hedges


def values(texts: list[str], pattern: str) -> list[float]:
    return [float(found[1]) for text in texts if (found := re.search(pattern, text))]


def test_behind_more_than_a_figure_only_grows_and_behind_up_to_it_only_shrinks() -> None:
    more = values(kelp("More than 300 farms use it.", "figure"), r"than (\d+) farms")
    upto = values(kelp("Accuracy rises by up to 12%.", "figure"), r"up to ([\d.]+)%")
    assert more
    assert min(more) >= 360
    assert upto
    assert max(upto) <= 9.6


def test_about_a_figure_means_well_away_from_it() -> None:
    about = values(kelp("It takes about 50 leaves a minute.", "figure"), r"about ([\d.]+) leaves")
    assert about
    assert all(abs(value - 50) >= 10 for value in about)


def test_a_figure_that_rounds_to_the_old_one_is_not_false() -> None:
    near = Paper(id="t-near", title="NearMiss: Rounding", abstract="NearMiss gains 15.38% on charts and 15% on maps.")
    world = World([KELP, near])
    made = mutants("figure", Statement("KelpNet outperforms EelNet by 15.4%.", KELP, "sentence"), world, seed=1)
    assert made
    assert not {"15.38", "15"} & {found[1] for m in made if (found := re.search(r"by ([\d.]+)%", m.text))}


def test_ranges_stay_ranges() -> None:
    made = kelp("Drying saves 30%-50% of the time.", "figure")
    ends = [tuple(map(float, re.findall(r"[\d.]+(?=%)", text))) for text in made]
    assert ends
    assert all(low < high for low, high in ends)


def test_figures_are_exchanged_where_each_has_a_thing_of_its_own() -> None:
    both = kelp("Speeds are 21.7 and 17.6 leaves a second for brown and red kelp, respectively.", "figure")
    assert "Speeds are 17.6 and 21.7 leaves a second for brown and red kelp, respectively." in both
    assert "Rates of 5 or 3 leaves." not in kelp("Rates of 3 or 5 leaves.", "figure")


@pytest.mark.parametrize(
    "text", ["GPT-4 reads Llama 3.", "It won TREC 2019.", "An A100-40GB card.", "SEC 10-K filings."]
)
def test_numbers_in_names_are_no_figures(text: str) -> None:
    assert numerals(text) == []


def test_scales_and_units_are_read() -> None:
    found = numerals("It reads 1.5 trillion words, 890k pages and 3.79x more in two hours.")
    assert [f.digits for f in found] == ["1.5", "890", "3.79", "two"]
    assert [f.readings[1] for f in found] == [1.5e12, 890e3, 3.79, 2.0]


# ------------------------------------------------------------------------------------------------------ other operators


@pytest.mark.parametrize(
    ("text", "false"),
    [
        ("It needs 28 times less memory.", "It needs 28% less memory."),
        ("It outperforms EelNet by 15.4% on maps.", "It outperforms EelNet by 15.4 points on maps."),
        ("Training takes 16 hours.", "Training takes 16 days."),
        ("It reads 2 million leaves.", "It reads 2 billion leaves."),
        ("It takes 2MB of memory.", "It takes 2GB of memory."),
        ("It has 3B parameters.", "It has 3M parameters."),
    ],
)
def test_units(text: str, false: str) -> None:
    assert false in kelp(text, "unit")


@pytest.mark.parametrize("text", ["It was fetched 25,000 times by sailors.", "It runs on an A100-40GB card."])
def test_counts_and_names_have_no_unit_to_change(text: str) -> None:
    assert kelp(text, "unit") == []


@pytest.mark.parametrize(
    ("text", "false"),
    [
        ("KelpNet outperforms EelNet.", "KelpNet does not outperform EelNet."),
        ("KelpNet outperforms EelNet.", "KelpNet fails to outperform EelNet."),
        ("The leaves are dry.", "The leaves are not dry."),
        ("It can hear leaves.", "It cannot hear leaves."),
        ("It does not require cameras.", "It requires cameras."),
        ("It cannot see leaves.", "It can see leaves."),
        ("It sorts without supervision.", "It sorts with supervision."),
        ("The old sorter is no longer used.", "The old sorter is still used."),
        ("Leaves need not be dried.", "Leaves has to be dried."),
    ],
)
def test_negations(text: str, false: str) -> None:
    assert false in kelp(text, "negation")


def test_a_condition_is_not_denied() -> None:
    made = kelp("When the leaf is dry, KelpNet reaches the shore.", "negation")
    assert made
    assert not any("leaf is not dry" in text for text in made)


@pytest.mark.parametrize(
    ("text", "false"),
    [
        ("KelpNet outperforms EelNet.", "KelpNet underperforms EelNet."),
        ("It uses fewer leaves.", "It uses more leaves."),
        ("It takes less than 2MB.", "It takes more than 2MB."),
        ("It is up to 4x faster.", "It is up to 4x slower."),
        ("It is up to 4x faster.", "It is at least 4x faster."),
        ("KelpNet improves on sorters.", "KelpNet falls behind sorters."),
        ("It reduces cost.", "It increases cost."),
        ("It beats EelNet.", "It loses to EelNet."),
    ],
)
def test_directions(text: str, false: str) -> None:
    assert false in kelp(text, "direction")


@pytest.mark.parametrize("text", ["The sorter is no longer used.", "Above all, leaves matter.", "Two or more are dry."])
def test_what_is_no_comparison_is_not_turned(text: str) -> None:
    assert kelp(text, "direction") == []


def test_a_name_is_swapped_for_one_that_the_paper_does_not_have() -> None:
    made = kelp("With HumanEval prompts, accuracy rises.", "name")
    assert any("MBPP" in text for text in made)
    assert not any("TideBench" in text for text in made)
    assert replaced("An EM score.", "EM", "BLEU") == "A BLEU score."
    assert replaced("A BLEU score.", "BLEU", "R1") == "An R1 score."


def test_a_name_is_found_only_where_it_stands_alone() -> None:
    assert occurrence("BERT").search("BERT, then.")
    assert occurrence("BERT").search("We use BERT.")
    assert not occurrence("BERT").search("BERT-style, BERT+, mBERT, BERT_BASE")
    assert not occurrence("HumanEval").search("on HumanEval+")
    assert same_name("Llama 3", "Llama3")
    assert not same_name("PROP", "B-PROP")


def test_a_fact_is_moved_only_to_a_paper_that_cannot_say_it() -> None:
    statement = Statement("KelpNet sorts dried seaweed leaves by their sound at 15.4% lower cost.", KELP, "sentence")
    moved = mutants("moved_fact", statement, WORLD, seed=1)
    assert {(m.cited, m.text.split()[0]) for m in moved} == {("t-crab", "CrabWalk"), ("t-reef", "ReefWatch")}
    shared_figure = Statement("KelpNet sorts dried seaweed leaves by sound in five harbours.", KELP, "sentence")
    assert {m.cited for m in mutants("moved_fact", shared_figure, WORLD, seed=1)} == {"t-reef"}
    assert mutants("moved_fact", Statement("EelNet sorts leaves.", KELP, "sentence"), WORLD, seed=1) == []


def test_what_does_not_apply_gives_none() -> None:
    bare = Statement("Seaweed grows.", KELP, "sentence")
    kinds = ("figure", "unit", "name", "negation", "direction", "moved_fact", "quantifier")
    assert [mutate(kind, bare, WORLD, seed=0) for kind in kinds] == [None] * len(kinds)


def test_unknown_classes_and_papers_are_refused() -> None:
    with pytest.raises(KeyError):
        mutate("colour", Statement("Seaweed grows.", KELP, "sentence"), WORLD, seed=0)
    with pytest.raises(KeyError):
        build([KELP], [Paraphrase(paper="Another title", text="Leaves are dry.", wording="close")], seed=0, per_class=5)


@given(
    st.lists(
        st.sampled_from(
            [
                *KELP.abstract.split(),
                *CRAB.abstract.split(),
                "not",
                "without",
                "up",
                "to",
                "~3x",
                "(",
                ")",
                "30%-50%",
                "²",
            ]
        ),
        max_size=25,
    ).map(" ".join)
    | st.text(max_size=60)
)
def test_operators_take_any_text_and_never_give_it_back(text: str) -> None:
    statement = Statement(text, KELP, "sentence")
    for kind in CLASSES:
        made = mutants(kind, statement, WORLD, seed=1)
        assert made == mutants(kind, statement, WORLD, seed=1)
        assert all((m.text, m.cited) != (text, KELP.id) and m.kind == kind for m in made)


# ---------------------------------------------------------------------------------------------------------------- forms


def test_the_subject_is_named_where_the_sentence_before_is_about_it() -> None:
    assert system_of(KELP) == "KelpNet"
    named = forms.named(KELP)
    first = "It outperforms EelNet by 15.4% on TideBench and needs 28 times less memory."
    assert named == {first: first.replace("It ", "KelpNet ", 1)}
    ours = KELP.model_copy(
        update={"abstract": "We present KelpNet. Our method hears our leaves. We test our sorter at sea."}
    )
    assert forms.named(ours) == {
        "We present KelpNet.": "The authors present KelpNet.",
        "Our method hears our leaves.": "KelpNet hears our leaves.",
        "We test our sorter at sea.": "The authors test their sorter at sea.",
    }


def test_cuts_leave_sentences() -> None:
    assert forms.cut("However, KelpNet is slower than EelNet at night.") == ["KelpNet is slower than EelNet at night."]
    assert forms.cut("KelpNet listens to dried leaves, which saves many cameras.") == [
        "KelpNet listens to dried leaves."
    ]
    assert forms.cut("When leaves are dry, which is rare, KelpNet listens to them.") == []
    assert forms.cut("KelpNet (a sorter) listens to dried leaves all day.") == [
        "KelpNet listens to dried leaves all day."
    ]


def test_cuts_of_the_sample_are_shorter_and_end_like_sentences(papers: list[Paper]) -> None:
    shuffled = random.Random(1).sample(papers, 20)
    cuts = [(s.text, c) for paper in shuffled for s in sentences(paper.abstract) for c in forms.cut(s.text)]
    assert cuts
    assert all(len(short) < len(text) and short.endswith(".") and not short[0].islower() for text, short in cuts)
