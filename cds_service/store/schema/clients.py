"""Tables of who may call, of who we are to others, of the app's sessions and of used client tokens.

Columns in `_sealed` hold AES-GCM values.
"""

from __future__ import annotations

from sqlalchemy import JSON, Column, Double, Integer, LargeBinary, String, Table, Text

from cds_service.store.schema.metadata import UtcDateTime, main, replay

cds_client = Table(
    "cds_client",
    main,
    Column("id", String(64), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("jwks", JSON(none_as_null=True)),
    Column("jwks_url", Text),
    Column("algorithms", JSON, nullable=False),
    Column("dialect", Text, nullable=False),
    Column("fhir_bases", JSON, nullable=False),
    Column("max_lifetime", Integer, nullable=False),
    Column("service_client_id", Text),
    Column("created", UtcDateTime, nullable=False),
)

service_mode = Table(  # how a tenant uses a service; one that is not named here is live
    "service_mode",
    main,
    Column("tenant", String(255), primary_key=True),
    Column("service", String(64), primary_key=True),  # an id, or * for all that are not named
    Column("mode", String(16), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

smart_client = Table(
    "smart_client",
    main,
    Column("id", String(64), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("secret_sealed", LargeBinary),
    Column("private_jwk_sealed", LargeBinary),
    Column("scopes", JSON, nullable=False),
    Column("auth_origins", JSON(none_as_null=True)),  # null: none, as older code leaves it
    Column("created", UtcDateTime, nullable=False),
)

own_key = Table(  # by which our signatures are known: published while they stand here
    "own_key",
    main,
    Column("kid", String(64), primary_key=True),
    Column("algorithm", String(8), nullable=False),
    Column("public", JSON, nullable=False),
    Column("private_sealed", LargeBinary, nullable=False),
    Column("signs_from", UtcDateTime, nullable=False),  # later than `created`, so that others have fetched it by then
    Column("created", UtcDateTime, nullable=False),
)

backend_client = Table(  # our registration for SMART Backend Services, one for a tenant and FHIR base
    "backend_client",
    main,
    Column("id", String(64), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("fhir_base", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("token_url", Text, nullable=False),
    Column("algorithm", String(8), nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("created", UtcDateTime, nullable=False),
)

session = Table(
    "session",
    main,
    Column("kind", String(32), primary_key=True),
    Column("id_digest", String(64), primary_key=True),  # who reads the table cannot take a session over
    Column("payload_sealed", LargeBinary, nullable=False),
    Column("expires_at", Double, nullable=False, index=True),  # epoch seconds
)

token_use = Table(
    "token_use",
    replay,
    Column("digest", String(64), primary_key=True),  # of issuer and jti
    Column("expires_at", Double, nullable=False, index=True),  # epoch seconds
)
