"""Who is looking: the id_token of a launch, checked before any of it is believed.

A wrong id_token refuses the launch; a missing one, or one without fhirUser, opens the evidence with feedback off.
Specification: SMART App Launch 2.2.0, scopes#identity; OpenID Connect Core 1.0 section 3.1.3.7.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from smart_app.outbound import Unreachable, get_json
from smart_app.refusals import LaunchRefused
from smart_app.smart.discovery import ASK_YOUR_SITE, SmartConfiguration, jwks_uri_of, with_stated_issuer

ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "ES256",
    "ES384",
    "ES512",
)  # never none, never a shared secret
LEEWAY_S = 60
OLDEST_S = 3600  # an id_token is made for this launch; one issued long ago was made for another
DEADLINE_S = 4.0
NOT_FOR_PATIENTS = "This app is made for clinicians; sign in to the EHR as one, and open it again."

_ID = r"[A-Za-z0-9\-.]{1,64}"
_PEOPLE = re.compile(rf"((?:Practitioner|PractitionerRole|RelatedPerson|Person)/{_ID})(?:/_history/{_ID})?")


@dataclass(frozen=True, slots=True)
class Identity:
    """`subject` is the issuer's own id; `fhir_user` the absolute URL of a person under the FHIR base, or None."""

    subject: str
    fhir_user: str | None


def verify(token: str, configuration: SmartConfiguration, *, client_id: str, nonce: str, now: float) -> Identity:
    """Check signature and claims. Raises LaunchRefused; the reason code names the first thing that is wrong.

    The key set is fetched for each launch, so a rotated key needs no cache to be forgotten.
    """
    claims = verified_claims(token, configuration, client_id=client_id, nonce=nonce, now=now)
    return Identity(subject=claims["sub"], fhir_user=fhir_user(claims.get("fhirUser"), configuration.iss))


def verified_claims(
    token: str, configuration: SmartConfiguration, *, client_id: str, nonce: str, now: float
) -> dict[str, Any]:
    """The claims of a token whose signature, issuer, audience, times and nonce stand. LaunchRefused otherwise."""
    if configuration.issuer is None:
        configuration = with_stated_issuer(configuration, _stated_issuer(token))
    if configuration.issuer is None:
        raise _wrong("no-issuer-published")
    claims = _signed_claims(token, _keys(configuration))
    check_claims(claims, issuer=configuration.issuer, client_id=client_id, nonce=nonce, now=now)
    return claims


def check_claims(claims: Mapping[str, Any], *, issuer: str, client_id: str, nonce: str, now: float) -> None:
    """Refuse claims that are not of this issuer, for this client, of this launch, and of this hour."""
    audience = claims.get("aud")
    if claims.get("iss") != issuer:
        raise _wrong("iss")
    if audience != client_id and audience != [client_id]:
        raise _wrong("aud")
    if claims.get("azp", client_id) != client_id:
        raise _wrong("azp")
    expires, issued = _seconds(claims, "exp"), _seconds(claims, "iat")
    if expires + LEEWAY_S <= now:
        raise _wrong("exp")
    if issued > now + LEEWAY_S or issued < now - OLDEST_S:
        raise _wrong("iat")
    if claims.get("nonce") != nonce:
        raise _wrong("nonce")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise _wrong("sub")


def fhir_user(value: object, iss: str) -> str | None:
    """The user's absolute URL. None when the claim is absent; LaunchRefused when it is nobody of this server.

    A version of the resource (`/_history/3`) is the same person, and is left out.
    SMART allows Patient too; this app is not made for patients, so their launch is refused.
    """
    if value is None:
        return None
    base = iss.rstrip("/") + "/"
    reference = value.removeprefix(base) if isinstance(value, str) else ""
    if reference.startswith("Patient/"):
        raise LaunchRefused("id-token-fhir-user", "The EHR says that a patient is signed in.", NOT_FOR_PATIENTS)
    person = _PEOPLE.fullmatch(reference)
    if not person:
        raise _wrong("fhir-user")
    return base + person[1]


def _keys(configuration: SmartConfiguration) -> KeySet:
    uri = jwks_uri_of(configuration)
    if uri is None:
        raise _wrong("no-keys-published")
    try:
        return KeySet.import_key_set(get_json(uri, seconds=DEADLINE_S))  # type: ignore[arg-type]
    except Unreachable as error:
        raise _wrong(f"keys-{error}", status=502) from error
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _wrong("keys-unreadable", status=502) from error


def _signed_claims(token: str, keys: KeySet) -> dict[str, Any]:
    """Claims of a token signed by one of the keys. joserfc refuses `none`, unlisted algorithms and embedded keys."""
    if any(key.key_type == "oct" for key in keys.keys):
        raise _wrong("keys-symmetric")
    try:
        decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
    except (JoseError, ValueError, TypeError) as error:
        raise _wrong("signature") from error
    if "kid" not in decoded.header and len(keys.keys) != 1:
        raise _wrong("no-kid")
    return dict(decoded.claims)


def _stated_issuer(token: str) -> object:
    """The `iss` of a token that nothing is known of yet: where to ask, not whom to believe."""
    try:
        claims = orjson.loads(jws.extract_compact(token.encode()).payload)
    except (JoseError, ValueError, TypeError):
        return None
    return claims.get("iss") if isinstance(claims, dict) else None


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _wrong(name)
    return value


def _wrong(what: str, status: int = 400) -> LaunchRefused:
    return LaunchRefused(
        f"id-token-{what}",
        "The EHR's statement of who is signed in could not be trusted.",
        ASK_YOUR_SITE,
        status=status,
    )
