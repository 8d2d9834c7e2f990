"""Bodies of notes that stand behind a reference: asked for by hook calls, read by the background worker, kept sealed.

A hook call reads inline text only. What it would have liked to read it puts on the list (`want`); the worker fetches it
with an access of its own (SMART Backend Services) and keeps the text (`keep`); later calls find it (`bodies`) with the
time at which it was read. The row's id is a keyed digest of tenant and address, so that nothing about a patient stands
in clear, and so that jobs can name a note by it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, and_, delete, or_, select, update

from cds_service.store.engine.database import Database
from cds_service.store.engine.statements import add_once
from cds_service.store.records import AuditEvent
from cds_service.store.schema.calls import note_body
from cds_service.store.schema.clients import backend_client
from cds_service.store.sealing.keyring import Keyring, to_json
from cds_service.store.trail import audit, patients
from cds_service.store.trail.holds import holds_patient

PATIENCE_MS = 150  # a hook call waits no longer for what is only an addition
MOST_TRIES = 5
PAUSE = timedelta(seconds=30)  # after the first failure; four times as long after each further one
TAKEN = timedelta(minutes=10)  # a job that has not come back by then is taken as lost, with its worker


@dataclass(frozen=True, slots=True)
class NoteAddress:
    """Where a note's body stands: an absolute URL under one of the tenant's FHIR bases."""

    tenant: str
    patient: str
    base: str
    url: str
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class NoteBody:
    """`text` is None when it was looked at and cannot be read, and `reason` says why."""

    text: str | None
    reason: str | None
    fetched_at: datetime


class Notes:
    """StoreUnavailable on an outage."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._record = audit.recorder(keyring, clock)

    def bodies(self, tenant: str, urls: Collection[str], newer_than: datetime | None = None) -> dict[str, NoteBody]:
        """What is known of these addresses, by address; those that were never read are left out."""
        keys = {self.id_of(tenant, url): url for url in urls}
        query = select(note_body).where(note_body.c.id.in_(list(keys)), note_body.c.fetched_at.is_not(None))
        if newer_than is not None:
            query = query.where(note_body.c.fetched_at > newer_than)
        with self._database.reading(PATIENCE_MS, PATIENCE_MS) as connection:
            rows = list(connection.execute(query).mappings())
        return {keys[row["id"]]: self._body(row) for row in rows}

    def want(self, notes: Sequence[NoteAddress]) -> int:
        """Put notes on the worker's list; how many were not known yet. One transaction, no wait for a busy database."""
        if not notes:
            return 0
        now = self._clock()
        with self._database.writing(PATIENCE_MS) as connection:
            return sum(add_once(connection, note_body, self._row(note, now)) for note in notes)

    def read_for(self, tenant: str) -> frozenset[str]:
        """FHIR bases at which the worker has an access of its own for this tenant."""
        query = select(backend_client.c.fhir_base).where(backend_client.c.tenant == tenant)
        with self._database.reading(PATIENCE_MS, PATIENCE_MS) as connection:
            return frozenset(base.rstrip("/") for base in connection.scalars(query))

    def waiting(self, most: int) -> list[str]:
        """Ids of notes to be read, the longest wanted first; each is given to one asker until its time is over."""
        now = self._clock()
        lost = and_(note_body.c.state == "taken", note_body.c.wanted_at < now - TAKEN)
        wanted = and_(note_body.c.state == "wanted", note_body.c.wanted_at <= now)
        free = select(note_body.c.id).where(or_(wanted, lost)).order_by(note_body.c.wanted_at)
        with self._database.writing() as connection:
            ids = list(connection.scalars(free.limit(most).with_for_update(skip_locked=True)))
            taken = {"state": "taken", "wanted_at": now}
            connection.execute(update(note_body).where(note_body.c.id.in_(ids)).values(taken))
        return ids

    def address(self, note_id: str) -> NoteAddress | None:
        """Where a note stands; None when it is not on the list any more."""
        with self._database.reading() as connection:
            row = connection.execute(select(note_body).where(note_body.c.id == note_id)).mappings().first()
        return None if row is None else NoteAddress(**self._content(row)["address"])

    def keep(self, note_id: str, body: NoteBody) -> None:
        """The outcome of a read; its audit row is in the same transaction."""
        self._change(note_id, "read", body)

    def put_back(self, note_id: str, reason: str) -> bool:
        """A read that failed and may succeed later; False when it has failed often enough and is given up."""
        with self._database.reading() as connection:
            row = connection.execute(select(note_body).where(note_body.c.id == note_id)).mappings().first()
        tries = row["tries"] if row else 0
        if row is None or tries + 1 >= MOST_TRIES:
            self._change(note_id, "given-up", NoteBody(None, reason, self._clock()))
            return False
        with self._database.writing() as connection:
            next_try = self._clock() + PAUSE * 4**tries
            change = {"state": "wanted", "tries": tries + 1, "reason": reason, "wanted_at": next_try}
            connection.execute(update(note_body).where(note_body.c.id == note_id).values(change))
            self._audit(connection, row, "failed", reason)
        return True

    def counts(self) -> dict[str, int]:
        """How many notes are in which state."""
        counted: dict[str, int] = {}
        with self._database.reading() as connection:
            for state in connection.scalars(select(note_body.c.state)):
                counted[state] = counted.get(state, 0) + 1
        return counted

    def forget(self, before: datetime, most: int) -> int:
        """Take away what was read, or wanted, before then."""
        with self._database.writing() as connection:
            return forget(connection, before, most)

    def _change(self, note_id: str, state: str, body: NoteBody) -> None:
        with self._database.writing() as connection:
            row = connection.execute(select(note_body).where(note_body.c.id == note_id)).mappings().first()
            if row is None:
                return
            address = self._content(row)["address"]
            sealed = self._sealed(note_id, address, body.text)
            change = {"state": state, "reason": body.reason, "content_sealed": sealed, "fetched_at": body.fetched_at}
            connection.execute(update(note_body).where(note_body.c.id == note_id).values(change))
            self._audit(connection, row, "done" if body.text is not None else "failed", body.reason)

    def _audit(self, connection: Connection, row: Any, outcome: str, reason: str | None) -> None:
        """An attempt to read the EHR's server, whatever came of it."""
        patient, about = self._content(row)["address"]["patient"], {"resource_type": "Binary", "reason": reason}
        event = AuditEvent("note-read", outcome, row["tenant"], detail=about, patient=patient)
        self._record(connection, event)

    def _row(self, note: NoteAddress, now: datetime) -> dict[str, Any]:
        note_id = self.id_of(note.tenant, note.url)
        return {
            "id": note_id,
            "tenant": note.tenant,
            "patient": patients.pseudonym(self._keyring, note.tenant, note.patient),
            "state": "wanted",
            "reason": None,
            "tries": 0,
            "content_sealed": self._sealed(note_id, asdict(note), None),
            "wanted_at": now,
            "fetched_at": None,
        }

    def _sealed(self, note_id: str, address: Mapping[str, Any], text: str | None) -> bytes:
        return self._keyring.seal(to_json({"address": address, "text": text}), f"note_body:{note_id}:content")

    def _content(self, row: Any) -> dict[str, Any]:
        opened: dict[str, Any] = self._keyring.open_json(row["content_sealed"], f"note_body:{row['id']}:content")
        return opened

    def _body(self, row: Any) -> NoteBody:
        return NoteBody(self._content(row)["text"], row["reason"], row["fetched_at"])

    def id_of(self, tenant: str, url: str) -> str:
        """The name of a note among the jobs: a keyed digest."""
        return self._keyring.mac("note", orjson.dumps([tenant, url])).hex()


def forget(connection: Connection, before: datetime, most: int) -> int:
    old = or_(note_body.c.fetched_at < before, and_(note_body.c.fetched_at.is_(None), note_body.c.wanted_at < before))
    held = holds_patient(note_body.c.tenant, note_body.c.patient)
    ids = list(connection.scalars(select(note_body.c.id).where(old, ~held).limit(most)))
    return connection.execute(delete(note_body).where(note_body.c.id.in_(ids))).rowcount
