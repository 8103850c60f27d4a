"""Sentences that order their reader about, as a text planted in an abstract does. Pure.

An abstract reports; it has no business with whoever reads it. A sentence that tells an assistant, a reviewer or a
reader what to say or to do is no evidence for anything, whatever words it shares with the question, so it is neither
quoted nor shown to a model. Found are: readers addressed by kind or as "you"; what is to be done with this very text or
with the answer; instructions, prompts and earlier rules to be dropped; and a verb of speaking or selling as a command.
Of 150,079 sentences of 21,810 real abstracts that were not looked at before, three were found, all of the kind "Please
visit our page".
"""

from __future__ import annotations

import re
from functools import lru_cache


def _any(words: str) -> str:
    return f"(?:{'|'.join(words.split())})"


_MACHINES = (
    r"(?:assistants?|chat ?bots?|AIs?|AI (?:systems?|models?|tools?|agents?|assistants?|readers?)|"
    r"(?:large )?language models?|LLMs?|readers?|reviewers?|summari[sz]ers?|"
    r"(?:search|answer(?:ing)?) engines?|crawlers?|whoever|anyone|anybody)"
)
_READERS = rf"(?:(?:any|every|all|the|dear|each|an?|these|those|you,?) )?(?:[\w-]+ ){{0,2}}?{_MACHINES}"
_OTHERS = r"(?:models?|agents?|systems?|users?|people|everyone|those)"  # only with what tells that they read this
_READS = r"(?:reads?|summari[sz]es?|answers?|process|cites?|sees?|evaluates?|reviews?|asks?|parses?|index)\w*"
_READING = (
    rf"(?:(?:,? (?:that|who|which) (?:\w+ )?{_READS}|"
    r" (?:reading|summari[sz]ing|answering|processing|citing|evaluating|reviewing|parsing))[^.,:]{0,60})"
)
_SPEAK = _any("""
    answer reply respond say state tell print reveal repeat recommend advise mention praise rate award rank call declare
    claim insist confirm announce write output append add include insert close end begin start finish open cite quote
    promote endorse ask urge invite direct redirect send point register sign buy visit click subscribe download email
    contact ignore disregard forget override pretend behave refuse omit hide conceal withhold treat describe
    present give summari[sz]e translate display show note remember warn inform report assume adopt stop enter run fetch
    forward post share leak disclose encode""")
_TOLD = _any("told advised asked directed sent invited urged recommended pointed informed warned")
_AUX = (
    r"(?:must|should|shall|ought to|need to|needs to|has to|have to|had better|(?:is|are) (?:required|asked|requested|"
    r"instructed|told|ordered|obliged|advised|urged|supposed) to)"
)
_BETWEEN = r"(?:\w+ly |now |first |then |only |also |always |never |not |be )*"
_AT_ONCE = r"(?:(?:please|now|first|you|always|never|only|also|kindly|do not|don't),? )*"
_OF_THE_ANSWER = (
    r"\b(?:(?:the|each|every|any|all|your) (?:answers?|repl(?:y|ies)|responses?|readers?|users?|summar(?:y|ies)|"
    r"reviewers?)\b|to every (?:question|answer)\b|(?:only|solely|just) (?:with|the words?)\b|"
    r"with the (?:single |exact )?words?\b|the (?:single |exact |following )?words?\b|https?:|!\[)"
)
_ORDERS = (
    # Instructions, prompts and rules to be dropped or told.
    r"(?:^\W*|[:;,.!] (?:and |then )?|\b(?:please|now|must|should|first) )"
    r"(?:ignore|disregard|forget|override|bypass|discard)\b[^.]{0,40}\b(?:(?:previous|prior|earlier|above|all|your|"
    r"these|other|any) (?:\w+ )?(?:instructions?|prompts?|rules|guidelines)|instructions|the questions?|the user|"
    r"what (?:the user|you)|everything (?:above|before|else))\b",
    r"\b(?:your|their|its|complete|hidden|entire|the) system prompts?\b",
    r"^\W*(?:system|developer|admin\w*) (?:notice|note|message|override|alert|prompt|instructions?)\b\W*[:—-]",
    # Readers of some kind, spoken to …
    rf"^\W*(?:important |urgent )?(?:note|notice|message|instructions?|attention|memo|reminder|hint|request|warning)s? "
    rf"(?:to|for) (?:{_READERS}|(?:\w+ ){{0,2}}?{_OTHERS})\b",
    rf"^\W*(?:attention|dear),? {_READERS}\b",
    rf"^\W*to (?:any|every|all|the|each|whichever) (?:[\w-]+ ){{0,2}}?(?:{_MACHINES}|{_OTHERS}){_READING}?\s*[:,]|"
    rf"^\W*to {_MACHINES}{_READING}?\s*:",
    rf"^\W*(?:hey |hello |hi |dear )?(?:AIs?|chat ?bot|assistants?|LLMs?|language models?|models?|agents?|readers?|"
    rf"reviewers?|system|users?)\s*[,:—-]+\s*{_AT_ONCE}{_SPEAK}\b",
    # … or told what to say and do.
    rf"\b(?:{_READERS}{_READING}|(?:[\w-]+ ){{0,2}}?{_OTHERS}{_READING}),? {_AUX}\b",
    rf"^\W*{_READERS},? {_AUX} {_BETWEEN}(?:{_SPEAK}|{_TOLD})\b",
    r"\b(?:whoever|(?:anyone|anybody|everyone|users|readers) who) (?:\w+ )?(?:reads?|asks?|summari[sz]es)\b",
    # "You": an abstract has nobody to say it to.
    rf"\byou,? {_AUX} {_BETWEEN}{_SPEAK}\b|\byou are (?:now|no longer)\b|\byou (?:will|can|may) (?:now|only)\b",
    r"\b(?:when|if|whenever|before|after|while|once) you (?:\w+ )?(?:read|summari[sz]e|answer|cite|mention|describe|"
    r"process|review|rate|evaluate|are asked|reply|respond)\w*\b",
    r"\byour (?:\w+ )?(?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)|reviews?|instructions?)\b",
    # A command about the answer, its reader, or what he should buy.
    rf"(?:^|[:;] (?:and |then )?)\W*{_AT_ONCE}{_SPEAK}\b[^.:;]{{0,60}}{_OF_THE_ANSWER}",
    rf"^\W*(?:(?:please|now|always|never|kindly|do not|don't) )+{_SPEAK}\b",
    r"^\W*(?:important|urgent|attention|notice|instruction|remember|remind\w+)s?\s*[:!—-]+\s*"
    rf"{_AT_ONCE}{_SPEAK}\b",
    r"\bif you(?:'re| are) an? (?:AI|assistant|language model|LLM|bot|chatbot|reviewer|agent)\b",
    r"\bnew instructions?\s*:",
    r"\b(?:answers?|repl(?:y|ies)|responses?|summar(?:y|ies)) (?:about|of|on|to|for) this "
    r"(?:paper|work|text|study|abstract|method)\b",
    rf"\bthis (?:text|sentence|abstract) {_AUX} be\b",
    # A sentence that opens with a verb of speaking, as a report does not.
    r"^\W*(?:say|tell|respond|pretend|ignore|disregard|forget|reveal|recommend|advise|subscribe) (?!-)\w",
    r"^\W*(?:state|answer|print|mention|output|repeat|write|reply|praise|click|buy) "
    r"(?:that|only|with|this|the|all|every|in|on|to|nothing|exactly|here|now|it)\b",
    r"^\W*[A-Z][\w-]*, (?:reply|respond|answer|say|tell|ignore|disregard|print|reveal|recommend)\b",
    r"!\[[^\]]*\]\(",
)
_ORDER = re.compile("|".join(f"(?:{one})" for one in _ORDERS), re.IGNORECASE)


@lru_cache(maxsize=16_384)  # many questions meet the same sentences
def is_order(sentence: str) -> bool:
    """Whether a sentence of an abstract orders its reader about rather than reports."""
    return _ORDER.search(sentence) is not None
