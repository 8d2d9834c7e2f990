"""`serve`: start the CDS service under gunicorn.

What would stop the workers is looked at first, so that a wrong start ends with one sentence. Then this process becomes
gunicorn: whoever signals it signals the server, and nothing is left behind.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import click

from cds_service.settings import PREFIX, Settings


@click.command("serve")
@click.option("--bind", metavar="ADDRESS:PORT", help=f"Where to listen; otherwise {PREFIX}BIND, then 127.0.0.1:8000.")
def command(bind: str | None) -> None:
    """Start the CDS service."""
    from cds_service.store import Keyring, check_revision
    from cds_service.tables import knowledge_of
    from cds_service.tables.imported import refresh_names

    if bind:
        os.environ[PREFIX + "BIND"] = bind  # the workers read the settings again
    settings = Settings.from_env()
    Keyring.load(settings)
    check_revision(settings)
    refresh_names(settings)  # another host may have imported them
    knowledge_of(settings)  # a row that is not usable is named here, once, and not by every worker
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(
        _empty_folder(settings.run_dir / "metrics" / settings.bind.rpartition(":")[2])
    )
    config = "python:cds_service.gunicorn_config"
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", config, "--bind", settings.bind]
    sys.stdout.flush()
    os.execv(sys.executable, gunicorn)  # noqa: S606  our own interpreter, arguments of ours


def _empty_folder(folder: Path) -> Path:
    """Figures of an earlier run would be added to ours."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    return folder
