"""Text from others in a form that can be shown to a model and not be mistaken for anything but text. Pure.

Models are told where such text begins and ends by marks on lines of their own. `inert` therefore makes one line of a
text and takes out of it what could pass for such a mark, for a turn of the conversation, or for a key of the evidence.
It changes signs only: every letter and every figure stays, so a sentence that a model copies can still be found.
"""

from __future__ import annotations

import re
import unicodedata

_OPEN, _CLOSE, _COLON = "‹", "›", "∶"  # look alike, and no tokenizer and no chat template gives them a meaning

# Runs of angle brackets (our fences, <<SYS>>), also in their wide forms; and single ones that could open or close a tag
# or a special token. "<100", "> 5" and "p<0.05" stay.
_OPENING = re.compile(r"[<＜﹤]{2,}|[<＜﹤](?=[\s]*[A-Za-z/|!｜])")
_CLOSING = re.compile(r"[>＞﹥]{2,}|(?<=[|/｜])[>＞﹥]")
_ROLE = re.compile(r"\b(system|assistant|user|developer|human|tool|instructions?)([^\w:：∶]{0,4})[:：]+", re.IGNORECASE)
_BRACKETED = re.compile(r"\[\s*(/?\s*(?:E\s?\d+|INST|SYS\w*|AVAILABLE_TOOLS|TOOL_\w+))\s*\]", re.IGNORECASE)
_RULE = re.compile(r"`{3,}|~{3,}|-{3,}|={3,}|#{2,}")  # Markdown's fences, rules and headings


def inert(text: str) -> str:
    """`text` on one line, without format and control characters, and without marks that could end a fence.

    Applying it twice changes nothing more. Letters and digits are those of `text`, in their order.
    """
    line = " ".join("".join(map(_plain, text)).split())
    line = _RULE.sub(lambda found: found[0][0], line)
    line = _OPENING.sub(lambda found: _OPEN * len(found[0]), line)
    line = _CLOSING.sub(lambda found: _CLOSE * len(found[0]), line)
    line = _ROLE.sub(rf"\1\2{_COLON}", line)
    return _BRACKETED.sub(r"(\1)", line)


def restored(text: str) -> str:
    """A model's text with the signs put back that `inert` replaced by look-alikes."""
    return text.replace(_OPEN, "<").replace(_CLOSE, ">").replace(_COLON, ":")


def _plain(character: str) -> str:
    match unicodedata.category(character):
        case "Cf":  # zero-width, bidirectional and tag characters: invisible to people, read by models
            return ""
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cs":  # half of a pair, which cannot be sent
            return "?"
        case _:
            return character
