"""The command line: `python -m cds_service COMMAND`. Commands live in cds_service/cli, one file each."""

from __future__ import annotations

import errno

import click

from cds_service.cli import commands
from cds_service.errors import CountersignError


class _SaysWhatIsWrong(click.Group):
    """Errors of our own tree end a command with their text, not with a stack trace; a file or folder that cannot be
    read or written likewise, and a full disk."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except CountersignError as error:
            where = getattr(error, "where", "")
            raise click.ClickException(f"{where}: {error}" if where else str(error)) from error
        except OSError as error:
            if error.filename is None and error.errno != errno.ENOSPC:
                raise
            where = f"{error.filename}: " if error.filename is not None else ""
            raise click.ClickException(f"{where}{error.strerror}") from error


@click.group(cls=_SaysWhatIsWrong, commands=commands(), context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Countersign: decision support at the moment an order is written."""


if __name__ == "__main__":
    main(prog_name="python -m cds_service")
