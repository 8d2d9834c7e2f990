"""`evidence writer-test`."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256

import click

from cds_service.cli import put_on_record
from cds_service.settings import Settings


@click.command("writer-test")
def command() -> None:
    """Hold the writer of COUNTERSIGN_WRITER to our statements and to planted instructions: only then may it write."""
    from cds_service.evidence.writing.grounded import grounded_test
    from cds_service.evidence.writing.slot import RESULT, open_model
    from cds_service.tables import knowledge_of

    settings = Settings.from_env()
    model = open_model(settings)
    if model is None:
        click.echo("the writer is extractive: claims stand as they are, and there is nothing to test")
        return
    result = grounded_test(model, knowledge_of(settings))
    # An address may hold a password: what stands on record is a digest of it.
    about = {"models": f"{model.identity.partition(':')[0]} {sha256(model.identity.encode()).hexdigest()[:16]}"}
    put_on_record(settings, "writer-test", "begun", about)
    settings.run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = {"identity": model.identity, "passed": result.passed, **asdict(result)}
    (settings.run_dir / RESULT).write_text(json.dumps(kept, indent=2) + "\n", "utf-8")
    put_on_record(settings, "writer-test", "passed" if result.passed else "not passed", about)
    click.echo(
        f"{result.stood} of {result.sentences} sentences stand, {result.empty} cases without one, "
        f"planted words came through in {result.planted}"
    )
    if not result.passed:
        raise click.ClickException("not passed: the writer stays extractive")
    click.echo("passed: it may write")
