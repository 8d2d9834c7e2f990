"""Sign-in of staff who open no chart: OpenID Connect with the authorization code grant and PKCE S256.

Specification: OpenID Connect Core 1.0 section 3.1, Discovery 1.0 section 4; RFC 9700 section 2.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cds_service.settings import is_loopback
from cds_service.store import SmartClient
from smart_app.outbound import Unreachable, get_json
from smart_app.refusals import LaunchRefused
from smart_app.smart import id_token
from smart_app.smart.client import no_token, session_of, token_errors
from smart_app.smart.discovery import ASK_YOUR_SITE, DEADLINE_S, SmartConfiguration
from smart_app.smart.oauth import Secrets

SCOPE = "openid"


def fetch_provider(issuer: str) -> SmartConfiguration:
    """Read `{issuer}/.well-known/openid-configuration`; LaunchRefused when it cannot be had or is not safe to use."""
    try:
        document = get_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration", seconds=DEADLINE_S)
    except Unreachable as error:
        raise LaunchRefused(
            f"openid-configuration-{error}",
            "The sign-in service of your organisation did not answer.",
            "Try again in a moment; if it stays so, tell whoever looks after this app at your site.",
            status=502,
        ) from error
    return parse_provider(issuer, document)


def parse_provider(issuer: str, document: Mapping[str, Any]) -> SmartConfiguration:
    """Check a provider's document. Its endpoints may stand on other hosts, but never in clear outside this machine."""
    if document.get("issuer") != issuer:
        raise _unusable("issuer", "names itself otherwise than this app was told")
    methods = document.get("code_challenge_methods_supported")
    if isinstance(methods, list) and "S256" not in methods:  # several providers take S256 and do not list it
        raise _unusable("no-s256", "does not offer PKCE with S256")
    listed = document.get("token_endpoint_auth_methods_supported")
    return SmartConfiguration(
        iss=issuer,
        issuer=issuer,
        authorization_endpoint=_endpoint(document, "authorization_endpoint"),
        token_endpoint=_endpoint(document, "token_endpoint"),
        jwks_uri=_endpoint(document, "jwks_uri"),
        revocation_endpoint=None,
        token_auth_methods=tuple(map(str, listed)) if isinstance(listed, list) else None,
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def sign_in_url(client: SmartClient, provider: SmartConfiguration, secrets: Secrets, redirect_uri: str) -> str:
    """Where the browser goes to sign in."""
    with session_of(client, provider, redirect_uri) as session:
        url, _ = session.create_authorization_url(
            provider.authorization_endpoint,
            state=secrets.state,
            code_verifier=secrets.verifier,
            nonce=secrets.nonce,
            scope=SCOPE,
        )
    return str(url)


def person_of(
    client: SmartClient, provider: SmartConfiguration, secrets: Secrets, *, code: str, redirect_uri: str, now: float
) -> str:
    """Trade the code and check the id_token that comes with it -> the person, `issuer#subject`.

    The access token is not kept: nothing is read with it. LaunchRefused names what is wrong.
    """
    with session_of(client, provider, redirect_uri) as session, token_errors():
        response = session.fetch_token(
            provider.token_endpoint, grant_type="authorization_code", code=code, code_verifier=secrets.verifier
        )
    token = response.get("id_token")
    if not isinstance(token, str):
        raise no_token("no-id-token")
    claims = id_token.verified_claims(token, provider, client_id=client.client_id, nonce=secrets.nonce, now=now)
    return f"{provider.iss}#{claims['sub']}"


def _endpoint(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    parts = urlsplit(value) if isinstance(value, str) else urlsplit("")
    in_clear = parts.scheme == "http" and is_loopback(parts.hostname or "")
    if not parts.hostname or parts.username or parts.fragment or not (parts.scheme == "https" or in_clear):
        raise _unusable(f"bad-{name.replace('_', '-')}", f"publishes no usable {name}")
    return str(value)


def _unusable(reason: str, words: str) -> LaunchRefused:
    return LaunchRefused(
        f"openid-{reason}", f"The sign-in service {words}, so signing in would not be safe.", ASK_YOUR_SITE
    )
