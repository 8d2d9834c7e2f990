"""The store of one process: its rooms, and what is written over more than one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from cds_service.errors import StoreUnavailable
from cds_service.settings import Settings
from cds_service.store.calls import cards, invocations
from cds_service.store.calls.intake import Intake
from cds_service.store.clients.fhir_clients import FhirClients
from cds_service.store.clients.own_keys import OwnKeys
from cds_service.store.clients.people import People
from cds_service.store.clients.registrations import Registrations
from cds_service.store.clients.sessions import Sessions
from cds_service.store.engine.database import UNLIMITED, Database, open_database
from cds_service.store.engine.engines import RECORD_PATIENCE_MS
from cds_service.store.feedback import feedback, opinions
from cds_service.store.feedback.overrides import Overrides
from cds_service.store.feedback.replies import Replies
from cds_service.store.journal.journal import Journal
from cds_service.store.records import (
    AuditEvent,
    FeedbackItem,
    FeedbackResult,
    Invocation,
    Recorded,
    StoredCard,
    Verdict,
)
from cds_service.store.reports.bulk import Reports
from cds_service.store.reports.modes import Modes
from cds_service.store.reports.patient_cards import PatientCards
from cds_service.store.reports.ran_versions import RanVersions
from cds_service.store.reports.served import Served
from cds_service.store.reports.tallies import Tallies
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import audit
from cds_service.store.trail.chain import AuditVerdict, verify
from cds_service.store.trail.holds import Holds
from cds_service.store.upkeep.months import make_months
from cds_service.store.upkeep.resealing import Resealing
from cds_service.store.upkeep.retention import Retention
from cds_service.store.waiting.notes import Notes
from cds_service.store.waiting.outbox import Outbox

DRAIN_BATCH = 100


def open_store(settings: Settings, keyring: Keyring, clock: Callable[[], datetime] | None = None) -> Store:
    """The store of this process; open it after fork. Opens no connection yet, so an outage does not stop it.

    The database must have been migrated: `check_revision(settings)` says so at start-up.
    """
    database = open_database(settings.database_url)
    journal = Journal(settings.run_dir / "journal", keyring)
    return Store(database, keyring, journal, clock or (lambda: datetime.now(UTC)))


class Store:
    """Thread-safe. Every method that writes returns only after commit (or, for records, after the journal's fsync)."""

    def __init__(self, database: Database, keyring: Keyring, journal: Journal, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._keyring = keyring
        self._journal = journal
        self._clock = clock
        self.sessions = Sessions(database, keyring, clock)
        self.reports = Reports(database, keyring)
        self.served = Served(database, keyring)
        self.registrations = Registrations(database, keyring, clock)
        self.fhir_clients = FhirClients(database, keyring, clock)
        self.outbox = Outbox(database, keyring, clock)
        self.retention = Retention(database, keyring, clock)
        self.holds = Holds(database, keyring, clock)
        self.own_keys = OwnKeys(database, keyring, clock)
        self.overrides = Overrides(database, keyring)
        self.patient_cards = PatientCards(database, keyring)
        self.tallies = Tallies(database, keyring)
        self.people = People(database, keyring, clock)
        self.replies = Replies(database, keyring, clock)
        self.modes = Modes(database, keyring, clock)
        self.ran_versions = RanVersions(database)
        self.notes = Notes(database, keyring, clock)
        self.resealing = Resealing(database, keyring, journal, clock)

    def close(self) -> None:
        self._database.close()

    @property
    def current_key(self) -> str:
        """The id of the key that seals."""
        return self._keyring.current

    def reachable(self) -> bool:
        """Whether the database answers a read now; for /readyz."""
        return self._database.answers()

    def record(self, invocation: Invocation) -> Recorded:
        """Store one answered call with its cards, suggestions and audit row, in one transaction.

        The same invocation again adds nothing but its audit row ("repeated"). When the database does not answer, it
        goes to the fsynced journal ("journalled"). StoreUnavailable: the journal could not take it either.
        """
        stamped = invocations.audited(invocation)
        try:
            with self._database.writing(RECORD_PATIENCE_MS) as connection:
                return invocations.write(connection, self._keyring, invocation, stamped)
        except StoreUnavailable:
            self._journal.append(invocations.as_entry(invocation, stamped))
            return "journalled"

    def card_by_handle(self, handle: str) -> StoredCard | None:
        """The card behind an appContext handle, or None. The caller compares tenant and patient with its session."""
        found = self._find_card(handle)
        if found is None and not self._journal.is_empty():
            self.drain()
            found = self._find_card(handle)
        return found

    def add_feedback(
        self, tenant: str | Sequence[str], issuer: str, service: str, items: Sequence[FeedbackItem]
    ) -> FeedbackResult:
        """Append a batch of CDS Hooks feedback, all or nothing; returns after commit.

        InvalidRequest: a suggestion is not on that card, nothing of the batch is stored. StoreUnavailable: the outcome
        is not known to have been stored; sending the batch again is safe. Several tenants: an issuer that signs for all
        of them and named none; each card says whose it is.
        """
        self._drain_if_pending()
        with self._database.writing() as connection:
            caller = feedback.Caller((tenant,) if isinstance(tenant, str) else tuple(tenant), issuer, service)
            return feedback.append_batch(connection, self._keyring, caller, items, self._clock())

    def add_opinion(
        self,
        card_uuid: str,
        tenant: str,
        session_user: str | None,
        verdict: Verdict,
        reason_code: str | None,
        comment: str | None,
        at: datetime,
        passage: str | None = None,
    ) -> FeedbackResult:
        """Append what a person said in the app, beside the EHR's feedback. Another tenant's card counts as unknown.

        `reason_code` is a code of the app's own form, never typed text. InvalidRequest: it, or the verdict, is not.
        """
        self._drain_if_pending()
        opinion = opinions.Opinion(card_uuid, tenant, session_user, verdict, reason_code, comment, at, passage)
        with self._database.writing() as connection:
            return opinions.append(connection, self._keyring, opinion, self._clock())

    def audit(self, event: AuditEvent) -> None:
        """Append one audit row, or journal it in an outage. ValueError: a key is not in `audit.DETAIL_KEYS`."""
        self.audit_all((event,))

    def audit_all(self, events: Iterable[AuditEvent]) -> None:
        """Append several rows in one transaction, or journal each in an outage."""
        stamped = [audit.stamp(event, self._clock()) for event in events]
        try:
            with self._database.writing(RECORD_PATIENCE_MS) as connection:
                for one in stamped:
                    audit.append(connection, self._keyring, one)
        except StoreUnavailable:
            for one in stamped:
                self._journal.append(audit.as_entry(one))

    def verify_audit(self) -> AuditVerdict:
        """Walk the whole chain and recompute every link."""
        with self._database.reading(UNLIMITED) as connection:
            return verify(connection, self._keyring)

    def pending(self) -> int:
        """How many journalled records wait for `drain`."""
        return self._journal.pending()

    def refused(self) -> int:
        """How many journalled records can never be taken in: somebody has to look at them."""
        return self._journal.refused()

    def make_months(self) -> int:
        """Make the months that are missing soon (PostgreSQL only); how many. StoreUnavailable: later, then."""
        return make_months(self._database, self._clock())

    def drain(self) -> int:
        """Take the journal in, each record exactly once; returns how many were taken. StoreUnavailable: still down."""
        return self._journal.drain(Intake(self._database, self._keyring), DRAIN_BATCH)

    def _find_card(self, handle: str) -> StoredCard | None:
        with self._database.reading() as connection:
            card = cards.find_card(connection, self._keyring, handle)
            return None if card is None else feedback.with_feedback(connection, self._keyring, card)

    def _drain_if_pending(self) -> None:
        """A card that still waits in the journal would be unknown to its own feedback."""
        if not self._journal.is_empty():
            self.drain()
