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
from cds_service.errors import InvalidRequest, PrefetchFailed
from cds_service.hooks import HOOKS
from cds_service.hooks.faults import Fault, faults_of
from cds_service.settings import Settings

if TYPE_CHECKING:
    from cds_service.fhir.tenant import Tenant
    from cds_service.rooms import Rooms, Service

ASSESSMENT = "org.countersign.assessment"
_WIDTH = 100


@click.command("check")
@click.argument("request_file", metavar="REQUEST.json", type=click.File("rb"))
@click.option("--service", "asked", help="Service id to ask. Default: every one that answers the request's hook.")
@click.option("--dialect", type=click.Choice(sorted(DIALECTS)), default="standard", show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the response, or the faults, as JSON; of several, one.")
def command(request_file: BinaryIO, asked: str | None, dialect: str, as_json: bool) -> None:
    """Say everything that is wrong with the hook request in REQUEST.json (- for stdin), or print the cards it gets.

    A service that needs data which the request does not bring is named with what it needs. Exit status 1: the request
    is not valid, or no service here answers it. Nothing is kept.
    """
    from cds_service.fhir.tenant import LOCAL
    from cds_service.replay.asking import rooms_for_once

    raw = request_file.read()
    body = _object(raw, as_json)
    with rooms_for_once(Settings.from_env()) as rooms:
        services = _services(rooms, body, asked)
        faults = faults_of(body, services[0].hooks if services else HOOKS)
        if not services and not faults:
            faults = [Fault("hook", f"the request is sound, but no service here answers {body['hook']}")]
        if faults:
            _refuse(faults, as_json)
        replies, refused = _asked(rooms, services, body, replace(LOCAL, dialect=dialect), raw)
    if not replies:
        _refuse([Fault("prefetch", f"{service}: {why}") for service, why in refused.items()], as_json)
    if as_json:
        click.echo(orjson.dumps(_joined(list(replies.values())), option=orjson.OPT_INDENT_2).decode())
        return
    for service, response in replies.items():
        _print(service, body["hook"], response)
    for service, why in refused.items():
        click.echo(f"\n{service} was not asked: {why}")


def _asked(
    rooms: Rooms, services: Sequence[Service], body: Mapping[str, Any], tenant: Tenant, raw: bytes
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The response of each service by its id; and why others could not answer."""
    from cds_service.answer import answer
    from cds_service.hooks import parse_request

    replies: dict[str, dict[str, Any]] = {}
    refused: dict[str, str] = {}
    for service in services:
        digest = hashlib.sha256(service.id.encode() + raw).hexdigest()
        try:
            replies[service.id] = answer(rooms, service.id, parse_request(body, service.hooks), tenant, digest).body
        except PrefetchFailed as lacking:
            refused[service.id] = str(lacking)
    return replies, refused


def _joined(responses: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One response that holds the cards of all, and everything that any of them did not assess."""
    first = dict(responses[0])
    if len(responses) == 1:
        return first
    missing = [note for one in responses for note in one["extension"][ASSESSMENT].get("not_assessed", ())]
    assessment = {**first["extension"][ASSESSMENT], "not_assessed": missing}
    cards = [card for one in responses for card in one["cards"]]
    return {**first, "cards": cards, "extension": {**first["extension"], ASSESSMENT: assessment}}


def _object(raw: bytes, as_json: bool) -> dict[str, Any]:
    from cds_service.web.edge.strict_json import parse_object

    try:
        return parse_object(raw)
    except InvalidRequest as fault:
        _refuse([Fault(fault.where, str(fault))], as_json)


def _services(rooms: Rooms, body: Mapping[str, Any], asked: str | None) -> list[Service]:
    """The service that was asked for, or every one that answers the body's hook; views say nothing of their own."""
    if asked is None:
        return [one for one in rooms.services.values() if body.get("hook") in one.hooks and one.id == one.base]
    if asked not in rooms.services:
        raise click.UsageError(f"no service {asked}; there are {', '.join(rooms.services)}")
    return [rooms.services[asked]]


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
    assessment = response["extension"][ASSESSMENT]
    click.echo()
    for note in assessment.get("not_assessed", ()):
        click.echo(f"not assessed: {note['topic']}  {note.get('subject', '')}  {note['reason']}")
    click.echo(f"knowledge {assessment['knowledge']}")
