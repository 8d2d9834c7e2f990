"""Tables of a site's knowledge: drug names that it imports, rows that wait for a review, and the versions of it that
have run. Nothing here is about a person, so nothing is sealed."""

from __future__ import annotations

from sqlalchemy import JSON, Column, LargeBinary, String, Table, Text

from cds_service.store.schema.metadata import UtcDateTime, main

imported_name = Table(
    "imported_name",
    main,
    Column("rxcui", String(16), primary_key=True),
    Column("tty", String(8), nullable=False),  # RxNorm's term type
    Column("name", Text, nullable=False),
    Column("synonyms", JSON, nullable=False),
    Column("ingredients", JSON, nullable=False),  # RxCUIs of type IN
    Column("strength", Text, nullable=False),
    Column("form", Text, nullable=False),
    Column("everyday", String(1), nullable=False),  # "y": words of every day, not looked for in text
    Column("release", String(64), nullable=False),  # digest of the files it was last read from
)

candidate_row = Table(  # drafted from a label; fires only when a site has approved it into its own folder
    "candidate_row",
    main,
    Column("id", String(64), primary_key=True),
    Column("table_name", String(32), nullable=False),
    Column("cells", JSON, nullable=False),
    Column("drugs", Text, nullable=False),
    Column("quote", Text, nullable=False),  # the sentence of the label
    Column("passage", Text, nullable=False),
    Column("version", Text, nullable=False),  # of the passage
    Column("state", String(16), nullable=False),  # waiting | approved | rejected
    Column("at", UtcDateTime, nullable=False),
)

ran_version = Table(  # with the checks and models that ran with it: see `ran_versions`
    "ran_version",
    main,
    Column("id", String(64), primary_key=True),  # digest of what it consists of
    Column("at", UtcDateTime, nullable=False),  # first seen
    Column("state", LargeBinary, nullable=False),
)
