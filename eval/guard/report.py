"""Measuring the guard: what it catches of each class of falsehood, and what it does to faithful sentences.

A falsehood is *caught* when it does not reach the reader as it stands: it is dropped, or replaced by the source's own
sentence. A wrong citation is caught when the sentence is cited to the paper that says it. A faithful sentence that is
dropped is a *false alarm*; one that is replaced by the source's own words keeps its truth and loses its style, and is
counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from eval.guard.probes import FAITHFUL, Probe
from eval.metrics import wilson
from rag.ground import DraftSentence, EvidenceSentence, ground
from rag.models import Paper
from rag.text.names import system_of
from rag.text.sentences import sentences

PAPERS = 8  # what a question's evidence holds


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the guard did with a probe: "kept", "replaced", "corrected" (kept, cited rightly) or "dropped"."""

    probe: Probe
    fate: str
    reason: str
    shown: str

    @property
    def caught(self) -> bool:
        """Whether a falsehood did not come through. A right statement with its citation corrected is right."""
        if self.probe.kind == "citation":
            return self.fate != "kept"
        return self.fate in ("replaced", "dropped")


@dataclass(frozen=True, slots=True)
class Row:
    """One class: n probes, of them caught (for faithful ones: dropped), replaced, and the interval of the first."""

    kind: str
    n: int
    hits: int
    replaced: int
    low: float
    high: float


def judge(probes: Sequence[Probe], papers: Sequence[Paper]) -> list[Verdict]:
    """Each probe by itself against the evidence of eight papers: its own, the one that it cites, and six others."""
    by_id = {paper.id: paper for paper in papers}
    evidence = {paper.id: _sentences(paper) for paper in papers}
    order = [paper.id for paper in papers]
    found = []
    for number, probe in enumerate(probes):
        chosen = dict.fromkeys((probe.paper_id, probe.cited))
        start = number * 7 % len(order)
        for paper_id in (*order[start:], *order[:start]):
            if len(chosen) < min(PAPERS, len(order)):
                chosen.setdefault(paper_id)
        given = [sentence for paper_id in chosen for sentence in evidence[by_id[paper_id].id]]
        found.append(_verdict(probe, given))
    return found


def _verdict(probe: Probe, given: Sequence[EvidenceSentence]) -> Verdict:
    ledger = ground([DraftSentence(probe.text, (probe.cited,))], given)
    if ledger.dropped:
        dropped = ledger.dropped[0]
        return Verdict(probe, "dropped", f"{dropped.reason}: {dropped.detail}", "")
    said = ledger.sentences[0]
    if said.replaced_wording:
        return Verdict(probe, "replaced", "", said.text)
    right = said.evidence[0].paper_id == probe.paper_id
    return Verdict(probe, "corrected" if said.corrected_citation and right else "kept", said.support, said.text)


def table(verdicts: Sequence[Verdict]) -> list[Row]:
    """One row a class, the faithful ones first, with Wilson intervals of 95 %."""
    rows = []
    kinds = sorted({v.probe.kind for v in verdicts}, key=lambda kind: (kind != FAITHFUL, kind))
    for kind in kinds:
        own = [v for v in verdicts if v.probe.kind == kind]
        fates = Counter(v.fate for v in own)
        hits = fates["dropped"] if kind == FAITHFUL else sum(v.caught for v in own)
        rows.append(Row(kind, len(own), hits, fates["replaced"], *wilson(hits, len(own))))
    return rows


def _sentences(paper: Paper) -> list[EvidenceSentence]:
    subject = system_of(paper.title, paper.abstract)
    return [EvidenceSentence(paper.id, paper.title, subject, s.text, s.start, s.end) for s in sentences(paper.abstract)]
