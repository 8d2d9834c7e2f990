"""The imported corpus in the database: every version of every passage, its vector, and how far files were taken in.

Thread-safe as the Database is. StoreUnavailable on an outage. What is taken in or retired has its audit row in the same
transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update

from cds_service.store.corpus.documents import PORTION, Put, Row, put_document
from cds_service.store.engine.database import UNLIMITED, Database, insert_or_replace
from cds_service.store.records import AuditEvent, Scalar
from cds_service.store.schema.corpus import corpus_import, passage
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import audit


class Corpus:
    """Rows are mappings of the columns of `corpus_tables.passage`."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._record = audit.recorder(keyring, clock)

    def close(self) -> None:
        self._database.close()

    @property
    def database(self) -> Database:
        return self._database

    def documents_done(self, file: str) -> tuple[int, bool]:
        """How many documents of a file were taken in, and whether that was all of them."""
        with self._database.reading() as connection:
            query = select(corpus_import.c.documents, corpus_import.c.finished).where(corpus_import.c.file == file)
            found = connection.execute(query).first()
            return (found.documents, found.finished) if found else (0, False)

    def put(self, documents: Sequence[Sequence[Row]], progress: Row) -> Put:
        """Take in documents, each with all its passages, and note the progress, in one transaction.

        A passage of a document that its newer version no longer has is superseded with the others.
        """
        total = Put()
        with self._database.writing() as connection:
            for rows in documents:
                total += put_document(connection, rows)
            insert_or_replace(connection, corpus_import, dict(progress))
            if total.added or total.superseded:
                about: dict[str, Scalar] = {
                    "count": total.added,
                    "superseded": total.superseded,
                    "reason": progress["format"],
                }
                event = AuditEvent("import-evidence", "done", subject=progress["file"], detail=about)
                self._record(connection, event)
        return total

    def get(self, passage_id: str, version: str | None = None) -> Row | None:
        """One passage, retired or superseded ones too; without a version the current one, else the newest."""
        query = select(*_SHOWN).where(passage.c.id == passage_id)
        if version is not None:
            query = query.where(passage.c.version == version)
        with self._database.reading() as connection:
            query = query.order_by(passage.c.current.desc(), passage.c.imported_at.desc()).limit(1)
            found = connection.execute(query).mappings().first()
            return dict(found) if found else None

    def living(self, today: date) -> Iterator[Row]:
        """Every passage that may be found today, by id, with its vector; read in portions."""
        yield from self._walk(_is_living(today), (*_SHOWN, passage.c.vector, passage.c.embedder))

    def every(self, document: str = "", superseded: bool = False) -> Iterator[Row]:
        """Every passage, of one document if named; with old versions if asked for."""
        wanted = [passage.c.document == document] if document else []
        wanted += [] if superseded else [passage.c.current]
        yield from self._walk(and_(True, *wanted), _SHOWN)

    def _walk(self, wanted: ColumnElement[bool], columns: Sequence[Any]) -> Iterator[Row]:
        last = ("", "")
        place = (passage.c.id, passage.c.key)
        while True:
            after = or_(place[0] > last[0], and_(place[0] == last[0], place[1] > last[1]))
            query = select(*columns).where(wanted, after).order_by(*place).limit(PORTION)
            with self._database.reading(UNLIMITED) as connection:
                rows = connection.execute(query).mappings().all()
            if not rows:
                return
            for row in rows:
                yield dict(row)
            last = (rows[-1]["id"], rows[-1]["key"])

    def without_vector(self, embedder: str, today: date) -> int:
        """How many living passages this embedder has not seen."""
        with self._database.reading(UNLIMITED) as connection:
            query = select(func.count()).where(_is_living(today), _lacks_vector(embedder))
            return int(connection.scalar(query) or 0)

    def next_without_vector(self, embedder: str, today: date, count: int) -> list[Row]:
        with self._database.reading(UNLIMITED) as connection:
            query = select(*_SHOWN).where(_is_living(today), _lacks_vector(embedder)).order_by(passage.c.key)
            return [dict(row) for row in connection.execute(query.limit(count)).mappings()]

    def put_vectors(self, vectors: Mapping[str, bytes], embedder: str) -> None:
        """Vectors by key of their passages."""
        with self._database.writing() as connection:
            for key, vector in vectors.items():
                change = update(passage).where(passage.c.key == key)
                connection.execute(change.values(vector=vector, embedder=embedder))

    def retire(self, name: str, on: date) -> int:
        """From `on` a passage, or all of a document, is no longer found; how many. It stays citable."""
        change = update(passage).where(or_(passage.c.id == name, passage.c.document == name)).values(retires=on)
        with self._database.writing() as connection:
            count = int(connection.execute(change.execution_options(preserve_rowcount=True)).rowcount)
            if count:
                about: dict[str, Scalar] = {"count": count, "reason": f"from {on}"}
                self._record(connection, AuditEvent("retire-evidence", "done", subject=name, detail=about))
        return count

    def state(self, today: date) -> str:
        """A few words that differ whenever what may be found does."""
        with self._database.reading(UNLIMITED) as connection:
            found = connection.execute(
                select(func.count(), func.max(passage.c.imported_at), func.count(passage.c.vector)).where(
                    _is_living(today)
                )
            ).one()
            return "/".join(map(str, found))

    def stats(self, today: date) -> list[Row]:
        """Passages by publisher's format (the part of the document's id before the colon), kind and jurisdiction."""
        living = func.sum(case((_is_living(today), 1), else_=0))
        columns = (passage.c.kind, passage.c.jurisdiction, passage.c.licence)
        query = select(
            *columns,
            func.count(passage.c.document.distinct()).label("documents"),
            func.count().label("versions"),
            living.label("found"),
            func.sum(case((passage.c.vector.is_not(None), 1), else_=0)).label("embedded"),
        ).group_by(*columns)
        with self._database.reading(UNLIMITED) as connection:
            return [dict(row) for row in connection.execute(query.order_by(*columns)).mappings()]


_SHOWN = tuple(column for column in passage.c if column.name not in ("vector", "embedder"))


def _is_living(today: date) -> ColumnElement[bool]:
    return and_(passage.c.current, or_(passage.c.retires.is_(None), passage.c.retires > today))


def _lacks_vector(embedder: str) -> ColumnElement[bool]:
    return or_(passage.c.embedder.is_(None), passage.c.embedder != embedder)


def progress_row(file: str, name: str, format: str, documents: int, finished: bool, at: datetime) -> dict[str, Any]:
    """How far a file has been taken in, as `put` notes it."""
    return {"file": file, "name": name, "format": format, "documents": documents, "finished": finished, "at": at}
