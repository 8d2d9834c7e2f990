"""`settings`: every environment variable, what it is now, and what it means. Made from the table that is read."""

from __future__ import annotations

import click
from sqlalchemy.engine import make_url

from cds_service.settings import PREFIX, VARIABLES, Settings


@click.command("settings")
def command() -> None:
    """Print every setting: the variable, its value here, what it means. Passwords and keys are not shown."""
    settings = Settings.from_env()
    for name, (_, meaning) in VARIABLES.items():
        click.echo(f"{PREFIX}{name.upper()}")
        click.echo(f"    {_shown(name, getattr(settings, name)) or '(not set)'}")
        click.echo(click.wrap_text(meaning, 100, "    ", "    "))


def _shown(name: str, value: object) -> str:
    if value is None:
        return ""
    if name.endswith("database_url"):
        return make_url(str(value)).render_as_string(hide_password=True)
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
