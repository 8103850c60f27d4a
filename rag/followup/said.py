"""What was said before: the turns, and the papers and systems that they were about. Pure.

A turn is about what its question names, then about the papers that its answer cites, in their order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.models import Answer, Paper
from rag.question import Kind, understand
from rag.text.asked import FUNCTION_WORDS
from rag.text.kin import kin, ordinary
from rag.text.names import called, names
from rag.text.terms import terms
from rag.text.words import stem

_OBLIQUE = re.compile(r"\b(?:on|in|at|against|than|over|under|from|with|to|by|for)\s+(?:the\s+)?$", re.IGNORECASE)
_LIKE = re.compile(r"-(?:like|style|based|type|sized?)$", re.IGNORECASE)
_SORT = re.compile(
    r"(?:\bis|\bare|,|\bpresents?|\bintroduces?|\bproposes?)\s+(?:the|an?)\s+(?:[\w-]+\s+){0,4}?"
    r"(?P<sort>benchmark|model|framework|method|system|dataset|corpus|suite|technique|tool|library)\b",
    re.IGNORECASE,
)
_SHORT = 5  # letters up to which a name in capitals is one only as it is written: RIGHT, TAPE
_FEW = 2
_PHRASE = 2  # words of a title from which, in a row, a question names it


@dataclass(frozen=True, slots=True)
class Subject:
    """What a turn was about: a stored paper, or (without `paper_id`) a name that no stored paper has.

    `names` are those of its system, the one to call it by first; empty where the paper has none.
    """

    names: tuple[str, ...]
    title: str = ""
    abstract: str = ""
    paper_id: str | None = None

    @property
    def called(self) -> str:
        """How a question calls it: its system's name, else its title in quotation marks."""
        return self.names[0] if self.names else f"“{self.title}”"

    @property
    def sort(self) -> str:
        """What sort of thing its abstract says that it is: "a benchmark"; "a paper" where it does not."""
        found = _SORT.search(f"{self.title}. {self.abstract}")
        return f"a {found['sort'].casefold()}" if found else "a paper"

    def mention(self, text: str) -> re.Match[str] | None:
        """Where a text names it, by its whole title (with its quotation marks) or a name."""
        for form in filter(None, (self.title, *self.names)):
            found = re.search(rf"(?<![\w-])“?{re.escape(form)}(?!\w|[-^+]+\w)”?", text, re.IGNORECASE)
            if found and (not form.isalpha() or not form.isupper() or found[0].isupper() or len(form) > _SHORT):
                return found
        return None

    def share_of(self, words: Sequence[str]) -> float:
        """The share of words that its title or abstract has, in whatever form; 0 of none."""
        if not words:
            return 0.0
        known = _stems(f"{self.title} {' '.join(self.names)} {self.abstract}")
        return sum(any(form in known for form in forms(word)) for word in words) / len(words)


@dataclass(frozen=True, slots=True)
class Turn:
    """One question, as it stands by itself, and what it and its answer were about, the foremost first."""

    question: str
    subjects: tuple[Subject, ...]

    @property
    def kind(self) -> Kind:
        """The kind of its question."""
        return understand(self.question).kind

    @property
    def surveys(self) -> bool:
        """Whether it asked for all papers of some sort: a question that names what it is about does not."""
        return self.kind is Kind.SURVEY and not any(s.mention(self.question) for s in self.subjects)


def turns(answers: Sequence[Answer], papers: Mapping[str, Paper]) -> tuple[Turn, ...]:
    """The turns that answers were. `papers` are those that they cite or name as nearest, as far as they still exist."""
    said = " ".join(answer.question for answer in answers)
    return tuple(
        turn(
            answer.standalone_question,
            [papers[c.paper_id] for c in answer.citations if c.paper_id in papers],
            asked=answer.question,
            said=said,
            nearest=[papers[n.paper_id] for n in answer.nearest if n.paper_id in papers],
            told=answer.text,
        )
        for answer in answers
    )


def turn(
    question: str,
    cited: Sequence[Paper],
    *,
    asked: str,
    said: str,
    nearest: Sequence[Paper] = (),
    told: str = "",
) -> Turn:
    """The turn of a question whose answer cites these papers, or cites none and is `told` with the `nearest`.

    `asked` is the question as it was put, and `said` all that was asked in the conversation: papers are called what
    they were called there.
    """
    subjects = [_subject(paper, said) for paper in cited]
    if not subjects:
        # A paper that an answer without citations tells of is what the question was nearly about.
        near = [_subject(paper, said) for paper in nearest]
        subjects = [s for s in near if s.mention(question) or s.title in told]
    return Turn(question, tuple(dict.fromkeys(_foremost_first(asked, question, subjects))) or _unknown(question))


def _subject(paper: Paper, said: str) -> Subject:
    system = _each(called(paper.title, paper.abstract)) or _behind_colon(paper.title) or _phrase(paper.title, said)
    subject = Subject(system, paper.title, paper.abstract, paper.id)
    if not system or " and " not in system[0]:
        return subject
    used = [name for name in system if replace(subject, title="", names=(name,)).mention(said)]
    return replace(subject, names=tuple(dict.fromkeys((*used[-1:], *system))))


def _each(system: Sequence[str]) -> tuple[str, ...]:
    """Names, and the parts of those that are two: `HingCorpus and HingBERT`."""
    return tuple(dict.fromkeys(name for whole in system for name in (whole, *whole.split(" and "))))


def _behind_colon(title: str) -> tuple[str, ...]:
    """The name that a title ends with: `Drafting with a Dictionary: SpecDict++`."""
    last = title.rpartition(": ")[2]
    return (last,) if last in names(last) else ()


def _phrase(title: str, said: str) -> tuple[str, ...]:
    """What was said of a title, where it is a name: a name that stands in it, or a run of its capitalised words."""
    asked = names(said)
    named = next((name for name in names(title) if name in asked), None)
    if named is not None:
        return (named,)
    words = title.split()
    for length in range(len(words) - 1, _PHRASE - 1, -1):
        for start in range(len(words) - length + 1):
            run = words[start : start + length]
            plain = " ".join(run).strip(":;,.?!–-")
            if all(word[:1].isupper() for word in run) and re.search(rf"\b{re.escape(plain)}\b", said):
                return (plain,)
    return ()


def _foremost_first(asked: str, question: str, subjects: Sequence[Subject]) -> list[Subject]:
    """Those that were asked about in the order in which they were named, then the others as they are cited.

    What a question names only since it was put into words of its own counts where it is one or two: a list of all that
    were found before says nothing of their order.
    """
    meant = [s for s in subjects if s.mention(question)]
    text = question if len(meant) <= _FEW else asked
    far = len(text)
    return sorted(subjects, key=lambda s: found.start() if (found := s.mention(text)) else far)


def _unknown(question: str) -> tuple[Subject, ...]:
    """Names that no stored paper explains."""
    found = free_names(question) or names(question)
    return tuple(Subject((name,)) for name in found if not _LIKE.search(name))


@dataclass(frozen=True, slots=True)
class Past:
    """The turns before a question, the oldest first."""

    turns: tuple[Turn, ...]

    @property
    def last(self) -> Turn | None:
        """The turn just before."""
        return self.turns[-1] if self.turns else None

    @property
    def focus(self) -> Subject | None:
        """What "it" is: the foremost subject of the latest turn that had one."""
        return next((t.subjects[0] for t in reversed(self.turns) if t.subjects), None)

    def speaks_of(self, text: str) -> bool:
        """Whether a text names something that was spoken of."""
        return any(s.mention(text) for t in self.turns for s in t.subjects)

    @property
    def group(self) -> tuple[Subject, ...]:
        """What "of them" are: the subjects of the latest turn that had several."""
        return next((t.subjects for t in reversed(self.turns) if len(t.subjects) > 1), ())

    @property
    def named(self) -> tuple[Subject, ...]:
        """The foremost subjects of all turns, each once, in the order in which they came up."""
        first = [t.subjects if len(t.subjects) == 2 else t.subjects[:1] for t in self.turns]
        return tuple(dict.fromkeys(s for subjects in first for s in subjects))

    @property
    def pair(self) -> tuple[Subject, ...]:
        """What "they" are where two are compared: both of the last turn, or the last two that came up."""
        if self.last and len(self.last.subjects) == 2:
            return self.last.subjects
        latest = list(dict.fromkeys(s for t in reversed(self.turns) for s in t.subjects[:1]))
        return tuple(reversed(latest[:2])) if len(latest) > 1 else self.group[:2]

    def placed(self, place: int) -> Subject | None:
        """What "the second one" is (place 1; the last is -1): of several just told of, else of all that came up."""
        for several in (self.last.subjects if self.last else (), self.named, self.group):
            if len(several) > 1 and -len(several) <= place < len(several):
                return several[place]
        return None

    @property
    def other(self) -> Subject | None:
        """What "the other one" is: of two, the one that was not spoken of last; None where more could be meant."""
        two = self.pair if len(self.pair) == 2 and len(self.group) <= 2 else self.group
        spoken_of = self.last.subjects if self.last else ()
        if len(spoken_of) == 2:
            return spoken_of[1]
        rest = [s for s in two if s not in spoken_of[:1]]
        return rest[0] if len(rest) == 1 else None


# ------------------------------------------------------------------------------------------------------------- words


_CAPITAL = re.compile(r"(?<=[\w,] )[A-Z][\w+#^-]+")


def proper(text: str) -> tuple[str, ...]:
    """The names in a text, also those that only a capital tells: `Quokka`, but not at the beginning."""
    return tuple(dict.fromkeys((*names(text), *_CAPITAL.findall(text))))


def free_names(text: str) -> tuple[str, ...]:
    """Names that a question may be about: what stands behind "on" or "with" is what something was tried on."""
    return tuple(name for name in proper(text) if not _OBLIQUE.search(text[: text.index(name)]))


def topical(text: str) -> list[str]:
    """The words of a text that name a topic: neither of a question's form, nor so ordinary that any text has them."""
    found = []
    for word in terms(text):
        if word not in FUNCTION_WORDS and not ordinary(word) and not word.isdigit() and word not in _FORM:
            found.append(word)
    return found


_FORM = frozenset(
    [
        "please",
        "thanks",
        "thank",
        "ok",
        "okay",
        "hi",
        "hello",
        "s",
        "t",
        "don",
        "didn",
        "doesn",
        "isn",
        "wasn",
        "re",
        "ve",
        "ll",
        "d",
    ]
)


@lru_cache(maxsize=64)
def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in terms(text, name_parts=True))


@lru_cache(maxsize=1024)
def forms(word: str) -> frozenset[str]:
    """The stems of a word and of its relatives."""
    return frozenset(stem(other) for other in (word, *kin(word)))
