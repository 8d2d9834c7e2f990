"""The table of the search on PostgreSQL: written anew beside the old one, with a comment that says what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import orjson
import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cds_service.evidence.filters import as_number
from cds_service.evidence.index import TITLE_COUNTS
from cds_service.evidence.indexing import all_entries, state_of
from cds_service.evidence.mapped import Entry
from cds_service.evidence.vectors import Embedder
from cds_service.knowledge import Knowledge
from cds_service.settings import Settings
from cds_service.store.corpus.corpus import Corpus
from cds_service.store.engine.database import UNLIMITED, Database

PORTION = 500
NO_EXTENSION = "PostgreSQL has no extension `vector`: evidence is ranked by words alone"
# ruff: noqa: S608  the parts put into statements are constants of this file; values are bound
_COLUMNS = (
    "id text PRIMARY KEY, passage text NOT NULL, words tsvector NOT NULL, drugs text[] NOT NULL, "
    "section text NOT NULL, jurisdiction text NOT NULL, dated integer NOT NULL, retires integer NOT NULL"
)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TableState:
    """`state`: of what the table was built; `embedder`: by which version; `vectors`: whether it holds any."""

    state: str
    embedder: str
    vectors: bool


def table_state(connection: Connection) -> TableState | None:
    """What the table holds; None when it was never filled."""
    found = connection.execute(
        text(
            "SELECT obj_description(to_regclass('evidence_search'), 'pg_class') AS said, EXISTS (SELECT 1 FROM "
            "pg_attribute WHERE attrelid = to_regclass('evidence_search') AND attname = 'embedding' "
            "AND NOT attisdropped) AS vectors WHERE to_regclass('evidence_search') IS NOT NULL"
        )
    ).first()
    if found is None:
        return None
    said = orjson.loads(found.said) if found.said else {}
    return TableState(said.get("state", ""), said.get("embedder", ""), bool(found.vectors))


def fill(
    database: Database, knowledge: Knowledge, corpus: Corpus, embedder: Embedder, settings: Settings, today: date
) -> str:
    """Write the table anew beside the old one and change them over in one transaction; says what was done."""
    state = state_of(knowledge, corpus, embedder, today)
    entries = all_entries(knowledge, corpus, embedder, settings.run_dir / "index", today)
    vectors = _can_have_vectors(database)
    with database.writing(longest_ms=UNLIMITED) as connection:
        connection.execute(text("DROP TABLE IF EXISTS evidence_search_new"))
        connection.execute(text(f"CREATE TABLE evidence_search_new ({_COLUMNS})"))
        count = _insert(connection, entries, vectors)
        connection.execute(text("CREATE INDEX ON evidence_search_new USING gin (words)"))
        if vectors:
            connection.execute(text("CREATE INDEX ON evidence_search_new USING hnsw (embedding vector_cosine_ops)"))
        connection.execute(text("DROP TABLE IF EXISTS evidence_search"))
        connection.execute(text("ALTER TABLE evidence_search_new RENAME TO evidence_search"))
        said = orjson.dumps({"state": state, "embedder": embedder.version}).decode().replace("'", "''")
        connection.exec_driver_sql(f"COMMENT ON TABLE evidence_search IS '{said}'")  # it takes no bound values
        # Nothing in it is about a person: whoever may connect may read it.
        connection.execute(text("GRANT SELECT ON evidence_search TO PUBLIC"))
    with_vectors = "with vectors" if vectors else f"without vectors: {NO_EXTENSION}"
    log.info("evidence_indexed", count=count, version=state)
    return f"{count} passages in PostgreSQL, {with_vectors}"


def _insert(connection: Connection, entries: Iterator[Entry], vectors: bool) -> int:
    added = ""
    first = next(entries, None)
    if first is None:
        return 0
    if vectors:
        connection.execute(
            text(f"ALTER TABLE evidence_search_new ADD COLUMN embedding vector({len(first.codes)}) NOT NULL")
        )
        added = ", CAST(:embedding AS vector)"
    words = "setweight(to_tsvector('english', :title), 'A') || to_tsvector('english', :text)"
    statement = text(
        f"INSERT INTO evidence_search_new VALUES (:id, :passage, {words}, :drugs, :section, :jurisdiction, :dated, "
        f":retires{added})"
    )
    count, portion = 1, [_values(first, vectors)]
    for entry in entries:
        portion.append(_values(entry, vectors))
        count += 1
        if len(portion) >= PORTION:
            connection.execute(statement, portion)
            portion = []
    if portion:
        connection.execute(statement, portion)
    return count


def _values(entry: Entry, vectors: bool) -> dict[str, Any]:
    one = entry.passage
    values = {
        "id": one.id,
        "passage": orjson.dumps(asdict(one)).decode(),
        "title": " ".join([one.title] * TITLE_COUNTS),
        "text": one.text,
        "drugs": list(one.drugs),
        "section": one.section,
        "jurisdiction": one.jurisdiction,
        "dated": as_number(one.date),
        "retires": entry.retires,
    }
    if vectors:
        values["embedding"] = str((entry.codes * float(entry.scale)).tolist())
    return values


def _can_have_vectors(database: Database) -> bool:
    """Whether the extension is there, or can be made by us now."""
    try:
        with database.writing() as connection:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS vector"))
    except DBAPIError:
        log.warning("no_vector_extension")
        return False
    return True
