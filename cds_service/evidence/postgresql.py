"""The same search on PostgreSQL: its full-text search for the words, pgvector for the meaning.

For several hosts that should not each hold an index. `evidence index` fills the table, as its owner; the
service only reads it. Where vectors cannot be used the words alone decide, and `degraded` says why.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

import orjson
import structlog
from sqlalchemy import Connection, text

from cds_service.errors import ModelRefused
from cds_service.evidence.filters import Filters, as_number
from cds_service.evidence.fusion import RERANKED, Hit, Reranker, fuse, fused, reranked
from cds_service.evidence.index import COMMAND, DEPTH, MAX_QUERY, NO_FILTERS, WORDS_ALONE
from cds_service.evidence.postgresql_table import NO_EXTENSION, TableState, table_state
from cds_service.evidence.vectors import Embedder
from cds_service.knowledge.passages import Passage
from cds_service.store.engine.database import Database

# ruff: noqa: S608  the parts put into statements are constants of this file; values are bound
_QUERY = (
    "(SELECT CAST(replace(CAST(plainto_tsquery('english', :query) AS text), '&', '|') AS tsquery) AS asked) AS question"
)
log = structlog.get_logger(__name__)


class PostgresqlSearch:
    """As HybridIndex, over the table that `fill` wrote. `knowledge`: the version of our tables that should stand there.

    StoreUnavailable: the database does not answer.
    """

    def __init__(
        self,
        database: Database,
        embedder: Embedder | None,
        reranker: Reranker | None = None,
        knowledge: str = "",
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._reranker = reranker
        self._knowledge = knowledge

    @property
    def degraded(self) -> str | None:
        with self._database.reading() as connection:
            found = table_state(connection)
        if found is None:
            return f"the evidence table has not been filled, so nothing is found; type: {COMMAND}"
        if self._embedder is None:
            return WORDS_ALONE
        if not found.vectors:
            return NO_EXTENSION
        if found.embedder != self._embedder.version:
            return f"the index was made by another embedder: ranked by words alone; type: {COMMAND}"
        behind = not found.state.startswith(self._knowledge)
        return f"the evidence index is behind the tables; type: {COMMAND}" if behind else None

    def __len__(self) -> int:
        with self._database.reading() as connection:
            if table_state(connection) is None:
                return 0
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
        with self._database.reading() as connection:
            found = table_state(connection)
            if found is None:
                return []
            vector = self._vector(query, found)
            by_words = _by_words(connection, wanted, {**values, "query": query})
            near = _by_meaning(connection, wanted, {**values, "vector": vector}) if vector else {}
            ranks = fuse({"bm25": by_words, "embedder": list(near)})
            best = sorted(ranks, key=lambda one: (-fused(ranks[one]), one))[: max(k, RERANKED)]
            passages = _passages(connection, best)
        hits = [Hit(passages[one], fused(ranks[one]), ranks[one], near.get(one)) for one in best]
        return (reranked(self._reranker, query, hits) if rerank and self._reranker else hits)[:k]

    def _vector(self, query: str, found: TableState) -> str:
        """As pgvector reads it; empty when there is no embedder, none for this query, or another one made the table."""
        if self._embedder is None or not found.vectors or found.embedder != self._embedder.version:
            return ""
        try:
            return str(self._embedder.embed(query).tolist())
        except ModelRefused as error:
            log.warning("query_not_embedded", reason=str(error))
            return ""


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
