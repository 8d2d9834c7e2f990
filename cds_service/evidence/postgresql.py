"""The same search on PostgreSQL: its full-text search for the words, pgvector for the meaning.

For several hosts that should not each hold an index. Without the extension `vector` the words alone decide, and
`degraded` says so. `evidence index` fills the table, as its owner; the service only reads it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

import orjson
import structlog
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from cds_service.errors import ModelRefused
from cds_service.evidence.filters import Filters, as_number
from cds_service.evidence.fusion import RERANKED, Hit, Reranker, fuse, fused, reranked
from cds_service.evidence.index import DEPTH, MAX_QUERY, NO_FILTERS, TITLE_COUNTS, WORDS_ALONE
from cds_service.evidence.indexing import all_entries, state_of
from cds_service.evidence.mapped import Entry
from cds_service.evidence.vectors import Embedder
from cds_service.knowledge import Knowledge
from cds_service.knowledge.passages import Passage
from cds_service.settings import Settings
from cds_service.store.corpus import Corpus
from cds_service.store.database import UNLIMITED, Database

PORTION = 500
NO_EXTENSION = "PostgreSQL has no extension `vector`: evidence is ranked by words alone"
# ruff: noqa: S608  the parts put into statements are constants of this file; values are bound
_COLUMNS = (
    "id text PRIMARY KEY, passage text NOT NULL, words tsvector NOT NULL, drugs text[] NOT NULL, "
    "section text NOT NULL, jurisdiction text NOT NULL, dated integer NOT NULL, retires integer NOT NULL"
)
_QUERY = (
    "(SELECT CAST(replace(CAST(plainto_tsquery('english', :query) AS text), '&', '|') AS tsquery) AS asked) AS question"
)
log = structlog.get_logger(__name__)


class PostgresqlSearch:
    """As HybridIndex, over the table that `fill` wrote. StoreUnavailable: the database does not answer."""

    def __init__(self, database: Database, embedder: Embedder | None, reranker: Reranker | None = None) -> None:
        self._database = database
        self._embedder = embedder
        self._reranker = reranker

    @property
    def degraded(self) -> str | None:
        if self._embedder is None:
            return WORDS_ALONE
        with self._database.reading() as connection:
            return None if _has_vectors(connection) else NO_EXTENSION

    def __len__(self) -> int:
        with self._database.reading() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM evidence_search")) or 0)

    def search(
        self,
        query: str,
        k: int = 5,
        exclude: Collection[str] = (),
        rerank: bool = False,
        filters: Filters = NO_FILTERS,
        today: date | None = None,
    ) -> list[Hit]:
        """As HybridIndex.search."""
        query = query[:MAX_QUERY].encode("utf-8", "replace").decode().replace("\x00", " ").strip()
        if not query or k < 1:
            return []
        wanted, values = _conditions(filters, exclude, as_number(today.isoformat()) if today else 0)
        values["depth"] = max(DEPTH, k)
        vector = self._vector(query)
        with self._database.reading() as connection:
            by_words = _by_words(connection, wanted, {**values, "query": query})
            near = _by_meaning(connection, wanted, {**values, "vector": vector}) if vector else {}
            ranks = fuse({"bm25": by_words, "embedder": list(near)})
            best = sorted(ranks, key=lambda one: (-fused(ranks[one]), one))[: max(k, RERANKED)]
            passages = _passages(connection, best)
        hits = [Hit(passages[one], fused(ranks[one]), ranks[one], near.get(one)) for one in best]
        return (reranked(self._reranker, query, hits) if rerank and self._reranker else hits)[:k]

    def _vector(self, query: str) -> str:
        """As pgvector reads it; empty when there is no embedder, or none for this query."""
        if self._embedder is None:
            return ""
        try:
            return str(self._embedder.embed(query).tolist())
        except ModelRefused as error:
            log.warning("query_not_embedded", reason=str(error))
            return ""


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


def _has_vectors(connection: Connection) -> bool:
    found = connection.scalar(
        text(
            "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass('evidence_search') "
            "AND attname = 'embedding' AND NOT attisdropped"
        )
    )
    return found is not None


def _conditions(filters: Filters, exclude: Collection[str], today: int) -> tuple[str, dict[str, Any]]:
    parts, values = ["retires > :today", "id <> ALL(:exclude)"], {"today": today, "exclude": list(exclude)}
    if filters.drugs:
        parts.append("drugs && CAST(:drugs AS text[])")
    if filters.sections:
        parts.append("section = ANY(:sections)")
    if filters.jurisdictions:
        parts.append("jurisdiction = ANY(:jurisdictions)")
    if filters.since:
        parts.append("dated >= :since")
    if filters.until:
        parts.append("dated BETWEEN 1 AND :until")
    values |= {"drugs": list(filters.drugs), "sections": list(filters.sections)}
    values |= {"jurisdictions": list(filters.jurisdictions), "since": as_number(filters.since)}
    return " AND ".join(parts), {**values, "until": as_number(filters.until, last=True)}


def _by_words(connection: Connection, wanted: str, values: dict[str, Any]) -> Sequence[str]:
    order = "ORDER BY ts_rank_cd(words, asked, 1) DESC, id LIMIT :depth"
    statement = f"SELECT id FROM evidence_search, {_QUERY} WHERE words @@ asked AND {wanted} {order}"
    return connection.scalars(text(statement), _bound(statement, values)).all()


def _by_meaning(connection: Connection, wanted: str, values: dict[str, Any]) -> dict[str, float]:
    if not _has_vectors(connection):
        return {}
    connection.execute(text("SET LOCAL hnsw.ef_search = 200"))
    near = "embedding <=> CAST(:vector AS vector)"
    statement = f"SELECT id, 1 - ({near}) AS near FROM evidence_search WHERE {wanted} ORDER BY {near} LIMIT :depth"
    rows = connection.execute(text(statement), _bound(statement, values)).all()
    return {row.id: float(row.near) for row in sorted(rows, key=lambda row: (-round(row.near, 6), row.id))}


def _bound(statement: str, values: dict[str, Any]) -> dict[str, Any]:
    """Only what the statement names: the driver refuses more."""
    return {name: value for name, value in values.items() if f":{name}" in statement}


def _passages(connection: Connection, ids: list[str]) -> dict[str, Passage]:
    found = connection.execute(text("SELECT id, passage FROM evidence_search WHERE id = ANY(:ids)"), {"ids": ids})
    rows = {row.id: orjson.loads(row.passage) for row in found}
    return {
        name: Passage(**{**row, "rules": tuple(row["rules"]), "drugs": tuple(row["drugs"])})
        for name, row in rows.items()
    }
