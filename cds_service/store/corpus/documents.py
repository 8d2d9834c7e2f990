"""Taking in one version of a document: its passages supersede those of the version before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from cds_service.store.schema.corpus import passage

Row = Mapping[str, Any]
PORTION = 1000


@dataclass(frozen=True, slots=True)
class Put:
    """What became of one document's passages."""

    added: int = 0
    unchanged: int = 0
    superseded: int = 0
    refused: int = 0  # the same id and version with other words

    def __add__(self, other: Put) -> Put:
        mine = (self.added, self.unchanged, self.superseded, self.refused)
        theirs = (other.added, other.unchanged, other.superseded, other.refused)
        return Put(*map(sum, zip(mine, theirs, strict=True)))


def put_document(connection: Connection, rows: Sequence[Row]) -> Put:
    """All passages of one version of a document."""
    if not rows:
        return Put()
    document = rows[0]["document"]
    query = select(passage.c.key, passage.c.digest, passage.c.current).where(passage.c.document == document)
    known = {row.key: row for row in connection.execute(query)}
    new = [row for row in rows if row["key"] not in known]
    altered = [row for row in rows if row["key"] in known and known[row["key"]].digest != row["digest"]]
    if altered:
        return Put(refused=len(rows))
    kept = {row["key"] for row in rows}
    old = [key for key, row in known.items() if row.current and key not in kept]
    if old and not _is_newer(connection, document, rows[0]):
        # An older version that comes late is kept for those who cite it, and is not found.
        new, old = [{**row, "current": False} for row in new], []
    for start in range(0, len(old), PORTION):
        portion = passage.c.key.in_(old[start : start + PORTION])
        connection.execute(update(passage).where(portion).values(current=False))
    if new:
        connection.execute(insert(passage), [dict(row) for row in new])
    return Put(len(new), len(rows) - len(new), len(old))


def _is_newer(connection: Connection, document: str, row: Row) -> bool:
    """By date, then by number of version, as far as both say."""
    query = select(passage.c.published, passage.c.version).where(passage.c.document == document, passage.c.current)
    found = connection.execute(query.limit(1)).first()
    if found is None:
        return True
    return _age(row["published"], row["version"]) >= _age(found.published, found.version)


def _age(published: str, version: str) -> tuple[str, tuple[int, str]]:
    return published, (int(version), "") if version.isdigit() else (0, version)
