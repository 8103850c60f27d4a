"""Words made comparable: stems, ordinary synonyms, negation, and the direction in which a word points. Pure.

The lists are short and of the language of abstracts. A word that no list knows is compared by its stem alone, which
errs towards "different": a draft sentence is then replaced by its source, never wrongly kept.
"""

from __future__ import annotations

import re
from functools import lru_cache

# What carries no claim of its own. Quantifiers, modals and prepositions of degree are not here: they change meaning.
FUNCTION = frozenset(
    re.findall(
        r"\S+",
        """
        a an the this that these those it its they their them he she his her we our ours us i my you your which who whom
        whose what and or but nor so as of in on at to for from with by into onto upon via per within during through is
        are was were be been being am do does did done has have had having will would shall there here then thus hence
        also moreover furthermore additionally however therefore while when where whereas since because if than such
        namely i.e e.g etc respectively specifically particularly notably overall indeed itself themselves one ones both
        paper work study authors author called named named case way kind sort
        """,
    )
)

_SYNONYMS = (
    "achieve reach attain obtain get yield deliver score gain bring",
    "use employ utilize utilise leverage apply adopt rely exploit",
    "propose introduce present develop describe offer design",
    "show demonstrate reveal find indicate confirm report observe suggest illustrate prove establish see",
    "method approach technique framework system strategy scheme procedure",
    "dataset corpus data datasets corpora",
    "large big huge massive sizeable",
    "small tiny little compact",
    "quick fast rapid speedy",
    "cost expense price budget",
    "include contain comprise consist encompass cover span",
    "need require demand",
    "allow enable let permit",
    "build create construct make produce form",
    "keep maintain preserve retain",
    "test evaluate assess measure benchmark examine study investigate analyze analyse explore",
    "beat outperform surpass exceed",
    "prior previous earlier existing",
    "entire whole full complete",
    "rewrite rephrase paraphrase",
    "help aid assist support",
    "compare comparison versus relative",
    "result finding outcome",
    "about approximately roughly around",
    "only just merely solely",
    "important key crucial essential critical vital",
    "simple straightforward easy",
    "publicly openly public open",
    "available accessible released release",
    "answer response reply",
    "aim goal objective seek",
    "perform performance",
    "avoid prevent",
    "address tackle solve handle overcome",
    "combine merge unify integrate join",
    "start begin initialise initialize",
    "text document passage",
    "example instance sample",
    "several multiple various many numerous",
)

_UP, _DOWN = 1, -1
# One line an axis: the words that point up, and those that point down.
_DIRECTIONS = (
    (
        "more greater additional increase increment raise grow growth rise enlarge expand higher high highest large "
        "larger largest big bigger long longer longest above maximum maximal maximize boost gain most",
        "fewer less decrease reduce lower low lowest cut shrink drop fall decline diminish lessen small smaller "
        "smallest tiny short shorter shortest below minimum minimal minimize save saving least few",
    ),
    (
        "outperform surpass exceed beat better superior win improve improvement enhance enhancement strengthen best "
        "strong stronger strongest",
        "underperform worse inferior trail lag lose degrade degradation worsen deteriorate harm hurt weaken impair "
        "worst weak weaker weakest",
    ),
    (
        "fast faster fastest accelerate acceleration speedup speed quick quicker quickly",
        "slow slower slowest decelerate slowdown slowly",
    ),
    ("before precede", "after follow"),
    ("easy easier", "hard harder difficult"),
    ("cheap cheaper inexpensive", "expensive costly costlier"),
    ("positive positively", "negative negatively"),
    ("efficient efficiently effective effectively", "inefficient inefficiently ineffective"),
    ("success succeed successful successfully", "failure unsuccessful"),
    ("robust robustness", "fragile brittle"),
    ("encourage promote facilitate enable", "discourage hinder prevent"),
    ("include", "exclude"),
    ("early earlier", "late later"),
    ("supervised labeled labelled", "unsupervised unlabeled unlabelled"),
    ("accurate accurately", "inaccurate inaccurately"),
    ("consistent consistently", "inconsistent inconsistently"),
    ("sufficient", "insufficient"),
    ("known", "unknown"),
    ("similar comparable", "dissimilar different differ"),
    ("public publicly open", "private proprietary closed"),
    ("add addition", "remove removal"),
)

NEGATIONS = frozenset(
    (
        *(
            "not",
            "no",
            "never",
            "without",
            "cannot",
            "n't",
            "neither",
            "nor",
            "none",
            "nothing",
            "hardly",
            "barely",
            "nobody",
        ),
        *("unable", "lack", "lacks", "lacking", "fails", "fail", "failed", "failing", "rarely", "seldom", "unlikely"),
    )
)
"""Words that turn a statement round."""

QUANTIFIERS = frozenset(
    (
        *("all", "every", "each", "some", "any", "most", "many", "few", "several", "only", "always", "often", "never"),
        *("sometimes", "rarely", "usually", "generally", "consistently", "entirely", "completely", "partly", "mostly"),
        *("nearly", "almost", "about", "approximately", "around", "roughly", "exactly", "over", "under", "up", "least"),
        *(
            "most",
            "than",
            "both",
            "either",
            "half",
            "majority",
            "may",
            "might",
            "can",
            "could",
            "must",
            "should",
            "would",
        ),
        *(
            "first",
            "second",
            "last",
            "single",
            "main",
            "mainly",
            "especially",
            "particularly",
            "even",
            "alone",
            "typically",
        ),
    )
)
"""Words that say how much of a statement holds, how surely, or how near to a figure."""

NEUTRAL = frozenset(
    (
        *("out", "down", "off", "far", "well", "how", "whether", "why", "against", "among", "between"),
        *("without", "toward", "make", "turn", "come", "go", "give", "take", "bring", "put", "look"),
        *("serve", "help", "become", "see", "set", "leave", "need", "want", "add", "apply", "use"),
        *("handle", "cope", "deal", "carry", "run", "work", "suit", "people", "thing", "matter", "case"),
        *("fact", "finally", "afterwards", "later", "now", "then", "together", "each", "further", "another", "other"),
        *("own", "different", "certain", "such", "like", "include", "mean", "know", "call", "say", "write"),
        *("name", "stand", "lie", "hold", "let", "find", "show", "enough", "rather", "quite", "clearly"),
        *("clear", "available", "part", "kind", "way", "time", "end", "choice", "place", "share", "whole"),
        *("still"),
    )
)
"""Ordinary words that a writer adds without claiming anything: not found in the source, they cast no doubt."""

_WORD = re.compile(r"[^\W_]+(?:[-'’.^+#/][^\W_]+)*[+#]*|n't")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A light stem of a lower-case word: plural, -ed, -ing, -ly, -tion and the like taken off; short words stay."""
    word = word.replace("’", "'").removesuffix("'s").removesuffix("'")
    word = _IRREGULAR.get(word, word)
    if len(word) <= 3 or not word.isalpha():
        return word
    for ending, put, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: len(word) - len(ending)] + put
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl":
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word[-1] == "e" else word


_IRREGULAR = {
    **{"using": "use", "used": "use", "uses": "use", "made": "make", "built": "build", "found": "find"},
    **{"shown": "show", "kept": "keep", "given": "give", "got": "get", "took": "take", "taken": "take", "led": "lead"},
    **{"cost": "cost", "grew": "grow", "grown": "grow", "rose": "rise", "fell": "fall", "lost": "lose", "ran": "run"},
    **{"drew": "draw", "drawn": "draw", "chosen": "choose", "written": "write", "wrote": "write", "won": "win"},
    **{"data": "data", "corpora": "corpus", "analyses": "analyse", "analysis": "analyse", "speeding": "speed"},
    **{"sped": "speed", "speeds": "speed", "beaten": "beat", "learnt": "learn", "fewer": "fewer", "further": "further"},
}
_ENDINGS = (
    ("iencies", "ient", 3),
    ("iency", "ient", 3),
    ("izations", "iz", 3),
    ("ization", "iz", 3),
    ("isation", "iz", 3),
    ("izing", "iz", 3),
    ("ising", "iz", 4),
    ("ised", "iz", 4),
    ("ises", "iz", 4),
    ("ise", "iz", 5),
    ("uctions", "uc", 2),
    ("uction", "uc", 2),
    ("ations", "at", 3),
    ("ation", "at", 3),
    ("ements", "", 4),
    ("ement", "", 4),
    ("ments", "", 4),
    ("ment", "", 4),
    ("iveness", "iv", 3),
    ("ness", "", 4),
    ("sses", "ss", 2),
    ("ies", "y", 3),
    ("ied", "y", 3),
    ("ically", "ic", 3),
    ("ingly", "", 4),
    ("edly", "", 4),
    ("ily", "y", 3),
    ("ly", "", 4),
    ("ings", "", 3),
    ("ing", "", 3),
    ("ed", "", 3),
    ("ers", "er", 3),
    ("es", "e", 3),
    ("ss", "ss", 2),
    ("us", "us", 2),
    ("is", "is", 2),
    ("s", "", 3),
)


_GROUP = {stem(word): f"={number}" for number, line in enumerate(_SYNONYMS) for word in line.split()}
_DIRECTION = {
    stem(word): (number, sign)
    for number, pair in enumerate(_DIRECTIONS)
    for sign, line in zip((_UP, _DOWN), pair, strict=True)
    for word in line.split()
}


def direction(stemmed: str) -> tuple[int, int] | None:
    """Which axis a stemmed word points along, and whether up (1) or down (-1); None for words without direction."""
    return _DIRECTION.get(stemmed)


def alike(stemmed: str) -> str:
    """The representative of a stem's synonyms: equal for words that mean the same here."""
    return _GROUP.get(stemmed, stemmed)


def words(text: str) -> list[tuple[str, int, int]]:
    """The words of a text as (lower-case word, start, end). `don't` is `do` and `n't`, `cannot` is one word."""
    found = []
    for match in _WORD.finditer(text):
        word, start, end = match[0].casefold().replace("’", "'"), match.start(), match.end()
        if word.endswith("n't") and len(word) > 3:
            found.append((word[:-3], start, end - 3))
            found.append(("n't", end - 3, end))
        else:
            found.append((word, start, end))
    return found
