"""The tables that this installation speaks from, loaded for a command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cds_service.settings import Settings

if TYPE_CHECKING:
    from cds_service.knowledge import Knowledge


def tables() -> Knowledge:
    """Ours and a site's; KnowledgeError names the first row that is not usable."""
    from cds_service.knowledge import load_knowledge
    from cds_service.tables import all_tables

    return load_knowledge(all_tables(Settings.from_env()))
