"""The store: what was answered, what the clinician chose, who may call, and who looked.

Clinical text is sealed column by column; clear columns carry only our own words, keyed pseudonyms and ids.
"""

from __future__ import annotations

from cds_service.errors import StoreUnavailable
from cds_service.store.clients.fhir_clients import FhirReader
from cds_service.store.clients.own_keys import OwnKey, OwnKeys
from cds_service.store.clients.registrations import BackendClient, CdsClient, Registrations, SmartClient
from cds_service.store.clients.replay_guard import ReplayGuard, open_replay_guard
from cds_service.store.clients.sessions import Sessions
from cds_service.store.engine.database import is_missing
from cds_service.store.feedback.overrides import Occasion
from cds_service.store.feedback.replies import Reply
from cds_service.store.migrate import check_revision, migrate
from cds_service.store.records import (
    AuditEvent,
    CardRecord,
    FeedbackItem,
    FeedbackResult,
    Invocation,
    StoredCard,
    StoredFeedback,
    SuggestionRecord,
)
from cds_service.store.reports.bulk import AuditRow, RecentCall, Reports
from cds_service.store.reports.modes import MODES, Mode, ServiceMode, SilentSigning
from cds_service.store.reports.ran_versions import RanVersion, RanVersions
from cds_service.store.reports.served import AuditQuery, CardQuery, Span
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.store import Store, open_store
from cds_service.store.trail.chain import AuditVerdict
from cds_service.store.trail.holds import Hold
from cds_service.store.upkeep.retention import ClockInDoubt, Periods
from cds_service.store.waiting.notes import NoteAddress, NoteBody, Notes
from cds_service.store.waiting.outbox import Outbox, Site, Waiting

__all__ = [
    "MODES",
    "AuditEvent",
    "AuditQuery",
    "AuditRow",
    "AuditVerdict",
    "BackendClient",
    "CardQuery",
    "CardRecord",
    "CdsClient",
    "ClockInDoubt",
    "FeedbackItem",
    "FeedbackResult",
    "FhirReader",
    "Hold",
    "Invocation",
    "Keyring",
    "Mode",
    "NoteAddress",
    "NoteBody",
    "Notes",
    "Occasion",
    "Outbox",
    "OwnKey",
    "OwnKeys",
    "Periods",
    "RanVersion",
    "RanVersions",
    "RecentCall",
    "Registrations",
    "ReplayGuard",
    "Reply",
    "Reports",
    "ServiceMode",
    "Sessions",
    "SilentSigning",
    "Site",
    "SmartClient",
    "Span",
    "Store",
    "StoreUnavailable",
    "StoredCard",
    "StoredFeedback",
    "SuggestionRecord",
    "Waiting",
    "check_revision",
    "is_missing",
    "migrate",
    "open_replay_guard",
    "open_store",
]
