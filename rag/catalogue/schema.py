"""The tables of the catalogue. The migrations make them; a test holds the two against each other.

papers      the current revision of every paper, and how far it is indexed
revisions   the text of revisions that are no longer current
aliases     identifiers under which the same paper was met as well
listings    a paper stood on a feed's page on a day
tags        a paper's tags
bands       keys that alike abstracts share, to find near-duplicates without comparing all pairs
passages    what may stand in the two indexes: spans and vectors of one revision
answers     answers as they were given
cited       which papers an answer cites
conversations, turns   which answers belong together, and in which order
jobs        work that outlasts the request that asked for it
tagging     which topic tags the program gave a paper, and which a person took off
briefs      briefs as they were written, with what they can be made of again
brief_papers  the papers of a brief, at the revisions that it read
subscribers, subscriber_topics   who gets briefs, and on what
sign_ups    what somebody asked for, until they confirm it
deliveries  the ledger of what is sent: one row for each subscriber and brief
issues      which brief of which week or day is written, and by whom
keys        access keys, by their hash
spending    tokens of the language model by day
facts       single values: the catalogue's revision, the embedding of the index, how the bands were made
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, Text, and_
from sqlalchemy.orm import Mapped, mapped_column

from rag.catalogue import outgoing as outgoing  # whose tables belong to the schema
from rag.catalogue.base import Base as Base

HEAD = "0007"
"""The schema that this code reads and writes: the newest migration."""


class PaperRow(Base):
    """A paper at its current revision.

    `number` counts papers in the order in which they came and never leaves the catalogue. `indexed_revision` is the
    revision that both indexes are known to hold, 0 for none. A deleted paper keeps its row, so that its revisions go
    on counting when it comes back. `first_day` and `last_day` are the days that `published` covers.
    `raw_title` and `raw_abstract` are NULL where cleaning changed nothing. Short columns come first: SQLite then
    answers most questions without reading the text.
    """

    __tablename__ = "papers"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    paper_id: Mapped[str] = mapped_column(Text, unique=True)
    revision: Mapped[int]
    indexed_revision: Mapped[int]
    deleted_at: Mapped[str | None] = mapped_column(Text)
    written_at: Mapped[str] = mapped_column(Text)
    published: Mapped[str | None] = mapped_column(Text)
    first_day: Mapped[str | None] = mapped_column(Text)
    last_day: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    title_key: Mapped[str] = mapped_column(Text, index=True)
    title: Mapped[str] = mapped_column(Text)
    authors: Mapped[list[str]] = mapped_column(JSON)
    abstract: Mapped[str] = mapped_column(Text)
    raw_title: Mapped[str | None] = mapped_column(Text)
    raw_abstract: Mapped[str | None] = mapped_column(Text)
    cleaning: Mapped[list[str]] = mapped_column(JSON)


IS_PENDING = and_(PaperRow.deleted_at.is_(None), PaperRow.indexed_revision != PaperRow.revision)
"""Current text that the indexes do not hold yet. Queries must use this very condition to meet the partial index."""

IS_CURRENT = and_(PaperRow.deleted_at.is_(None), PaperRow.indexed_revision == PaperRow.revision)
"""Papers that search may show."""

Index("papers_pending", PaperRow.number, sqlite_where=IS_PENDING, postgresql_where=IS_PENDING)
# All that a scope of days asks about a paper, so that neither it nor a count reads the papers themselves.
Index("papers_days", PaperRow.first_day, PaperRow.last_day, PaperRow.deleted_at, PaperRow.paper_id)


class RevisionRow(Base):
    """The text of an earlier revision of a paper."""

    __tablename__ = "revisions"

    number: Mapped[int] = mapped_column(ForeignKey("papers.number"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    written_at: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    abstract: Mapped[str] = mapped_column(Text)
    raw_title: Mapped[str | None] = mapped_column(Text)
    raw_abstract: Mapped[str | None] = mapped_column(Text)
    cleaning: Mapped[list[str]] = mapped_column(JSON)


class AliasRow(Base):
    """Another identifier of a paper."""

    __tablename__ = "aliases"

    alias: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(ForeignKey("papers.number"))


class ListingRow(Base):
    """A paper on a feed's page on a day."""

    __tablename__ = "listings"
    __table_args__ = (Index("listings_day", "day", "number"), {"sqlite_with_rowid": False})

    number: Mapped[int] = mapped_column(ForeignKey("papers.number"), primary_key=True)
    feed: Mapped[str] = mapped_column(Text, primary_key=True)
    day: Mapped[str] = mapped_column(Text, primary_key=True)
    upvotes: Mapped[int | None]


class TagRow(Base):
    """A tag of a paper; `place` keeps the order in which the tags came."""

    __tablename__ = "tags"
    __table_args__ = (Index("tags_tag", "tag", "number"), {"sqlite_with_rowid": False})

    number: Mapped[int] = mapped_column(ForeignKey("papers.number"), primary_key=True)
    tag: Mapped[str] = mapped_column(Text, primary_key=True)
    place: Mapped[int]


class BandRow(Base):
    """One of the keys of an abstract; see duplicates.py. No foreign key: it would double the cost of every key."""

    __tablename__ = "bands"
    __table_args__ = ({"sqlite_with_rowid": False},)

    band: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True)


class PassageRow(Base):
    """The passages of one revision of a paper, written before the indexes are, so that they can always be removed.

    `stale` is 1 once the revision is not the current one of a living paper. It never turns back: a paper that comes
    back does so with a new revision. `spans` is JSON, `[[start, end], …]`; `vectors` is little-endian float16,
    passages x dimension; `model` is the embedding that made them.
    """

    __tablename__ = "passages"

    number: Mapped[int] = mapped_column(ForeignKey("papers.number"), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    passages: Mapped[int]
    stale: Mapped[int]
    model: Mapped[str] = mapped_column(Text)
    spans: Mapped[str] = mapped_column(Text)
    vectors: Mapped[bytes] = mapped_column(LargeBinary)


IS_STALE = PassageRow.stale == 1
"""Revisions that may still be in the indexes and should not be."""

Index("passages_stale", PassageRow.number, PassageRow.revision, sqlite_where=IS_STALE, postgresql_where=IS_STALE)


class AnswerRow(Base):
    """An answer as JSON, as it was given."""

    __tablename__ = "answers"

    answer_id: Mapped[str] = mapped_column(Text, primary_key=True)
    created: Mapped[str] = mapped_column(Text, index=True)
    answer: Mapped[str] = mapped_column(Text)


class CitedRow(Base):
    """A paper that an answer cites; gone with the answer."""

    __tablename__ = "cited"
    __table_args__ = ({"sqlite_with_rowid": False},)

    number: Mapped[int] = mapped_column(ForeignKey("papers.number"), primary_key=True)
    answer_id: Mapped[str] = mapped_column(
        ForeignKey("answers.answer_id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ConversationRow(Base):
    """A conversation; `turns` is how many it has had."""

    __tablename__ = "conversations"

    conversation_id: Mapped[str] = mapped_column(Text, primary_key=True)
    created: Mapped[str] = mapped_column(Text)
    updated: Mapped[str] = mapped_column(Text)
    turns: Mapped[int]


class TurnRow(Base):
    """An answer's place in a conversation, counted from 1."""

    __tablename__ = "turns"

    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.conversation_id"), primary_key=True)
    turn: Mapped[int] = mapped_column(primary_key=True)
    answer_id: Mapped[str] = mapped_column(ForeignKey("answers.answer_id"), unique=True)


class JobRow(Base):
    """A piece of work as the contract's Job, in JSON; `state` beside it, to find those that were interrupted."""

    __tablename__ = "jobs"

    job_id: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text, index=True)
    updated: Mapped[str] = mapped_column(Text, index=True)
    job: Mapped[str] = mapped_column(Text)


class TaggingRow(Base):
    """The topic tags that the program gave a paper; `given` is JSON, tag -> strength, `refused` a JSON list.

    `revision` is that of the text it read, `vocabulary` the digest of the topics it knew.
    """

    __tablename__ = "tagging"

    number: Mapped[int] = mapped_column(ForeignKey("papers.number"), primary_key=True)
    revision: Mapped[int]
    vocabulary: Mapped[str] = mapped_column(Text)
    given: Mapped[str] = mapped_column(Text)
    refused: Mapped[str] = mapped_column(Text)


class BriefRow(Base):
    """A brief as JSON, with its plan and the model's replies; `series` is what briefs share that follow each other."""

    __tablename__ = "briefs"
    __table_args__ = (Index("briefs_series", "series", "until"), Index("briefs_created", "created", "brief_id"))

    brief_id: Mapped[str] = mapped_column(Text, primary_key=True)
    created: Mapped[str] = mapped_column(Text)
    series: Mapped[str] = mapped_column(Text)
    week: Mapped[str | None] = mapped_column(Text)
    since: Mapped[str | None] = mapped_column(Text)
    until: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    topic: Mapped[str | None] = mapped_column(Text)
    papers: Mapped[int]
    brief: Mapped[str] = mapped_column(Text)
    plan: Mapped[str] = mapped_column(Text)
    replies: Mapped[str] = mapped_column(Text)


class BriefPaperRow(Base):
    """A paper that a brief reports, at the revision that it read."""

    __tablename__ = "brief_papers"
    __table_args__ = (Index("brief_papers_number", "number"), {"sqlite_with_rowid": False})

    brief_id: Mapped[str] = mapped_column(ForeignKey("briefs.brief_id"), primary_key=True)
    number: Mapped[int] = mapped_column(ForeignKey("papers.number"), primary_key=True)
    revision: Mapped[int]


class KeyRow(Base):
    """An access key. `scopes` are words with a blank between them; `sha256` is of its secret, in hexadecimal."""

    __tablename__ = "keys"

    key_id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    scopes: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(Text)
    created: Mapped[str] = mapped_column(Text)
    revoked: Mapped[str | None] = mapped_column(Text)


class SpendingRow(Base):
    """How many tokens of the language model were used on a day (UTC)."""

    __tablename__ = "spending"

    day: Mapped[str] = mapped_column(Text, primary_key=True)
    prompt_tokens: Mapped[int] = mapped_column(BigInteger)
    completion_tokens: Mapped[int] = mapped_column(BigInteger)


class FactRow(Base):
    """A single value by name."""

    __tablename__ = "facts"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text)
