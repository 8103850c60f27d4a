"""Whether a question asks what there is as a whole, with no topic of its own: "What's new this week?" Pure.

No sentence of an abstract answers that; a brief does.
"""

from __future__ import annotations

import re

__all__ = ["is_overview"]

_WHOLE = (
    r"(?:(?:this|last|the|the last|the past|past) (?:week|month|batch|collection|corpus|page|library|list|feed)"
    r"(?:['\u2019]s (?:papers|news|research))?|(?:all )?(?:these|those|the|your|my|all)(?: \d+)?(?: new| latest)? "
    r"papers(?: here)?|the week['\u2019]s papers|this|it all|everything|here|today|lately|recently|right now|now)"
)
_ABOUT = rf"(?: (?:of|in|from|on|for|among|across|about|during|within|to)? ?{_WHOLE})*"
_GOOD = (
    r"(?:most |more )?(?:interesting|important|exciting|relevant|popular|promising|notable|significant|impressive|main|"
    r"key|top|best|biggest|hottest|big|hot|major|latest|newest|new|trending|surprising)"
)
_THINGS = (
    r"(?:papers?|works?|articles?|themes?|topics?|results?|findings?|trends?|highlights?|news|takeaways?|"
    r"developments?|ideas?|research)"
)
_SO_MANY = r"(?:(?:two|three|five|ten|\d+) )"
_OVERVIEW = re.compile(
    r"(?:(?:hi|hello|hey|ok|okay|so|please|and)[,!]? )*"
    r"(?:(?:can|could|would|will) you (?:please )?|please |i (?:want|need|would like|['\u2019]d like) )?"
    r"(?:"
    rf"wh?at(?:['\u2019]?s| is| are)? (?:new|hot|trending|happening|going on|up|the news|the latest|there){_ABOUT}"
    rf"|(?:wh?at|which)(?:['\u2019]?s| is| are| were| was) (?:the )?{_SO_MANY}?{_GOOD} {_SO_MANY}?{_THINGS}{_ABOUT}"
    rf"|(?:(?:show|give|tell|list)(?: me| us)? )?(?:the )?{_SO_MANY}?{_GOOD} {_SO_MANY}?{_THINGS}{_ABOUT}"
    rf"|(?:summari[sz]e|sum up|recap) {_WHOLE}{_ABOUT}"
    r"|(?:(?:give|write|show|send|make)(?: me| us)? )?(?:(?:a|an|the|your) )?(?:short |quick |brief )?"
    rf"(?:summary|overview|digest|recap|briefing|highlights|round-?up)(?: (?:of|on|for) {_WHOLE}{_ABOUT})?"
    rf"|brief me(?: on {_WHOLE})?"
    rf"|wh?at (?:is|are|was|were|do|does) {_WHOLE} (?:all )?(?:about|contain|cover|deal with){_ABOUT}"
    rf"|wh?at (?:should|can|could) i (?:read|look at)(?: first| next)?{_ABOUT}"
    rf"|wh?at (?:happened|did i miss|have i missed){_ABOUT}"
    r")[\s?.!]*",
    re.IGNORECASE,
)


def is_overview(text: str) -> bool:
    """Whether all of a question asks for the whole, and none of it for a topic.

    >>> is_overview("What are the most interesting papers this week?"), is_overview("What is new in decoding?")
    (True, False)
    """
    return len(text) <= _LONGEST and _OVERVIEW.fullmatch(" ".join(text.split())) is not None


_LONGEST = 200
