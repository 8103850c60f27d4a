"""From a record as a source gave it to a paper ready for the catalogue."""

from __future__ import annotations

from rag.models import CleanPaper, PaperRecord, RefusedRecord
from rag.text.clean import clean_paper, title_id


def to_paper(record: PaperRecord) -> CleanPaper | RefusedRecord:
    """Clean the text of `record` and settle its identifier; refused when nothing is left of its title or abstract."""
    title, abstract = clean_paper(record.title, record.abstract)
    for what, cleaned in (("title", title), ("abstract", abstract)):
        if not cleaned.text:
            return RefusedRecord(record.record, f"nothing is left of the {what} after cleaning.")
    return CleanPaper(
        paper_id=record.identifier or title_id(title.text),
        title=title.text,
        abstract=abstract.text,
        raw_title=record.title,
        raw_abstract=record.abstract,
        cleaning=tuple(dict.fromkeys((*title.operations, *abstract.operations))),
        authors=record.authors,
        published=record.published,
        url=record.url,
        source=record.source,
        listings=record.listings,
        tags=record.tags,
    )
