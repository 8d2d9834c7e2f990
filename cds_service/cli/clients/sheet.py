"""`clients sheet`: everything that an EHR analyst has to type in, on one page."""

from __future__ import annotations

from collections.abc import Iterator

import click

from cds_service.cli import opened_store
from cds_service.cli.clients.backend import key_set_url
from cds_service.fhir.tenant import Tenant
from cds_service.settings import Settings


@click.command("sheet")
@click.argument("tenant")
def sheet(tenant: str) -> None:
    """Print what the analyst of TENANT's EHR types in: URLs, prefetch, scopes, launch URLs, keys."""
    settings = Settings.from_env()
    with opened_store(settings) as store:
        mine = [one for one in store.registrations.cds_clients() if one.tenant == tenant]
        apps = [one for one in store.registrations.smart_clients() if one.tenant == tenant]
        backends = [one for one in store.registrations.backend_clients() if one.tenant == tenant]
        used = Tenant(tenant, "", modes={one.service: one.mode for one in store.modes.all() if one.tenant == tenant})
    if not mine and not apps and not backends:
        raise click.UsageError(f"nothing is registered for tenant {tenant}: clients add --tenant {tenant} ...")
    for line in (*_services(settings, used), *_tokens(settings, mine), *_fhir(mine), *_apps(settings, apps)):
        click.echo(line)
    for line in (*_backend(settings, backends), *_dialects(mine), *_reviewed(settings)):
        click.echo(line)


def _services(settings: Settings, tenant: Tenant) -> Iterator[str]:
    from cds_service.fhir.prefetch import PREFETCH_TEMPLATES
    from cds_service.rooms import offered_services
    from cds_service.tables import knowledge_of
    from cds_service.views import views_of

    offered = offered_services(knowledge_of(settings), views=views_of(settings)).values()
    services = [service for service in offered if tenant.mode(service.id) != "off"]
    yield from ("CDS HOOKS", f"  Discovery            {settings.public_url}/cds-services")
    for service in services:
        url = f"{settings.public_url}/cds-services/{service.id}"
        yield from ("", f"  {service.title}", f"    Service URL        {url}", f"    Feedback URL       {url}/feedback")
        yield f"    Hooks              {', '.join(service.hooks)}"
        yield f"    Prefetch keys      {', '.join(service.prefetch_keys)}"
        if tenant.mode(service.id) == "silent":
            yield "    Mode               silent: calls are answered without cards, which we keep"
        if service.required:
            yield f"    Cannot do without  {', '.join(service.required)}"
    keys = dict.fromkeys(key for service in services for key in service.prefetch_keys)
    yield from ("", "PREFETCH (the keys are a contract: spell them so)")
    yield from (f"  {key:<14} {PREFETCH_TEMPLATES[key]}" for key in keys)


def _tokens(settings: Settings, clients: list) -> Iterator[str]:  # type: ignore[type-arg]
    yield from ("", "SIGNED CALLS (Authorization: Bearer, a JWT of its own for each call)")
    yield f"  aud                  the URL that is called, as above, under {settings.public_url}"
    yield "  header               alg, kid, typ = JWT"
    yield "  claims               iss, aud, iat, exp, jti (new each time), tenant where one issuer signs for several"
    for client in clients:
        keys = ", ".join(str(key.get("kid")) for key in client.jwks["keys"]) if client.jwks else client.jwks_url
        yield f"  iss                  {client.issuer}"
        yield f"    keys               {keys}"
        yield f"    algorithms         {', '.join(client.algorithms)}; at most {client.max_lifetime} s from iat to exp"


def _fhir(clients: list) -> Iterator[str]:  # type: ignore[type-arg]
    from cds_service.fhir.prefetch import PREFETCH_TEMPLATES

    bases = dict.fromkeys(base for client in clients for base in client.fhir_bases)
    kinds = dict.fromkeys(template.partition("?")[0].partition("/")[0] for template in PREFETCH_TEMPLATES.values())
    yield from ("", "FHIR ACCESS DURING A CALL (fhirServer and fhirAuthorization; optional, completes the prefetch)")
    yield f"  fhirServer           {', '.join(bases) or 'none registered: calls are answered from prefetch alone'}"
    subjects = dict.fromkeys(client.service_client_id or "(not told to us)" for client in clients)
    yield f"  subject              {', '.join(subjects)}"
    yield f"  scopes               {' '.join(f'patient/{kind}.rs' for kind in (*kinds, 'Medication'))}"


def _apps(settings: Settings, apps: list) -> Iterator[str]:  # type: ignore[type-arg]
    yield from ("", "SMART APP (the evidence behind a card)")
    yield f"  Launch URL           {settings.app_url}/launch"
    yield f"  Redirect URL         {settings.app_url}/callback"
    for app in apps:
        proof = "private_key_jwt" if app.private_jwk else "client secret" if app.secret else "public client, PKCE"
        yield f"  {app.issuer}"
        yield f"    client id          {app.client_id} ({proof})"
        yield f"    scopes             {' '.join(app.scopes)}"
        if app.auth_origins:
            yield f"    signs in at        {', '.join(app.auth_origins)} as well as on its own origin"
    if not apps:
        yield "  not registered yet: clients add-app"


def _backend(settings: Settings, backends: list) -> Iterator[str]:  # type: ignore[type-arg]
    yield from ("", "BACKEND SERVICES (note bodies, read between calls)")
    yield f"  Our key set          {key_set_url(settings)}"
    for one in backends:
        yield f"  {one.fhir_base}"
        yield f"    client id          {one.client_id}, signed with {one.algorithm} at {one.token_url}"
        yield f"    scopes             {' '.join(one.scopes)}"
    if not backends:
        yield "  not registered yet: clients add-backend"


def _dialects(clients: list) -> Iterator[str]:  # type: ignore[type-arg]
    from cds_service.cards.dialects import DIALECTS

    for name in dict.fromkeys(client.dialect for client in clients):
        yield from ("", f"DIALECT {name}")
        yield from (f"  not documented in public: {one}" for one in DIALECTS[name].undocumented)


def _reviewed(settings: Settings) -> Iterator[str]:
    from cds_service.tables import knowledge_of

    knowledge = knowledge_of(settings)
    count = knowledge.silent or knowledge.unreviewed
    said = "are silent until this site has reviewed them" if knowledge.silent else "speak here, as we run on loopback"
    yield from ("", "REVIEW", f"  {count} rows of knowledge {knowledge.version} are unreviewed; they {said}.")
