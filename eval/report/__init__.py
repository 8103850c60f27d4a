"""The report of a run: one page that stands alone, and a page for each wrong answer with everything that led to it.

    out/report.html            the measures against their targets, slices, calibration, wrong answers by cause
    out/failures/<id>.html     the question as understood, the evidence with its scores, the answer, the gold

No scripts, no fonts, nothing fetched; what papers and questions say is escaped by the templates.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from eval.compare import Comparison
from eval.report.overview import overview
from eval.report.question import Page, page_name, question_page
from eval.scores import Scores
from eval.scoring import Judged


def write_report(out: Path, scores: Scores, judged: Sequence[Judged], comparison: Comparison | None = None) -> Path:
    """Write the pages into a folder, wrong answers of an earlier run removed; the path of report.html."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    templates = Environment(
        loader=PackageLoader("eval.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    out.mkdir(parents=True, exist_ok=True)
    failures = out / "failures"
    if failures.exists():
        shutil.rmtree(failures)
    wrong = [one for one in judged if not one.row.right]
    if wrong:
        failures.mkdir()
    pages: list[Page] = [question_page(one) for one in wrong]
    for place, page in enumerate(pages):
        html = templates.get_template("question.html").render(
            page=page,
            before=page_name(wrong[place - 1].row.id) if place else None,
            after=page_name(wrong[place + 1].row.id) if place + 1 < len(wrong) else None,
        )
        (failures / page_name(page.row.id)).write_text(html, encoding="utf-8")
    report = out / "report.html"
    html = templates.get_template("report.html").render(view=overview(scores, comparison), page_name=page_name)
    report.write_text(html, encoding="utf-8")
    return report
