"""`clients test`: is a registration right? Keys, FHIR server, authorization server, and a signed call of our own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from cds_service.cli import opened_store
from cds_service.cli.clients.keys import readable_key
from cds_service.settings import Settings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
LIFETIME = 60  # seconds
NO_ANSWER = "does not answer (COUNTERSIGN_PUBLIC_URL, or COUNTERSIGN_BIND on loopback, says where the service is)"
Step = tuple[str, Callable[[], str]]


class Failed(Exception):
    """What a step found wrong, in words for whoever registers."""


@click.command("test")
@click.argument("tenant")
@click.option("--private-key", type=_FILE, help="The client's own private key (PEM or JWK): signs a call.")
@click.option("--service", default="medication-safety", show_default=True, help="Service that is called with it.")
def trial(tenant: str, private_key: Path | None, service: str) -> None:
    """Try TENANT's registrations for real; exit status 1 when a step fails.

    Key sets are fetched, FHIR servers asked for their metadata, our Backend Services access is requested; with
    --private-key the running service is called with a token signed by it, and then with that same token again.
    """
    settings = Settings.from_env()
    with opened_store(settings) as store:
        clients = [one for one in store.registrations.cds_clients() if one.tenant == tenant]
        backends = [one for one in store.registrations.backend_clients() if one.tenant == tenant]
        if not clients and not backends:
            raise click.UsageError(f"nothing is registered for tenant {tenant}")
        steps = [
            *(step for client in clients for step in _client_steps(client, settings)),
            *(step for one in backends for step in _backend_steps(one, store, settings)),
            *(_call_steps(clients, private_key, service, settings) if private_key else ()),
        ]
        failed = sum(not _taken(*step) for step in steps)
    if failed:
        raise click.ClickException(f"{failed} of {len(steps)} steps failed")
    click.echo(f"All {len(steps)} steps passed.")


def _taken(name: str, step: Callable[[], str]) -> bool:
    from cds_service.errors import CountersignError

    try:
        click.echo(f"ok    {name}: {step()}")
    except (Failed, CountersignError) as error:
        click.echo(f"FAIL  {name}: {error}")
        return False
    return True


def _client_steps(client: Any, settings: Settings) -> Iterator[Step]:
    yield f"keys of {client.issuer}", lambda: _keys(client, settings)
    for base in client.fhir_bases:
        yield f"FHIR server {base}", lambda base=base: _metadata(base, settings)  # type: ignore[misc]


def _keys(client: Any, settings: Settings) -> str:
    from cds_service.web.auth.key_fetch import fetch_key_set
    from cds_service.web.auth.key_sets import KeySet

    keys = (
        KeySet(client.jwks)
        if client.jwks is not None
        else fetch_key_set(client.jwks_url, allow_loopback=settings.loopback)[0]
    )
    if not len(keys):
        raise Failed("no usable ES384 or RS384 key with a kid")
    where = "registered" if client.jwks is not None else "fetched"
    return f"{len(keys)} usable, {where}; {', '.join(client.algorithms)} accepted"


def _metadata(base: str, settings: Settings) -> str:
    from cds_service.fhir.exchange import Exchange

    found = Exchange().document(f"{base.rstrip('/')}/metadata", settings.private_networks)
    version = found.get("fhirVersion")
    if found.get("resourceType") != "CapabilityStatement":
        raise Failed("it answers, but not with a CapabilityStatement")
    if not str(version).startswith("4.0"):
        raise Failed(f"FHIR {version}; R4 (4.0.1) is needed")
    return f"FHIR {version}"


def _backend_steps(client: Any, store: Any, settings: Settings) -> Iterator[Step]:
    from cds_service.fhir.backend_services import BackendServices

    services = BackendServices(store.own_keys, lambda: datetime.now(UTC), settings.private_networks)
    yield f"Backend Services at {client.token_url}", lambda: f"granted {' '.join(services.access(client).scopes)}"


def _call_steps(clients: list[Any], private_key: Path, service: str, settings: Settings) -> Iterator[Step]:
    key = readable_key(private_key)
    for client in clients:
        url = f"{settings.public_url}/cds-services/{service}"
        token: list[str] = []

        def first(client: Any = client, url: str = url, token: list[str] = token) -> str:
            token.append(_signed(client, key, url))
            status = _called(url, token[0])
            if status != 200:
                raise Failed(f"the service answered {status}; its log says why" if status else f"{url} {NO_ANSWER}")
            return "answered 200"

        def again(url: str = url, token: list[str] = token) -> str:
            status = _called(url, token[0]) if token else None
            if status != 401:
                raise Failed("a token that was used is not refused" if status else "not tried, as nothing answered")
            return "refused with 401"

        yield f"a call signed as {client.issuer}", first
        yield "the same token once more", again


def _signed(client: Any, key: dict[str, Any], url: str) -> str:
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, RSAKey

    algorithm = "RS384" if key.get("kty") == "RSA" else "ES384"
    if algorithm not in client.algorithms:
        raise Failed(f"the key must be for one of {', '.join(client.algorithms)}")
    now = int(datetime.now(UTC).timestamp())
    life = min(LIFETIME, client.max_lifetime)
    claims = {"iss": client.issuer, "aud": url, "iat": now, "exp": now + life, "jti": str(uuid.uuid4())}
    header = {"alg": algorithm, "kid": _key_id(client, key), "typ": "JWT"}
    try:
        private = (RSAKey if algorithm == "RS384" else ECKey).import_key(key)
        return jwt.encode(header, {**claims, "tenant": client.tenant}, private, algorithms=[algorithm])
    except (JoseError, ValueError, TypeError):
        raise Failed("the private key cannot be read") from None


def _key_id(client: Any, key: dict[str, Any]) -> str:
    """The kid that the registered set gives this key, as a PEM carries none; else its own."""
    public = {name: key.get(name) for name in ("kty", "n", "e", "crv", "x", "y")}
    for one in client.jwks["keys"] if client.jwks else ():
        if {name: one.get(name) for name in public} == public and one.get("kid"):
            return str(one["kid"])
    return str(key["kid"])


def _called(url: str, token: str) -> int | None:
    """The status of an order-sign about nobody; None when nothing answers."""
    import httpx

    body = {
        "hook": "order-sign",
        "hookInstance": str(uuid.uuid4()),
        "context": {
            "userId": "Practitioner/registration-test",
            "patientId": "registration-test",
            "draftOrders": {"resourceType": "Bundle", "type": "collection", "entry": []},
        },
    }
    try:
        with httpx.Client(trust_env=False, timeout=10) as http:
            return http.post(url, json=body, headers={"Authorization": f"Bearer {token}"}).status_code
    except httpx.HTTPError:
        return None
