"""What a sentence is, by its wording: result, method, background, definition; and whether it gives a figure. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.retrieve import Evidence
from rag.text.asked import Sought
from rag.text.figures import Figure, figures
from rag.text.kin import kin
from rag.text.names import system_of
from rag.text.sentences import sentences

PROPOSES = re.compile(
    r"\b(?:propose[sd]?|introduc(?:e[sd]?|ing)|present(?:s|ed)?|develop(?:s|ed)?|call(?:ed)?|namely|named|dubbed|"
    r"is an?|is the first|are)\b",
    re.IGNORECASE,
)
HOW = re.compile(
    r"\b(?:by|via|through|using|uses?|employs?|consists?|compris\w+|first|then|specifically|concretely|instead|based on|"
    r"leverag\w+|propose[sd]?|introduces?|appl(?:y|ies)|train(?:s|ed)?|replac\w+|combin\w+|feed\w*|maps?|turns?|lets?|"
    r"to (?:avoid|prevent|address|alleviate|tackle))\b",
    re.IGNORECASE,
)
CONCLUDES = re.compile(
    r"\b(?:we (?:\w+ )?(?:find|show|observe|demonstrate|confirm|conclude|reveal|prove)|results? (?:\w+ )?(?:show|suggest|"
    r"indicate|demonstrate|reveal)|findings?|outperform\w*|improv\w+|achiev\w+|reveal\w*|demonstrat\w+|surpass\w*|"
    r"proves?|turns? out|beats?|exceeds?|lags?|competitive)\b",
    re.IGNORECASE,
)
COMPARES = re.compile(
    r"\b(?:than|compared|outperform\w*|surpass\w*|unlike|whereas|instead|contrast|versus|beats?|exceeds?|"
    r"better|fewer|more|less|replac\w+|limited|bounded|equals?|matches|lags?)\b",
    re.IGNORECASE,
)
OPEN_END = re.compile(r"\?\W*$|\b(?:unclear|open question|remains? (?:challenging|unexplored|unclear))\b", re.I)
ADDRESS = re.compile(
    r"https?:|\b(?:code|models?|data|datasets?|weights)\b[^.]{0,60}\b(?:available|released|open-sourced)\b"
    r"|\b(?:open.sourc(?:e|ing)|releas(?:e|ing)) (?:our|the|all|its)\b",
    re.IGNORECASE,
)
WISH = re.compile(
    r"\bwe (?:hope|believe|recommend future|intend)\b|\bfuture (?:research|work|studies)\b|\bhighlights? the\b"
    r"|\bprovid\w+ (?:\w+ )?insights?\b|\bsheds? light\b",
    re.IGNORECASE,
)
_ASKS_FOR_BACKGROUND = re.compile(
    r"\b(?:problems?|challenges?|limitations?|drawbacks?|motivat\w+|difficult\w*|shortcomings?|issues?|hard|existing|"
    r"previous|prior|usually|traditional\w*)\b",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"^(?:Despite|Although|While|Recent(?:ly)?|(?:However, )?(?:existing|previous|prior|traditional|current|most)|"
    r"Existing|Previous|Traditional|Current|Most|Prior|In the past|In recent|Generally)\b"
)
_CONTRIBUTES = re.compile(
    r"\b(?:we|our|this (?:paper|work|study|research|survey)|the authors|(?:is|are) proposed|here)\b", re.IGNORECASE
)
_QUANTITY = re.compile(r"\b(?:orders? of magnitude|two-fold|three-fold|a third|a quarter)\b", re.IGNORECASE)
_NEAR = 60  # characters between a figure and the thing that it counts
_FROM_NAME = re.compile(r"\d+(?:\.\d+)?[BM]\b")


def is_background(evidence: Evidence) -> bool:
    """Whether the sentence stands before the paper's own contribution, or opens as what others did does."""
    system = system_of(evidence.paper.title, evidence.paper.abstract)
    return evidence.start < _contribution(evidence.paper.abstract, system or "") or bool(
        _BACKGROUND.match(evidence.text)
    )


def asks_for_background(question: str) -> bool:
    """Whether the question is about what was wrong before, so that background is no background."""
    return _ASKS_FOR_BACKGROUND.search(question) is not None


@lru_cache(maxsize=4_096)
def _contribution(abstract: str, system: str) -> int:
    """Where the paper's own work begins: at the first sentence that says "we" or names the system; else at 0."""
    for sentence in sentences(abstract):
        if _CONTRIBUTES.search(sentence.text) or (system and system.casefold() in sentence.text.casefold()):
            return sentence.start
    return 0


def defines(text: str, thing: str) -> bool:
    """Whether the sentence says what the thing is: "X is a …", "we propose X", "… (X)", "called X"."""
    name = r"[\s-]".join(map(re.escape, thing.split()))
    return any(
        re.search(pattern, text, re.IGNORECASE)
        for pattern in (
            rf"\b{name}s?(?: \([^)]*\))?,? (?:is|are|refers?|means?|stands? for|aims?|assigns?|consists?)\b",
            rf"\b{name}s?(?: \([^)]*\))?, (?:an?|the|our|which|where|in which)\b",
            rf"\({name}s?\)",
            rf"\b{name} \(",
            rf"\b(?:propos\w+|introduc\w+|present\w*|develop\w*|call(?:ed)?|namely|named|dubbed|study|studies)\b"
            rf"[^.;]{{0,80}}\b{name}",
            rf"\b{name}: ",
        )
    )


def figure_fit(text: str, sought: Sought) -> float:
    """How well the sentence gives the figure that is sought: 1 the very thing, 0.5 one that could be it, 0 none."""
    found = [figure for figure in figures(text) if not _of_a_name(text, figure)]
    if sought.counted:
        return max((_counts(text, figure, sought.counted) for figure in found), default=0.0)
    if "*" in sought.units:
        return 1.0 if found or _QUANTITY.search(text) else 0.0
    if any(
        figure.unit in sought.units and (figure.unit or sought.units & {"", "$"}) for figure in found if figure.unit
    ):
        return 1.0
    if "" in sought.units and any(not figure.unit for figure in found):
        return 0.8
    return 0.8 if "x" in sought.units and _QUANTITY.search(text) else 0.0


def _counts(text: str, figure: Figure, thing: str) -> float:
    """Whether the figure counts the thing: it stands right behind, or at least near."""
    stems = "|".join(re.escape(_singular(word)) for word in (thing, *kin(thing), *kin(_singular(thing))))
    after = text[figure.end : figure.end + _NEAR]
    if re.match(rf"(?:[\s-]+[\w-]+){{0,2}}?[\s-]+(?:[\w-]*)(?:{stems})", after, re.IGNORECASE):
        return 1.0
    around = text[max(0, figure.start - _NEAR) : figure.end + _NEAR]
    return 0.6 if re.search(rf"(?:{stems})", around, re.IGNORECASE) else 0.0


def _singular(word: str) -> str:
    return word.casefold().removesuffix("s") if len(word) > 3 else word.casefold()


def _of_a_name(text: str, figure: Figure) -> bool:
    """`TriLM 3.9B`, `Llama-2-7B`, `BERT 2`: a figure behind a name is a part of it."""
    before = text[: figure.start].rstrip()
    own = bool(_FROM_NAME.match(text, figure.start)) or not figure.unit
    return (
        own and bool(re.search(r"\b[A-Z][a-z]*[A-Z][\w-]*$", before)) and text[figure.start - 1 : figure.start] == " "
    )
