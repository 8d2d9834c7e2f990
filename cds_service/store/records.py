"""What is recorded of a call and of what came of it: frozen records, free of SQL and of sealing.

Times are aware datetimes (stored as UTC). `None` is not known, an empty tuple is known to be none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Recorded = Literal["stored", "repeated", "journalled"]
Verdict = Literal["useful", "not-useful", "wrong"]
Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class SuggestionRecord:
    """One suggestion as sent: `position` counts from 0 within its card."""

    uuid: str
    position: int
    label: str
    recommended: bool = False


@dataclass(frozen=True, slots=True)
class CardRecord:
    """One card as sent. `body` is the card's JSON; `evidence` is what the app shows behind it.

    `concern`, `check`, `rule`, `version`, `topic`, `indicator` and `harm` stand in clear columns: they come from our
    own knowledge, never from the chart. A card without a rule (not-assessed) leaves `rule`, `version`, `harm` None.
    """

    uuid: str
    position: int
    concern: str
    check: str
    rule: str | None
    version: str | None
    topic: str
    indicator: str
    harm: str | None
    body: Mapping[str, Any]
    evidence: Mapping[str, Any]
    handle: str
    suggestions: tuple[SuggestionRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Invocation:
    """One answered hook call. A repeat has the same `id`: it is made of tenant, service, hookInstance and body digest.

    `patient` is the FHIR id, `user` and `encounter` are as the context gave them; `at` is when the call arrived.
    `orders` counts the orders of the call; `unit` is the place that its encounter names; `user_kind` the FHIR type of
    its user. `silent`: the cards were not sent, and are kept as what would have been.
    """

    id: str
    tenant: str
    issuer: str
    service: str
    hook: str
    hook_instance: str
    body_digest: str
    patient: str | None
    user: str | None
    encounter: str | None
    fhir_server: str | None
    at: datetime
    duration_ms: float
    knowledge: str
    models: str
    not_assessed: tuple[Mapping[str, Any], ...] = ()
    cards: tuple[CardRecord, ...] = ()
    orders: int | None = None
    unit: str | None = None
    user_kind: str | None = None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Something that an auditor must find again.

    `action` and `outcome` are words of ours ("invoke", "refused"); `subject` is an id of ours (invocation, card),
    never a person. A patient goes into `patient` (FHIR id; sealed, with a keyed pseudonym beside it).
    `detail` takes the keys of `audit.DETAIL_KEYS` with scalar values; another key is a ValueError.
    """

    action: str
    outcome: str
    tenant: str | None = None
    issuer: str | None = None
    subject: str | None = None
    detail: Mapping[str, Scalar] = field(default_factory=dict)
    patient: str | None = None


@dataclass(frozen=True, slots=True)
class FeedbackItem:
    """One element of a CDS Hooks `feedback` array. `suggestions` are the accepted ids, `at` is outcomeTimestamp."""

    card: str
    outcome: str
    suggestions: tuple[str, ...]
    reason_system: str | None
    reason_code: str | None
    reason_display: str | None
    comment: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class FeedbackResult:
    """Counts of one batch: newly stored, already there (same natural key), about cards never issued to the caller."""

    stored: int = 0
    repeated: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class StoredFeedback:
    """One feedback event, from the EHR (`cds-hooks`) or from the app's form (`smart-app`), oldest first when listed.

    `client_added`: the reason was not among those that the card offered. `erased`: retention took the words and the
    user away, so that None in their place says nothing.
    """

    card: str
    channel: Literal["cds-hooks", "smart-app"]
    outcome: str
    suggestions: tuple[str, ...]
    reason_system: str | None
    reason_code: str | None
    reason_display: str | None
    client_added: bool
    comment: str | None
    user: str | None
    at: datetime
    received_at: datetime
    erased: bool = False
    key: str = ""
    passage: str | None = None


@dataclass(frozen=True, slots=True)
class StoredCard:
    """A card, the call it answered and the feedback it got. Compare `tenant` and `patient` before showing it.

    `erased`: retention took everything that a call says about a person away; body and evidence are empty.
    """

    uuid: str
    invocation: str
    tenant: str
    issuer: str
    service: str
    hook: str
    hook_instance: str
    patient: str | None
    user: str | None
    encounter: str | None
    fhir_server: str | None
    at: datetime
    knowledge: str
    models: str
    not_assessed: tuple[Mapping[str, Any], ...]
    concern: str
    check: str
    rule: str | None
    version: str | None
    topic: str
    indicator: str
    harm: str | None
    body: Mapping[str, Any]
    evidence: Mapping[str, Any]
    feedback: Sequence[StoredFeedback] = ()
    erased: bool = False
