"""Reads knowledge files from the package and from a site's folder, and the names that a site has imported.

A site's file has the columns of ours and adds rows; a row of the same key stands in place of ours.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from cds_service.cards.orderables import FILE as ORDERABLES
from cds_service.cards.orderables import Orderables, parse_orderables
from cds_service.errors import KnowledgeError
from cds_service.knowledge import TABLES, Knowledge, load_knowledge
from cds_service.knowledge.cells import SITE
from cds_service.settings import Settings
from cds_service.tables.imported import imported_tables
from cds_service.views import FILE as VIEWS


def read_tables(site: Path | None) -> dict[str, str]:
    """`{file name: text}` of the shipped tables, and of the site's as `site/NAME`."""
    shipped = {name: (files("cds_service.knowledge") / "tables" / name).read_text("utf-8") for name in TABLES}
    return shipped if site is None else {**shipped, **_site_tables(site)}


def all_tables(settings: Settings) -> dict[str, str]:
    """`{file name: text}` of everything that this installation's knowledge is made of."""
    return {**read_tables(settings.knowledge_dir), **imported_tables(settings)}


def knowledge_of(settings: Settings) -> Knowledge:
    """The knowledge this installation speaks from; off loopback only approved rows do."""
    knowledge = load_knowledge(all_tables(settings))
    return knowledge if settings.loopback else knowledge.without_unreviewed()


def orderables_of(settings: Settings) -> Orderables:
    """The EHR's own order codes, from the site's folder; none without one."""
    path = settings.knowledge_dir / ORDERABLES if settings.knowledge_dir else None
    return parse_orderables(_text(path)) if path and path.exists() else Orderables()


def _site_tables(site: Path) -> dict[str, str]:
    if not site.is_dir():
        raise KnowledgeError(f"the knowledge folder {site} does not exist")
    found = sorted(path for path in site.iterdir() if path.suffix in {".csv", ".yaml", ".yml"})
    found = [path for path in found if path.name not in (ORDERABLES, VIEWS)]
    unknown = [path.name for path in found if path.name not in TABLES]
    if unknown:
        raise KnowledgeError(f"{unknown[0]} in the knowledge folder is not a table we know")
    return {SITE + path.name: _text(path) for path in found}


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8-sig")  # spreadsheets put a byte order mark before the text
    except (UnicodeDecodeError, OSError):
        raise KnowledgeError(f"{SITE}{path.name}: it cannot be read as UTF-8 text") from None
