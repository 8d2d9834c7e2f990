"""The command line: `python -m smart_app` starts the SMART app under gunicorn.

A wrong setting or a database that is behind ends it with one sentence, before any worker starts.
"""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit

import click

from cds_service.errors import CountersignError
from cds_service.settings import Settings

# One process: an open view lies in the database, what a worker holds in memory is only a cache.
GUNICORN = (
    *("--worker-class", "gthread", "--threads", "8", "--no-control-socket", "--log-level", "warning"),
    *("--limit-request-line", "8190"),  # launch handles and codes are long
)


@click.command()
@click.option("--bind", metavar="ADDRESS:PORT", help="Where to listen. Default: as COUNTERSIGN_APP_URL, on loopback.")
@click.option("--workers", type=click.IntRange(min=1), default=1, show_default=True)
def main(bind: str | None, workers: int) -> None:
    """Start the SMART app, with the settings of the CDS service."""
    from cds_service.store import Keyring, check_revision

    try:
        settings = Settings.from_env()
        Keyring.load(settings)
        check_revision(settings)
    except CountersignError as error:
        raise click.ClickException(str(error)) from error
    where = bind or _own_address(settings)
    command = ["--bind", where, "--workers", str(workers), *GUNICORN, "smart_app:create_app()"]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *command])  # noqa: S606  our own interpreter


def _own_address(settings: Settings) -> str:
    """Where the browser looks for the app, while that is this machine; behind a proxy it has to be said."""
    parts = urlsplit(settings.app_url)
    if not settings.loopback or parts.scheme != "http" or not parts.port:
        raise click.UsageError("give --bind ADDRESS:PORT: the app's URL is not an address of this machine")
    return parts.netloc


if __name__ == "__main__":
    main(prog_name="python -m smart_app")
