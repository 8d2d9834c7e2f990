"""Tables of what was answered, what came back and what is on record, for SQLite and PostgreSQL alike.

Columns that end in `_sealed` hold AES-GCM values. Clear columns carry ids of ours, words of our own knowledge, keyed
pseudonyms and times; nothing that a request brought as free text. `migrations/` holds the same shape frozen; a test
compares the two. On PostgreSQL invocation and audit are partitioned by the month of `at`, feedback by that of
`received_at`; see `migrations/versions/main0003_months.py` for what that asks of their keys.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from cds_service.store.schema.metadata import UtcDateTime, main

invocation = Table(
    "invocation",
    main,
    Column("id", String(64), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("hook", Text, nullable=False),
    Column("hook_instance", String(64), nullable=False),  # keyed pseudonym: one hookInstance groups its calls
    Column("body_digest", String(128), nullable=False),
    Column("patient", String(64)),  # keyed pseudonym, different in each tenant
    Column("at", UtcDateTime, nullable=False),
    Column("duration_ms", Double, nullable=False),
    Column("knowledge", Text, nullable=False),
    Column("models", Text, nullable=False),
    Column("context_sealed", LargeBinary, nullable=False),  # first format only; now empty
    Column("orders", Integer),
    Column("unit", String(64)),  # keyed pseudonym, see known_unit
    Column("user_kind", String(32)),  # FHIR type, one of a closed list
    Column("content_sealed", LargeBinary),  # see `content`: context, and each card's body and evidence
    Column("silent", Boolean),  # answered without its cards; not known of calls from before this column
    Index(None, "tenant", "at"),
    Index(None, "patient"),
)

card = Table(
    "card",
    main,
    Column("uuid", String(64), primary_key=True),
    Column("invocation", String(64), ForeignKey("invocation.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("concern", String(64), nullable=False),
    Column("check_id", Text, nullable=False),
    Column("rule", Text),
    Column("version", Text),
    Column("topic", Text, nullable=False),
    Column("indicator", Text, nullable=False),
    Column("harm", Text),
    Column("handle_digest", String(64), nullable=False, unique=True),  # the handle itself opens a page: not kept
    Column("body_sealed", LargeBinary, nullable=False),  # this and the next: first format only; now empty
    Column("evidence_sealed", LargeBinary, nullable=False),
    Column("at", UtcDateTime),  # of its invocation; unknown only in rows that the first format wrote meanwhile
    Column("offered", Text),  # JSON list of its suggestions' uuids; none: first format, see `suggestion`
    UniqueConstraint("invocation", "position"),
)

silent_card = Table(  # what a call in silent mode would have shown; its words lie in its invocation's content_sealed
    "silent_card",
    main,
    Column("invocation", String(64), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("concern", String(64), nullable=False),
    Column("check_id", Text, nullable=False),
    Column("rule", Text),
    Column("version", Text),
    Column("topic", Text, nullable=False),
    Column("indicator", Text, nullable=False),
    Column("harm", Text),
    Column("at", UtcDateTime, nullable=False),
)

suggestion = Table(  # first format only: `card.offered` has taken its place
    "suggestion",
    main,
    Column("uuid", String(64), primary_key=True),
    Column("card", String(64), ForeignKey("card.uuid"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("recommended", Boolean, nullable=False),
    Column("label_sealed", LargeBinary, nullable=False),
    Index(None, "card"),
)

feedback = Table(
    "feedback",
    main,
    Column("natural_key", String(64), primary_key=True),
    Column("channel", String(16), nullable=False),
    Column("tenant", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("card", String(64), ForeignKey("card.uuid"), nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("suggestions", JSON, nullable=False),  # sorted uuids, each checked to be on the card
    Column("reason_code", Text),  # only a code that the card, or the app's form, offered; others are sealed
    Column("client_added", Boolean, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("words_sealed", LargeBinary, nullable=False),  # reason, comment, user
    CheckConstraint("channel IN ('cds-hooks', 'smart-app')", name="channel"),
    Index(None, "card"),
    Index(None, "tenant", "received_at"),
)

audit = Table(
    "audit",
    main,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),  # without gaps, so that a missing row shows
    Column("id", String(36), nullable=False, unique=True),
    Column("at", UtcDateTime, nullable=False),
    Column("action", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("tenant", Text),
    Column("issuer", Text),
    Column("subject", Text),
    Column("patient", String(64)),  # keyed pseudonym, as in invocation
    Column("patient_sealed", LargeBinary),  # first format only: see known_patient
    Column("detail", Text, nullable=False),  # JSON kept as the very text that the chain covers
    Column("prev", String(64), nullable=False),
    Column("this", String(64), nullable=False),
    Index(None, "subject"),
    Index(None, "patient"),
)

known_patient = Table(  # the way back from a pseudonym, for auditors and for FHIR reads
    "known_patient",
    main,
    Column("pseudonym", String(64), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("id_sealed", LargeBinary, nullable=False),
)

audit_end = Table(  # `head`: the last link, kept by a trigger. `start`: the last link that retention took away
    "audit_end",
    main,
    Column("name", String(8), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("link", String(64), nullable=False),
    Column("proof", String(64)),  # of `start`: keyed, so that only the retention command can have moved it
)

legal_hold = Table(
    "legal_hold",
    main,
    Column("id", String(36), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("patient", String(64)),  # keyed pseudonym; without patient and card: the whole tenant
    Column("card", String(64)),
    Column("case_id", Text, nullable=False),
    Column("placed_at", UtcDateTime, nullable=False),
    Column("lifted_at", UtcDateTime),
)

note_body = Table(  # what stands behind the references of DocumentReferences, read beforehand: see `notes`
    "note_body",
    main,
    Column("id", String(64), primary_key=True),  # keyed digest of tenant and address
    Column("tenant", Text, nullable=False),
    Column("patient", String(64), nullable=False),  # keyed pseudonym, as in invocation
    Column("state", String(16), nullable=False),
    Column("reason", Text),
    Column("tries", Integer, nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),  # where it stands, and the text once it is read
    Column("wanted_at", UtcDateTime, nullable=False),
    Column("fetched_at", UtcDateTime),
    Index(None, "state", "wanted_at"),
    Index(None, "patient"),
)

kept_override = Table(  # that a clinician overrode a concern in an encounter: see `overrides`
    "kept_override",
    main,
    Column("id", String(64), primary_key=True),  # keyed digest: nobody can read back who or what
    Column("at", UtcDateTime, nullable=False),
    Index(None, "at"),
)

compatible_code = Table(  # older code, by the revision it was written for, that may run on this schema
    "compatible_code",
    main,
    Column("revision", String(32), primary_key=True),
)
