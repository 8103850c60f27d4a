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
from pathlib import Path
from typing import Any

from eval.guard.probes import FAITHFUL, Probe, build, read_paraphrases, read_sample
from eval.metrics import wilson
from rag.errors import InputError
from rag.ground import DraftSentence, EvidenceSentence, ground
from rag.models import CleanPaper, Paper, PaperRecord
from rag.sources import read
from rag.sources.record import to_paper
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


@dataclass(frozen=True, slots=True)
class GuardReport:
    """A table of the guard on one part of the papers, with the probes that it got wrong."""

    papers: int
    split: str
    rows: tuple[Row, ...]
    wrong: tuple[Verdict, ...]

    def to_json(self) -> dict[str, Any]:
        """The table as plain JSON, shares with their intervals."""
        return {
            "papers": self.papers,
            "split": self.split,
            "rows": [
                {
                    "kind": row.kind,
                    "n": row.n,
                    "dropped" if row.kind == FAITHFUL else "caught": row.hits / row.n,
                    "interval": [row.low, row.high],
                    "replaced": row.replaced / row.n,
                }
                for row in self.rows
            ],
        }


def measure(path: Path | None, *, split: str, per_class: int, seed: int) -> GuardReport:
    """The guard on a file of papers, or on the sample corpus with its paraphrases by hand."""
    if path is None:
        papers, paraphrases = read_sample(), read_paraphrases()
    else:
        cleaned = [to_paper(record) for record in read(path) if isinstance(record, PaperRecord)]
        found = [paper for paper in cleaned if isinstance(paper, CleanPaper)]
        papers, paraphrases = [Paper(id=p.paper_id, title=p.title, abstract=p.abstract) for p in found], []
    if split not in ("choosing", "report", "all"):
        raise InputError(f"There is no split {split!r}.", hint="Name choosing, report or all.")
    probes = build(papers, paraphrases, seed=seed, per_class=per_class)
    chosen = [probe for probe in probes if split in ("all", probe.split)]
    verdicts = judge(chosen, papers)
    wrong = tuple(v for v in verdicts if (v.fate == "dropped" if v.probe.kind == FAITHFUL else not v.caught))
    return GuardReport(len(papers), split, tuple(table(verdicts)), wrong)


def readable(report: GuardReport, *, failures: bool = False) -> str:
    """The report for a terminal."""
    lines = [f"{report.papers} papers, part: {report.split}", ""]
    lines.append(f"{'class':<12} {'n':>5}  {'caught':>7}  {'95 % interval':>15}  {'quoted instead':>14}")
    for row in report.rows:
        share = f"{row.hits / row.n:.3f}"
        name = f"{row.kind}*" if row.kind == FAITHFUL else row.kind
        interval = f"{row.low:.3f}-{row.high:.3f}"
        lines.append(f"{name:<12} {row.n:>5}  {share:>7}  {interval:>15}  {row.replaced / row.n:>14.3f}")
    lines += ["", "* faithful sentences: the share dropped, a false alarm; quoted ones keep their truth."]
    if failures:
        lines += [f"{v.probe.kind} ({v.probe.how}) {v.reason}: {v.probe.text}" for v in report.wrong]
    return "\n".join(lines)


def _sentences(paper: Paper) -> list[EvidenceSentence]:
    subject = system_of(paper.title, paper.abstract)
    return [EvidenceSentence(paper.id, paper.title, subject, s.text, s.start, s.end) for s in sentences(paper.abstract)]
