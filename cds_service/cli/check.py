"""`check REQUEST.json`: a captured hook request, judged whole and then answered the way the service would.

Nothing of it is kept: the call is recorded in a store of its own that is gone when the command ends.
"""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn

import click
import orjson

from cds_service.cards.dialects import DIALECTS
from cds_service.errors import InvalidRequest
from cds_service.hooks import HOOKS
from cds_service.hooks.faults import Fault, faults_of
from cds_service.settings import Settings

if TYPE_CHECKING:
    from cds_service.rooms import Rooms, Service

_WIDTH = 100


@click.command("check")
@click.argument("request_file", metavar="REQUEST.json", type=click.File("rb"))
@click.option("--service", "asked", help="Service id to ask. Default: the first that answers the request's hook.")
@click.option("--dialect", type=click.Choice(sorted(DIALECTS)), default="standard", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the response, or the faults, as JSON.")
def command(request_file: BinaryIO, asked: str | None, dialect: str, as_json: bool) -> None:
    """Say everything that is wrong with the hook request in REQUEST.json (- for stdin), or print the cards it gets.

    Exit status 1: the request is not valid, or no service here answers its hook. Nothing is kept.
    """
    from cds_service.answer import answer
    from cds_service.fhir.tenant import LOCAL
    from cds_service.hooks import parse_request
    from cds_service.replay.asking import rooms_for_once

    raw = request_file.read()
    body = _object(raw, as_json)
    with rooms_for_once(Settings.from_env()) as rooms:
        service = _service(rooms, body, asked)
        faults = faults_of(body, service.hooks if service else HOOKS)
        if service is None and not faults:
            faults = [Fault("hook", f"the request is sound, but no service here answers {body['hook']}")]
        if faults or service is None:
            _refuse(faults, as_json)
        request = parse_request(body, service.hooks)
        tenant = replace(LOCAL, dialect=dialect)
        response = answer(rooms, service.id, request, tenant, hashlib.sha256(raw).hexdigest()).body
    if as_json:
        click.echo(orjson.dumps(response, option=orjson.OPT_INDENT_2).decode())
    else:
        _print(service.id, body["hook"], response)


def _object(raw: bytes, as_json: bool) -> dict[str, Any]:
    from cds_service.web.edge.strict_json import parse_object

    try:
        return parse_object(raw)
    except InvalidRequest as fault:
        _refuse([Fault(fault.where, str(fault))], as_json)


def _service(rooms: Rooms, body: Mapping[str, Any], asked: str | None) -> Service | None:
    """The service that was asked for, or the first that answers the body's hook; None when there is none."""
    if asked is None:
        return next((one for one in rooms.services.values() if body.get("hook") in one.hooks), None)
    if asked not in rooms.services:
        raise click.UsageError(f"no service {asked}; there are {', '.join(rooms.services)}")
    return rooms.services[asked]


def _refuse(faults: Sequence[Fault], as_json: bool) -> NoReturn:
    """The faults on stdout, as they are what was asked for; exit status 1."""
    if as_json:
        listed = [{"path": fault.where, "said": fault.said} for fault in faults]
        click.echo(orjson.dumps({"faults": listed}, option=orjson.OPT_INDENT_2).decode())
    else:
        click.secho(f"Not valid: {len(faults)} {'fault' if len(faults) == 1 else 'faults'}", bold=True)
        for fault in faults:
            click.echo(f"    {fault.where or '(the body)'}: {fault.said}")
    raise click.exceptions.Exit(1)


def _print(service: str, hook: str, response: Mapping[str, Any]) -> None:
    cards = response["cards"]
    click.echo(f"Valid. {service} answers {hook} with {len(cards) or 'no'} {'card' if len(cards) == 1 else 'cards'}.")
    for card in cards:
        click.echo()
        click.secho(f"{card['indicator'].upper()}  {card['summary']}", bold=True)
        for line in card.get("detail", "").splitlines():
            click.echo(textwrap.fill(line, _WIDTH, initial_indent="    ", subsequent_indent="    "))
        for suggestion in card.get("suggestions", ()):
            click.echo(f"    -> {suggestion['label']}{' (recommended)' if suggestion.get('isRecommended') else ''}")
        click.echo(f"    source: {card['source']['label']}")
    assessment = response["extension"]["org.countersign.assessment"]
    click.echo()
    for note in assessment.get("not_assessed", ()):
        click.echo(f"not assessed: {note['topic']}  {note.get('subject', '')}  {note['reason']}")
    click.echo(f"knowledge {assessment['knowledge']}")
