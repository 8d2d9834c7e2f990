"""One job: read the body of one note, by Backend Services, and keep its text sealed."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import structlog

from cds_service.fhir.answers import Document, NotRead
from cds_service.fhir.backend_services import AccessRefused, RegisteredAccess
from cds_service.fhir.base import registered_base
from cds_service.fhir.client import ReadReport
from cds_service.fhir.exchange import DEADLINE
from cds_service.fhir.note_text import NotText, owner_of, text_of
from cds_service.fhir.servers import FhirServers
from cds_service.outbound import Network
from cds_service.store import NoteAddress, NoteBody, Store

FINAL = frozenset({403, 404, 410})  # answers that a second try would not change
FOREIGN = "the server says that it is another patient's"
BUSY = "too many reads of this server at once"
log = structlog.get_logger("countersign.notes")


class NoteReader:
    """Safe to share between threads."""

    def __init__(
        self,
        store: Store,
        access: RegisteredAccess,
        servers: FhirServers,
        clock: Callable[[], datetime],
        networks: tuple[Network, ...] = (),
    ) -> None:
        self._store = store
        self._access = access
        self._servers = servers
        self._clock = clock
        self._networks = networks

    def read(self, note_id: str) -> str:
        """Read one note of the list; "read", "not read" (for good) or "later". StoreUnavailable on an outage."""
        note = self._store.notes.address(note_id)
        if note is None:
            return "not read"
        try:
            got = self._fetched(note)
            text = None if isinstance(got, NotRead) else text_of(_own(got, note))
        except (AccessRefused, NotText) as error:
            return self._failed(note_id, str(error), final=isinstance(error, NotText))
        if isinstance(got, NotRead):
            return self._failed(note_id, got.reason, final=got.status in FINAL)
        self._store.notes.keep(note_id, NoteBody(text, None, self._clock()))
        log.info("note read", tenant=note.tenant)
        return "read"

    def _failed(self, note_id: str, reason: str, final: bool) -> str:
        log.info("note not read", reason=reason, final=final)
        if final:
            self._store.notes.keep(note_id, NoteBody(None, reason, self._clock()))
            return "not read"
        return "later" if self._store.notes.put_back(note_id, reason) else "not read"

    def _fetched(self, note: NoteAddress) -> Document | NotRead:
        base = registered_base(note.base, self._networks)
        if base is None or base.link(note.url, f"{base.url}/") is None:
            raise AccessRefused("the note does not stand under the registered FHIR base")
        token = self._access.token(note.tenant, note.base)
        ends = time.monotonic() + DEADLINE
        with self._servers.line(note.tenant, base, token, ends, _unsaid) as line:
            got = NotRead(BUSY) if line is None else line.client.document(note.url)
        if isinstance(got, NotRead) and got.status == 401:
            self._access.forget(note.tenant, note.base)
        return got


def _own(document: Document, note: NoteAddress) -> Document:
    """NotText when the server says that it is another patient's: our access reaches all, a note only its own."""
    owner = owner_of(document).removeprefix(f"{note.base.rstrip('/')}/").split("/_history/")[0]
    if "Patient/" in owner and owner != f"Patient/{note.patient}":
        raise NotText(FOREIGN)
    return document


def _unsaid(_: ReadReport) -> None:
    """The read is on record with its outcome, in the transaction that keeps it."""
