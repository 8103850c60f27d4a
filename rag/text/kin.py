"""Words of one family: what a question calls `price` stands in an abstract as `cost` or `budget`. Pure.

A short table for the language of abstracts. A relative counts less than the word itself, and a word that no family
knows is compared by its stem alone, so that a wrong entry costs little and a missing one costs an answer.
"""

from __future__ import annotations

import re

_FAMILIES = (
    "cost costs price priced expensive cheap affordable budget money dollars expense spend",
    "fast faster fastest quick quicker quickly speed speedup speedups accelerate acceleration latency slow",
    "memory footprint storage space",
    "compute computation computational flops operations",
    "avoid prevent alleviate mitigate eliminate overcome rid remove remedy counter",
    "fix correct repair correction",
    "pick choose select selection selected extract",
    "dataset datasets corpus corpora collection data",
    "code coding program programs programming software",
    "write writing generate generation generating produce",
    "image images vision visual picture pictures photo",
    "gene genes genetic genome genomes genomic genomics dna rna nucleotide",
    "protein proteins antibody antibodies",
    "multilingual cross-lingual translation code-mixed code-switching",
    "attack attacks adversarial backdoor threat security malware vulnerability poisoning malicious",
    "clean cleaning filter filtering refine refinement curate curation quality select selection",
    "twitter tweet tweets social",
    "gpu gpus hardware",
    "phone phones mobile mobiles smartphone",
    "medicine medical biomedical clinical health",
    "paraphrase paraphrased rephrase rephrasing rewrite",
    "labelled labeled annotated annotation labels",
    "mistake mistakes error errors bug bugs",
    "lose losing loss drop degradation degrade",
    "recompute recomputing re-computing backfill backfilling",
    "upgrade upgrading upgrades update",
    "find finding retrieve retrieving retrieval search",
    "handmade handcrafted manual human-crafted rule-based",
    "runtime run-time execution dynamic executable",
    "forget forgetting",
    "binary binarized binarization 1-bit",
    "compare comparison versus against",
    "network networks model models transformer transformers",
    "beat outperform surpass exceed better",
    "good well strong struggle fail poor",
    "help benefit improve improvement gain useful effective",
    "decide determine decision choose",
    "stop terminate halt",
    "wait waiting stuck idle",
    "robust robustness attack adversarial",
    "compress compression quantization quantized binarization",
    "summarise summarize summarization summary summaries",
    "syntax syntactic ast grammar grammatical",
    "mismatch mismatched noisy noise",
    "grade rank ranking re-rank",
)

# Common words that name no topic. In a small library each of them looks as rare as a name does.
_ORDINARY = frozenset(
    re.findall(
        r"\S+",
        """
        able actually amount bad bare basic best better big bigger bit broad care cause certain change changed changes
        check clear close collect collected come common current cut cuts decide differ differs easy employ enough even
        everything example extra fact fail fair fare far fast find finds fit full get gets give gives go good great
        grow hard hardest harm help helps high higher hold holds huge hurt idea important include increase inside
        interesting involve issue keep kind know large larger largest lead least learn leave less lift limit limited
        list little lot low lower main manage many matter most move much necessary new nice number old original part
        perform performs pick plain plenty plus point possible power practice prevent problem produce purpose put
        quick quite ran reason reduce reduces remain require result results rid right run runs save saves saving
        sense set show simple simply single size small smaller smallest solve spend spread start stop stuff support
        system systems tell test tested together train trained training treat trick tried try turn two type typical use
        useful usual version want way well whole work works worse worth
        """,
    )
)


def kin(word: str) -> frozenset[str]:
    """The other words of a word's families, lower case; empty for words that belong to none."""
    return _KIN.get(word.casefold(), frozenset())


def ordinary(word: str) -> bool:
    """Whether a word names no topic, so that a paper need not have it to be about the question."""
    return word.casefold() in _ORDINARY


def _relatives() -> dict[str, frozenset[str]]:
    families: dict[str, set[str]] = {}
    for line in _FAMILIES:
        members = set(line.split())
        for member in members:
            families.setdefault(member, set()).update(members - {member})
    return {member: frozenset(others) for member, others in families.items()}


_KIN = _relatives()
