"""A small invented brief, with hostile text in a title, for tests of its forms."""

from __future__ import annotations

from rag.models import (
    AnswerSentence,
    BriefCoverage,
    BriefFigure,
    Briefing,
    BriefNote,
    BriefPaper,
    BriefProvenance,
    BriefSection,
    Changes,
    Citation,
    Dropped,
    Quote,
    SentenceEvidence,
    TopicCount,
    TopicHistory,
    Window,
)

ABSTRACT = "Quilt is a reader. It saves 30% of BERT_BASE's pages."
HOSTILE = "Quilt](javascript:alert(1)) <script>\u202e\r\nBcc: x@example.org **bold** # head"


def sentence(text: str, subject: str | None = None, n: int = 1) -> AnswerSentence:
    piece = SentenceEvidence(citation=n, start=0, end=18, quote=ABSTRACT[:18])
    return AnswerSentence(text=text, subject=subject, citations=(n,), support="verbatim", evidence=(piece,))


def briefing(**changed: object) -> Briefing:
    quote = Quote(start=0, end=18, quote=ABSTRACT[:18])
    made = Briefing(
        id="brf_1",
        topic="readers",
        week="2025-W11",
        window=Window(since="2025-03-10", until="2025-03-16"),
        title="Readers, 2025-W11, 2 papers",
        summary=(sentence("Quilt is a reader."),),
        sections=(
            BriefSection(
                heading="Readers",
                topic="readers",
                sentences=(
                    sentence("It saves 30% of BERT_BASE's pages.", "Quilt"),
                    sentence("It is C^2 fast.", "Quilt"),
                    sentence("It sleeps.", "Dormouse", 2),
                ),
                paper_ids=("t-1", "t-2"),
                more=(BriefPaper(paper_id="t-3", title="A Third_Reader"),),
            ),
        ),
        figures=(BriefFigure(paper_id="t-1", quantity="saves … of pages", value="30%", quote="30%", start=0, end=3),),
        changes=Changes(
            new_topics=("readers",),
            fading=("graphs",),
            seen_before=("t-9",),
            counts=(
                TopicCount(topic="readers", papers=2, before=0.0),
                TopicCount(topic="graphs", papers=0, before=2.5),
            ),
            compared_with=Window(since="2025-02-10", until="2025-03-09"),
            windows=(
                Window(since="2025-02-24", until="2025-03-02"),
                Window(since="2025-03-03", until="2025-03-09"),
                Window(since="2025-03-10", until="2025-03-16"),
            ),
            histories=(
                TopicHistory(topic="readers", papers=(None, 0, 2)),
                TopicHistory(topic="<b>graphs</b>\u202e", papers=(None, 5, 1)),
            ),
        ),
        citations=(
            Citation(n=1, paper_id="t-1", title=HOSTILE, url="https://example.org/1", quotes=(quote,)),
            Citation(n=2, paper_id="t-2", title="Dormouse", url="javascript:alert(2)", quotes=(quote,)),
        ),
        notes=(BriefNote(kind="left_out", detail="A note."),),
        dropped=(Dropped(text="x", reason="unsupported", detail="y"),),
        coverage=BriefCoverage(papers_searched=70, papers_found=5, papers_reported=2, left_out_count=3),
        provenance=BriefProvenance(
            mode="extractive", embedding="e", catalogue_revision=1, version="0", created="2025-03-17T06:00:00Z"
        ),
    )
    return made.model_copy(update=changed)
