"""Tables of who may do what in the app, of answers to feedback, and of the units that calls came from."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table, Text

from cds_service.store.schema.metadata import UtcDateTime, main

known_unit = Table(  # the way back from a unit's pseudonym to its name, which an EHR typed as free text
    "known_unit",
    main,
    Column("pseudonym", String(64), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("name_sealed", LargeBinary, nullable=False),
)

role_grant = Table(
    "role_grant",
    main,
    Column("id", String(64), primary_key=True),  # keyed pseudonym of tenant, person and role
    Column("tenant", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("person_sealed", LargeBinary, nullable=False),
    Column("granted_at", UtcDateTime, nullable=False),
)

feedback_reply = Table(  # only ever added to: the newest one is what came of the feedback
    "feedback_reply",
    main,
    Column("id", String(64), primary_key=True),
    Column("feedback", String(64), nullable=False, index=True),  # its natural key
    Column("status", String(16), nullable=False),
    Column("version", Text),  # of the knowledge or check in which something changed
    Column("at", UtcDateTime, nullable=False),
    Column("words_sealed", LargeBinary, nullable=False),  # the answer and who gave it
)
