"""What a sentence is, by its wording: result, method, background, definition; and whether it gives a figure. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.retrieve import Evidence
from rag.text.asked import Sought
from rag.text.figures import Figure, figures
from rag.text.kin import kin
from rag.text.names import names, system_of
from rag.text.sentences import sentences

PROPOSES = re.compile(
    r"\b(?:propose[sd]?|introduc(?:e[sd]?|ing)|present(?:s|ed)?|develop(?:s|ed)?|call(?:ed)?|namely|named|dubbed|"
    r"is an?|is the first|are)\b",
    re.IGNORECASE,
)
INTRODUCES = re.compile(
    r"\b(?:propose[sd]?|introduc(?:e[sd]?|ing)|present(?:s|ed)?|develop(?:s|ed)?|releas(?:e[sd]?|ing)|"
    r"(?:we|authors) (?:\w+ )?(?:build|create|collect|construct|add|offer|curate)\w*|is (?:an?|the)|called|namely)\b",
    re.IGNORECASE,
)
_BRINGS = re.compile(r"\b(?:propos\w+|introduc\w+|present(?:s|ed)?|develop\w*)\b", re.IGNORECASE)
HOW = re.compile(
    r"\b(?:by|via|through|using|uses?|employs?|consists?|compris\w+|first|then|specifically|concretely|instead|"
    r"based on|leverag\w+|propose[sd]?|introduces?|appl(?:y|ies)|train(?:s|ed)?|replac\w+|combin\w+|feed\w*|maps?|"
    r"turns?|lets?|to (?:avoid|prevent|address|alleviate|tackle))\b",
    re.IGNORECASE,
)
_ACTS = re.compile(
    r"(?:^|, )(?:[Ii]t|[Tt]hey|[Ww]e|[Ii]ts (?:\w+ ){1,2})\s?(?!is\b|are\b|was\b|were\b|has\b|have\b)[a-z]+"
)
CONCLUDES = re.compile(
    r"\b(?:we (?:\w+ )?(?:find|show|observe|demonstrate|confirm|conclude|reveal|prove)|findings?|"
    r"(?:results?|experiments?) (?:\w+ )?(?:show|suggest|indicate|demonstrate|reveal)|outperform\w*|improv\w+|"
    r"achiev\w+|reveal\w*|demonstrat\w+|surpass\w*|proves?|turns? out|beats?|exceeds?|lags?|competitive|gains?|"
    r"(?:did|does|do) not|lead to|led to|helps?|benefits?|struggles?|fails?|failed|suffers?|significant(?:ly)?)\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\b(?:outperform\w*|surpass\w*|achiev\w+|experiment\w*|results?|state.of.the.art|baselines?|benchmarks?|speedups?|"
    r"effectiveness|compared (?:to|with)|we (?:\w+ )?(?:confirm|show|demonstrate|evaluate)|proof|"
    r"better than|significantly)\b",
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
    r"|\b(?:open.sourc(?:e|ing)|releas(?:e|ing)) (?:our|the|all|its)\b|\bwe (?:\w+ )?open.sourc\w+",
    re.IGNORECASE,
)
WISH = re.compile(
    r"\bwe (?:hope|believe|recommend future|intend)\b|\bfuture (?:research|work|studies)\b|\bhighlights? the\b"
    r"|\bprovid\w+ (?:\w+ )?insights?\b|\bsheds? light\b",
    re.IGNORECASE,
)
_SETS_UP = re.compile(
    r"\b(?:we (?:\w+ )?(?:explore|participate|investigate|examine|study|conduct|perform|choose|implement|test)\w*"
    r"|(?:is|are) (?:evaluated|tested|examined|studied)"
    r"|(?:it|this paper|this study|the paper|the authors) "
    r"(?:compares?|examines?|evaluates?|stud(?:y|ies)|investigates?|reports? on|asks?|looks? at))\b",
    re.IGNORECASE,
)
_ASKS_FOR_BACKGROUND = re.compile(
    r"\b(?:problems?|challenges?|limitations?|drawbacks?|motivat\w+|difficult\w*|shortcomings?|issues?|hard|existing|"
    r"previous|prior|usually|traditional\w*)\b",
    re.IGNORECASE,
)
_ASKS_FOR_NEW = re.compile(
    r"\b(?:propos\w+|introduc\w+|present(?:s|ed)?|releas\w+|creat\w+|buil[dt]\w*|offer\w*|publish(?:es|ed)?)\b", re.I
)
_ASKS_WHICH = re.compile(
    r"\b(?:which|what) (?:[\w-]+ ){0,2}?(?:paper|study|work|model|network|method|system|approach|technique|framework|"
    r"tool|algorithm|benchmark|dataset|corpus|metric|strategy)\b(?! (?:does|did|do|is|was|has)\b)"
    r"|\bwhat (?:is|was|are) (?:it|that|this|the)?\b.*\b(?:called|named|name)\b|\bcalled\W*$|\bthe name of\b",
    re.IGNORECASE,
)
_RANKS = re.compile(
    r"\b(?:better|best|worse|\w+er than|outperform\w*|beats?|wins?|more \w+ than|less \w+ than|compares? (?:with|to))\b"
    r"|\bwhich (?:one |of \w+ )?(?:is|are|\w+s)\b.*\b(?:more|less|most|least|\w+er|\w+est)\b",
    re.IGNORECASE,
)
_ASKS_FOR_ONE = re.compile(r"\b(?:which|what) (?:\w+ )?(?:paper|study|article)\b(?! (?:is there|are))", re.IGNORECASE)
_THINGS = (
    (
        re.compile(r"\b(?:which|what) (?:\w+ )?(?:data ?sets?|corpus|corpora|data|benchmarks?)\b", re.I),
        re.compile(r"\b(?:data ?sets?|corpus|corpora|benchmarks?|trained on|fine-tun\w+|pairs|evaluated? on)\b", re.I),
    ),
    (
        re.compile(r"\b(?:which|what) (?:\w+ )?(?:hardware|gpus?|machines?)\b", re.I),
        re.compile(r"\b(?:GPUs?|TPUs?|CPUs?|A100|H100|V100)", re.I),
    ),
    (
        re.compile(r"\b(?:which|what) (?:\w+ )?(?:models?|backbones?|baselines?)\b", re.I),
        re.compile(r"\b(?:models?|backbones?|baselines?|outperform\w*)\b", re.I),
    ),
    (re.compile(r"\bevaluated?\b|\btested\b", re.I), re.compile(r"\b(?:evaluat\w+|benchmarks?|test\w*)\b", re.I)),
)
_BACKGROUND = re.compile(
    r"^(?:Despite|Although|Though|While|Recent(?:ly)?|However, (?:existing|previous|prior|traditional|current|most)|"
    r"Existing|Previous|Traditional|Current|Most|Prior|In the past|In recent|Generally)\b"
)
_OWN = re.compile(r"\b(?:we|our|this (?:paper|work|study)|results|experiments|analysis)\b", re.IGNORECASE)
_CONTRIBUTES = re.compile(
    r"\b(?:this (?:paper|work|study|research|survey)|the authors|(?:is|are) proposed"
    r"|our (?:\w+ )?(?:work|paper|study|method|approach|model|framework|results?|findings?|goal|aim|analysis|"
    r"experiments?)"
    r"|we (?:\w+ )?(?:propose|introduce|present|develop|describe|study|investigate|explore|examine|show|demonstrate|"
    r"find|perform|conduct|take|tackle|aim|argue|suggest|intend|extend|design|train|pretrain|pre-train|provide|"
    r"approach|identify|use|build|ask|participated|prove|analy[sz]e|apply|adopt|revisit|choose|evaluate|offer|"
    r"compare))\b",
    re.IGNORECASE,
)
_QUANTITY = re.compile(r"\b(?:orders? of magnitude|two-fold|three-fold|a third|a quarter)\b", re.IGNORECASE)
_NEAR = 60  # characters between a figure and the thing that it counts
_FROM_NAME = re.compile(r"\d+(?:\.\d+)?[BM]\b")


def is_background(evidence: Evidence) -> bool:
    """Whether the sentence stands before the paper's own contribution, or opens as what others did does."""
    system = system_of(evidence.paper.title, evidence.paper.abstract)
    before = evidence.start < _contribution(evidence.paper.abstract, system or "")
    return before or (_BACKGROUND.match(evidence.text) is not None and _OWN.search(evidence.text) is None)


def is_mechanism(evidence: Evidence) -> bool:
    """Whether the sentence is on the paper's own work, says more than that it is proposed, and gives no result."""
    system = system_of(evidence.paper.title, evidence.paper.abstract) or ""
    own = _contribution(evidence.paper.abstract, system)
    after = evidence.start > own or (evidence.start == own and not _BRINGS.search(evidence.text))
    return after and not is_result(evidence.text)


def introduces_name(evidence: Evidence) -> bool:
    """Whether the sentence says what something of the paper's own is called."""
    return INTRODUCES.search(evidence.text) is not None and bool(names(evidence.text)) and not is_background(evidence)


def says_how(text: str) -> bool:
    """Whether the sentence tells what is done: it has a word of means, or the system or the authors do something."""
    return HOW.search(text) is not None or _ACTS.search(text) is not None


def is_result(text: str) -> bool:
    """Whether the sentence says how well something works, and not how."""
    return _RESULT.search(text) is not None or any(figure.unit in ("x", "%", "points") for figure in figures(text))


def sets_up(text: str) -> bool:
    """Whether the sentence says what was looked into, and not what came of it."""
    return _SETS_UP.search(text) is not None and CONCLUDES.search(text) is None


def asks_for_background(question: str) -> bool:
    """Whether the question is about what was wrong before, so that background is no background."""
    return _ASKS_FOR_BACKGROUND.search(question) is not None


@lru_cache(maxsize=4_096)
def _contribution(abstract: str, system: str) -> int:
    """Where the paper's own work begins: at the first sentence that says "we" or names the system; else at 0."""
    for sentence in sentences(abstract):
        if _CONTRIBUTES.search(sentence.text) or (system and re.search(rf"(?<!\w){re.escape(system)}", sentence.text)):
            return sentence.start
    return 0


def own_work(title: str, abstract: str) -> int:
    """Where an abstract turns from what others did to the paper's own work, as an offset."""
    return _contribution(abstract, system_of(title, abstract) or "")


def opens_as_background(text: str) -> bool:
    """Whether a sentence opens as those do that tell what others did, wherever it stands."""
    return _BACKGROUND.match(text) is not None


def asks_for_new(question: str) -> bool:
    """Whether a survey asks for papers that bring a thing, not for those that use it."""
    return _ASKS_FOR_NEW.search(question) is not None


def asks_which(question: str) -> bool:
    """Whether the question asks what something is called, so that the answer has to name it."""
    return _ASKS_WHICH.search(question) is not None


def ranks(question: str) -> bool:
    """Whether the question asks which of two is the better, and not how they differ."""
    return _RANKS.search(question) is not None


def asks_for_one(question: str) -> bool:
    """Whether a survey asks for a single paper: "which paper introduces …"."""
    return _ASKS_FOR_ONE.search(question) is not None


def has_phrase(text: str, content: str) -> bool:
    """Whether the question's words stand in the sentence together, as they do in the question."""
    phrase = r"[\s-]".join(map(re.escape, content.split()))
    return " " in content and re.search(rf"\b{phrase}", text, re.IGNORECASE) is not None


def gives_thing(text: str, question: str) -> bool:
    """Whether the sentence gives the sort of thing that "which …" asks for: a data set, hardware, a model."""
    return any(asked.search(question) and given.search(text) for asked, given in _THINGS)


def defines(text: str, thing: str) -> bool:
    """Whether the sentence says what the thing is: "X is a …", "we propose X", "… (X)", "called X"."""
    name = r"[\s-]".join(re.escape(word) for word in _singular(thing).split())
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
    if any(figure.unit in (sought.rather or sought.units) for figure in found):
        return 1.0
    if any(figure.unit in sought.units for figure in found):
        return 0.7
    bare = sought.beside is not None and re.search(sought.beside, text, re.IGNORECASE)
    if bare and any(figure.unit in ("", "%") for figure in found):
        return 0.8
    return 0.8 if "x" in sought.units and _QUANTITY.search(text) else 0.0


def _counts(text: str, figure: Figure, thing: str) -> float:
    """Whether the figure counts the thing: it stands right behind, or at least near."""
    stems = "|".join(re.escape(_singular(word)) for word in (thing, *kin(thing)))
    after = text[figure.end : figure.end + _NEAR]
    share = figure.unit == "%" and after.startswith(" of ")  # "91 % of the errors" says how many, where nothing counts
    if figure.unit and not share:
        return 0.0
    if re.match(rf"(?:[\s-]+[\w-]+){{0,4}}?[\s-]+(?:[\w-]*)(?:{stems})", after, re.IGNORECASE):
        return 0.6 if share else 1.0
    if share:
        return 0.0
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
