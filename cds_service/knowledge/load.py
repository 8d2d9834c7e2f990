"""Table text -> Knowledge. Pure: who reads the files hands their text in; KnowledgeError names file and line."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from cds_service.errors import KnowledgeError
from cds_service.knowledge.cells import NAME_TABLES, read_rows
from cds_service.knowledge.knowledge import Knowledge
from cds_service.knowledge.names import read_names
from cds_service.knowledge.rows import KINDS, Context
from cds_service.knowledge.sources import TABLE as SOURCES
from cds_service.knowledge.sources import read_sources
from cds_service.knowledge.validate import validate

TABLES = (*NAME_TABLES, *KINDS, SOURCES)


def load_knowledge(tables: Mapping[str, str]) -> Knowledge:
    """Parse, resolve names to concepts, check every key, band and unit, and index for look-up.

    `tables` maps file names to their text; `site/NAME` is a site's own file, whose rows stand in place of ours.
    """
    missing = [name for name in TABLES if name not in tables]
    if missing:
        raise KnowledgeError(f"knowledge tables are missing: {', '.join(missing)}")
    context = Context(read_names(tables), tables)
    rows = {
        table: tuple(kind.read(cells, context) for cells in read_rows(tables, table, kind.key))
        for table, kind in KINDS.items()
    }
    knowledge = Knowledge(_version(tables), context.names, read_sources(tables), rows)
    validate(knowledge)
    return knowledge


def _version(tables: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name in sorted(tables):
        digest.update(name.encode() + b"\0" + tables[name].encode() + b"\0")
    return digest.hexdigest()[:12]
