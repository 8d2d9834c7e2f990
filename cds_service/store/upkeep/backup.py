"""A copy of the main SQLite database while the service writes to it. PostgreSQL brings its own tools."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from cds_service.errors import SettingsError, StoreUnavailable
from cds_service.settings import Settings
from cds_service.store.engine.database import is_missing
from cds_service.store.engine.engines import parse

PAGES = 256  # copied at once; writers come in between


def back_up(settings: Settings, target: Path) -> None:
    """Write a whole, consistent copy into a new file (mode 0600), on disk when this returns.

    SettingsError: the database is not SQLite, or the file is there already. StoreUnavailable: it cannot be read.
    """
    url = parse(settings.database_url)
    if url.get_backend_name() != "sqlite":
        raise SettingsError("this database is PostgreSQL; type: pg_dump --format=custom --file=FILE DATABASE")
    if is_missing(settings.database_url):
        raise StoreUnavailable("the database is not there")
    try:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise SettingsError(f"{target.name} is there already") from error
    try:
        source = f"file:{quote(str(Path(str(url.database)).absolute()))}?mode=ro"
        with closing(sqlite3.connect(source, uri=True)) as reading, closing(sqlite3.connect(target)) as writing:
            reading.backup(writing, pages=PAGES)
        os.fsync(descriptor)
    except (sqlite3.Error, OSError) as error:
        target.unlink()
        raise StoreUnavailable("the copy could not be made; nothing was left behind") from error
    finally:
        os.close(descriptor)
