"""What a site has imported into its knowledge, in the database: drug names, and rows that wait for a review.

Thread-safe as the Database is. StoreUnavailable on an outage.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, func, select, update

from cds_service.store.engine.database import UNLIMITED, Database, insert_once, insert_or_replace, insert_or_replace_all
from cds_service.store.schema.corpus import corpus_import
from cds_service.store.schema.imported import candidate_row, imported_name

Row = Mapping[str, Any]
PORTION = 2000


class Imported:
    """Rows are mappings of the columns of `imported_tables`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def close(self) -> None:
        self._database.close()

    def names_done(self, release: str) -> tuple[int, bool]:
        """How many names of a release were taken in, and whether that was all of them."""
        query = select(corpus_import.c.documents, corpus_import.c.finished).where(corpus_import.c.file == release)
        with self._database.reading() as connection:
            found = connection.execute(query).first()
            return (found.documents, found.finished) if found else (0, False)

    def put_names(self, names: Sequence[Row], progress: Row) -> None:
        """Take names in, a newer release's in place of an older one's, and note the progress, in one transaction."""
        with self._database.writing(longest_ms=UNLIMITED) as connection:
            insert_or_replace_all(connection, imported_name, [dict(row) for row in names])
            insert_or_replace(connection, corpus_import, dict(progress))

    def names(self) -> Iterator[Row]:
        """Every name by RxCUI; read in portions."""
        number = cast(imported_name.c.rxcui, Integer)
        last = -1
        while True:
            query = select(imported_name).where(number > last).order_by(number).limit(PORTION)
            with self._database.reading(UNLIMITED) as connection:
                rows = connection.execute(query).mappings().all()
            if not rows:
                return
            yield from (dict(row) for row in rows)
            last = int(rows[-1]["rxcui"])

    def names_state(self) -> str:
        """A few words that differ whenever the names do; empty while there are none."""
        finished = select(func.max(corpus_import.c.at), func.sum(corpus_import.c.documents))
        with self._database.reading(UNLIMITED) as connection:
            at, done = connection.execute(finished.where(corpus_import.c.format == "rxnorm")).one()
            return f"{at.isoformat()}/{done}" if at else ""

    def put_candidates(self, rows: Sequence[Row]) -> int:
        """Take drafts in; how many were new. One that was decided on stays decided."""
        with self._database.writing() as connection:
            return sum(insert_once(connection, candidate_row, dict(row)) for row in rows)

    def candidates(self, state: str = "waiting", table: str = "", drug: str = "") -> Iterator[Row]:
        """Drafts of a state, by table and drugs; `drug` is one that they speak of."""
        wanted: list[ColumnElement[bool]] = [candidate_row.c.state == state]
        wanted += [candidate_row.c.table_name == table] if table else []
        wanted += [candidate_row.c.drugs.contains(f"|{drug.lower()}|", autoescape=True)] if drug else []
        order = (candidate_row.c.table_name, candidate_row.c.drugs, candidate_row.c.id)
        with self._database.reading(UNLIMITED) as connection:
            rows = connection.execute(select(candidate_row).where(and_(True, *wanted)).order_by(*order)).mappings()
            yield from [dict(row) for row in rows]

    def candidate(self, name: str) -> Row | None:
        with self._database.reading() as connection:
            found = connection.execute(select(candidate_row).where(candidate_row.c.id == name)).mappings().first()
            return dict(found) if found else None

    def decide(self, name: str, state: str) -> None:
        """Mark a draft as approved or rejected."""
        with self._database.writing() as connection:
            connection.execute(update(candidate_row).where(candidate_row.c.id == name).values(state=state))
