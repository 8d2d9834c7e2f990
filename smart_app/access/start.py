"""What must not be true of the place in which the app starts."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sqlalchemy import make_url

from cds_service.errors import SettingsError
from cds_service.settings import Settings


def check_place(settings: Settings) -> None:
    """SettingsError names what is unsafe: Flask's debugger runs what a visitor types; a database that all may read."""
    if os.environ.get("FLASK_DEBUG", "").lower() not in ("", "0", "false", "no"):
        raise SettingsError("FLASK_DEBUG is on; the app does not start with a debugger that visitors can reach")
    for url in (settings.database_url, settings.replay_database_url):
        file = make_url(url).database if url.startswith("sqlite") else None
        if file and Path(file).exists() and Path(file).stat().st_mode & stat.S_IRWXO:
            raise SettingsError(f"{Path(file).name} can be read by every user of this machine; chmod 600 it")
