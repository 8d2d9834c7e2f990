"""Tables of what goes out as FHIR: who may read it, where it is written back to, and what waits to be written."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, String, Table, Text

from cds_service.store.schema.metadata import UtcDateTime, main

fhir_client = Table(  # a client of `/fhir`, by SMART Backend Services
    "fhir_client",
    main,
    Column("client_id", String(255), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("jwks", JSON(none_as_null=True)),
    Column("jwks_url", Text),
    Column("scopes", JSON, nullable=False),
    Column("created", UtcDateTime, nullable=False),
)

write_back = Table(  # only sites that enabled it stand here
    "write_back",
    main,
    Column("tenant", String(255), primary_key=True),
    Column("fhir_base", Text, nullable=False),
    Column("kinds", JSON, nullable=False),
    Column("since", UtcDateTime, nullable=False),  # cards of calls before it are not written
)

outbox = Table(  # one resource of one card: waiting, written or given up
    "outbox",
    main,
    Column("card", String(64), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("tries", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),  # not tried again before it
    Column("reason", Text),  # fixed words of ours and a status, nothing that the server said
    Index(None, "state", "due_at"),
)
