"""Imported drug names, from the database to a file that every worker reads at its start.

Rules need no database: a worker that starts during an outage has the names that were imported before.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from cds_service.errors import KnowledgeError, StoreUnavailable
from cds_service.knowledge.imported import COLUMNS
from cds_service.knowledge.imported import TABLE as NAMES
from cds_service.settings import Settings
from cds_service.store.corpus.imported import Imported
from cds_service.store.engine.database import is_missing, open_database


def open_imported(settings: Settings) -> Imported:
    """What was imported; opens no connection yet. The caller closes it."""
    return Imported(open_database(settings.database_url))


def imported_tables(settings: Settings) -> dict[str, str]:
    """`{file name: text}` of the names as they were last written out; nothing while none were imported."""
    file = _folder(settings) / NAMES
    if not file.exists():
        return {}
    try:
        return {NAMES: file.read_text("utf-8")}
    except (UnicodeDecodeError, OSError):
        raise KnowledgeError(f"{NAMES}: it cannot be read; `knowledge import rxnorm` writes it anew") from None


def refresh_names(settings: Settings) -> bool:
    """Write the names out when the database holds others; True when it did.

    For the start of the service: another host may have imported them. During an outage the old file stays.
    """
    if is_missing(settings.database_url):
        return False
    imported = open_imported(settings)
    try:
        return write_names(settings, imported)
    except StoreUnavailable:
        return False
    finally:
        imported.close()


def write_names(settings: Settings, imported: Imported) -> bool:
    """The file anew, unless it is up to date."""
    state, folder = imported.names_state(), _folder(settings)
    mark = folder / "state"
    if not state or (mark.exists() and mark.read_text("utf-8") == state and (folder / NAMES).exists()):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    mark.unlink(missing_ok=True)
    _replace(folder / NAMES, _text(imported))
    _replace(mark, state)
    return True


def _text(imported: Imported) -> str:
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    for row in imported.names():
        writer.writerow({**row, "synonyms": _joined(row["synonyms"]), "ingredients": "|".join(row["ingredients"])})
    return written.getvalue()


def _joined(names: list[str]) -> str:
    return "|".join(name for name in names if "|" not in name)


def _replace(path: Path, text: str) -> None:
    part = path.with_suffix(".part")
    part.write_text(text, "utf-8")
    part.replace(path)


def _folder(settings: Settings) -> Path:
    return settings.run_dir / "names"
