"""Tables of the imported corpus. Nothing here is about a person, so nothing is sealed.

Every version of a passage is a row of its own and none is overwritten: what a card cited can be read as it was cited.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Index, Integer, LargeBinary, String, Table, Text

from cds_service.store.schema.metadata import UtcDateTime, main

passage = Table(
    "passage",
    main,
    Column("key", String(64), primary_key=True),  # digest of id and version
    Column("id", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("digest", String(64), nullable=False),  # of everything that a reader sees of this version
    Column("current", Boolean, nullable=False),  # the newest version of its id
    Column("document", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("section", Text, nullable=False),
    Column("locator", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("kind", String(16), nullable=False),  # whose words: "quotation" or "our summary"
    Column("source", Text, nullable=False),  # title of the document
    Column("publisher", Text, nullable=False),
    Column("published", String(10), nullable=False),  # ISO date, month or year; empty: not stated
    Column("identifier", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("drugs", JSON, nullable=False),  # sorted ingredient RxCUIs
    Column("retires", Date),  # from this day on it is no longer found
    Column("imported_at", UtcDateTime, nullable=False),
    Column("vector", LargeBinary),  # float32 scale, then int8 directions
    Column("embedder", Text),  # the release that made the vector
    Index(None, "id"),
    Index(None, "document"),
)

corpus_import = Table(  # how far each file has been taken in: a broken-off import goes on behind it
    "corpus_import",
    main,
    Column("file", String(64), primary_key=True),  # digest of its content and format
    Column("name", Text, nullable=False),
    Column("format", String(32), nullable=False),
    Column("documents", Integer, nullable=False),
    Column("finished", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)
