"""What export commands share: the period they are asked for, and a file that only its owner can read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import click


class Instant(click.ParamType):
    """A date (midnight UTC) or a time with its zone."""

    name = "date or time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            at = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date such as 2026-11-01 or a time such as 2026-11-01T08:00:00Z", param, ctx)
        if len(str(value)) > len("2026-11-01") and at.tzinfo is None:
            self.fail("a time needs its zone", param, ctx)
        return at if at.tzinfo else at.replace(tzinfo=UTC)


def period_options(function: Callable[..., Any]) -> Callable[..., Any]:
    upto = click.option("--to", "end", type=Instant(), required=True, help="End of the period, not included.")
    since = click.option("--from", "start", type=Instant(), required=True, help="Start of the period, included.")
    return since(upto(function))


output_option = click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="File to make (mode 0600); otherwise stdout."
)


@contextmanager
def written_to(output: Path | None) -> Iterator[TextIO]:
    """Exports hold patient data: a file is for its owner alone, and none is overwritten."""
    if output is None:
        yield sys.stdout
        return
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise click.UsageError(f"{output.name} is there already") from error
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        yield file
