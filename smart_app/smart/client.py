"""How the app proves itself to an authorization server, and what may go wrong in a call to it.

Specification: SMART App Launch 2.2.0, client-confidential-asymmetric and -symmetric; RFC 6749, 7523.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Iterator
from typing import Any

import orjson
import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwk

from cds_service.store import SmartClient
from smart_app.outbound import Unreachable, guarded, without_mark
from smart_app.refusals import REOPEN, LaunchRefused
from smart_app.smart import scopes
from smart_app.smart.discovery import ASK_YOUR_SITE, SmartConfiguration

DEADLINE_S = 5.0
_ASSERTION_LIFETIME_S = 240  # SMART allows at most 300
_FRACTION = re.compile(r"[0-9]{1,9}\.[0-9]{1,9}")
_RFC6749_ERRORS = frozenset(
    {
        "invalid_request",
        "invalid_client",
        "invalid_grant",
        "unauthorized_client",
        "unsupported_grant_type",
        "invalid_scope",
    }
)
# A launch that is tried again meets these again: the client id, its proof or its scopes are not what the server knows.
_OF_THE_REGISTRATION = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"})


@contextlib.contextmanager
def token_errors() -> Iterator[None]:
    """What may go wrong in a token call, as a refusal with a reason code of ours."""
    try:
        yield
    except Unreachable as error:
        raise no_token(f"token-{error}", status=502) from error
    except AuthlibBaseError as error:
        known = error.error if error.error in _RFC6749_ERRORS else "other"
        raise no_token(
            f"token-error-{known}", advice=ASK_YOUR_SITE if known in _OF_THE_REGISTRATION else REOPEN
        ) from error
    except (requests.RequestException, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise no_token("token-unreadable", status=502) from error


def asked_scopes(client: SmartClient, *, standalone: bool = False) -> str:
    """The scopes registered for this client, or those that all pages work with; standalone asks for the patient."""
    asked = " ".join(client.scopes) or scopes.ASKED
    return scopes.standalone(asked) if standalone else asked


def session_of(client: SmartClient, configuration: SmartConfiguration, redirect_uri: str | None) -> OAuth2Session:
    method, credential = _client_authentication(client)
    offered = configuration.token_auth_methods
    if offered is not None and method != "none" and method not in offered:
        raise LaunchRefused(
            "token-auth-method", "The EHR's server does not accept this app's way of proving itself.", ASK_YOUR_SITE
        )
    session = OAuth2Session(
        client.client_id,
        credential,
        scope=asked_scopes(client),
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
    )
    session.register_compliance_hook("access_token_response", _in_whole_seconds)
    if method == "private_key_jwt":
        session.register_client_auth_method(_assertion(configuration.token_endpoint, credential))
    return guarded(session, DEADLINE_S)


def _in_whole_seconds(response: requests.Response) -> requests.Response:
    """A token answer whose `expires_in` is a fraction as text ("3599.9"), which Authlib cannot read, in whole seconds.

    Any other answer goes on as it came, so that what is wrong with it is said where it is read.
    """
    try:
        token = orjson.loads(without_mark(response.content))
    except orjson.JSONDecodeError:
        return response
    stated = token.get("expires_in") if isinstance(token, dict) else None
    if isinstance(stated, str) and _FRACTION.fullmatch(stated):
        response._content = orjson.dumps({**token, "expires_in": int(float(stated))})
    return response


def _client_authentication(client: SmartClient) -> tuple[str, Any]:
    if client.private_jwk:
        return "private_key_jwt", jwk.import_key(dict(client.private_jwk))
    return ("client_secret_basic", client.secret) if client.secret else ("none", None)


def _assertion(token_endpoint: str, key: Any) -> PrivateKeyJWT:
    algorithm = "ES384" if key.key_type == "EC" else "RS384"  # the two that SMART servers must take
    return PrivateKeyJWT(
        token_endpoint,
        claims={"exp": int(time.time()) + _ASSERTION_LIFETIME_S},
        headers={"typ": "JWT", "kid": key.kid},
        alg=algorithm,
    )


def no_token(reason: str, status: int = 400, advice: str = REOPEN) -> LaunchRefused:
    happened = "The EHR's server gave no access for this launch, so nothing was opened."
    return LaunchRefused(reason, happened, advice, status)
