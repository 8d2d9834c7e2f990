"""The tables of the store's two databases. Importing this package fills their metadata."""

from __future__ import annotations

from cds_service.store.schema import calls, clients, corpus, imported, outbound, people
from cds_service.store.schema.metadata import main, replay

__all__ = ["calls", "clients", "corpus", "imported", "main", "outbound", "people", "replay"]
