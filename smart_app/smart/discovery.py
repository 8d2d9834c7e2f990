"""What an EHR publishes about its SMART server: read after the issuer was found in our registrations, never before.

Specification: SMART App Launch 2.2.0, conformance#using-well-known; RFC 8414 for the members.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

from smart_app.outbound import Unreachable, get_json
from smart_app.refusals import LaunchRefused

DEADLINE_S = 4.0
ASK_YOUR_SITE = "Tell whoever looks after this app at your site; trying again will not help."


@dataclass(frozen=True, slots=True)
class SmartConfiguration:
    """The endpoints of one SMART server, absolute, on the origin of its FHIR base or one of `origins`, which our own
    registration names: a document alone cannot send code and secret elsewhere. None = not published.
    """

    iss: str  # FHIR base URL, character for character as registered
    issuer: str | None  # of id_tokens
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str | None
    revocation_endpoint: str | None
    token_auth_methods: tuple[str, ...] | None
    names_itself: bool = False  # it promised to put `iss` into its answers (RFC 9207)
    capabilities: tuple[str, ...] | None = None
    origins: tuple[str, ...] = ()

    def offers(self, capability: str) -> bool:
        """False only when the server lists what it can do, and this is not in the list."""
        return self.capabilities is None or capability in self.capabilities


def fetch_configuration(iss: str, origins: tuple[str, ...] = ()) -> SmartConfiguration:
    """Read `{iss}/.well-known/smart-configuration`; LaunchRefused when it cannot be had or is not safe to use.

    `origins`: where else its authorization server may stand (`SmartClient.auth_origins`).
    """
    try:
        document = get_json(f"{iss.rstrip('/')}/.well-known/smart-configuration", seconds=DEADLINE_S)
    except Unreachable as error:
        passing = str(error) in ("deadline", "connection") or str(error).startswith("status-5")
        raise LaunchRefused(
            f"smart-configuration-{error}",
            "The EHR's SMART configuration could not be read.",
            "Try again in a moment; if it stays so, tell whoever looks after this app at your site."
            if passing
            else ASK_YOUR_SITE,
            status=502,
        ) from error
    return parse_configuration(iss, document, origins)


def parse_configuration(iss: str, document: Mapping[str, Any], origins: tuple[str, ...] = ()) -> SmartConfiguration:
    """Check the document of a SMART server; LaunchRefused names what is wrong with it."""
    place = _Place(iss, document, origins)
    _require_s256(document)
    grants = document.get("grant_types_supported")
    if isinstance(grants, list) and "authorization_code" not in grants:
        raise _unusable("no-authorization-code", "does not offer the authorization code grant")
    return SmartConfiguration(
        iss=iss,
        issuer=place.issuer(),
        authorization_endpoint=place.required("authorization_endpoint"),
        token_endpoint=place.required("token_endpoint"),
        jwks_uri=place.endpoint("jwks_uri"),
        revocation_endpoint=place.endpoint("revocation_endpoint"),
        token_auth_methods=_words(document, "token_endpoint_auth_methods_supported"),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        capabilities=_words(document, "capabilities"),
        origins=origins,
    )


def jwks_uri_of(configuration: SmartConfiguration) -> str | None:
    """Where the id_token keys are: from the SMART configuration, else from the issuer's OpenID configuration."""
    if configuration.jwks_uri or not configuration.issuer:
        return configuration.jwks_uri
    document = _openid_configuration(configuration.issuer)
    return _Place(configuration.iss, document, configuration.origins).endpoint("jwks_uri") if document else None


def with_stated_issuer(configuration: SmartConfiguration, stated: object) -> SmartConfiguration:
    """For a server that publishes no `issuer`: the one that its id_token states, as SMART 1.0 had it.

    It counts only when it stands on an origin of this server and its OpenID configuration names it too; otherwise the
    configuration comes back as it was.
    """
    if not isinstance(stated, str) or not _Place(configuration.iss, {}, configuration.origins).holds(stated):
        return configuration
    if (document := _openid_configuration(stated)) is None:
        return configuration
    keys = _Place(configuration.iss, document, configuration.origins).endpoint("jwks_uri")
    return replace(configuration, issuer=stated, jwks_uri=configuration.jwks_uri or keys)


def _openid_configuration(issuer: str) -> Mapping[str, Any] | None:
    """The issuer's own document; None when it cannot be had, or speaks of another issuer."""
    try:
        document = get_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration", seconds=DEADLINE_S)
    except Unreachable:
        return None
    return document if document.get("issuer") == issuer else None


def _words(document: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    listed = document.get(name)
    return tuple(map(str, listed)) if isinstance(listed, list) else None


def _require_s256(document: Mapping[str, Any]) -> None:
    methods = document.get("code_challenge_methods_supported")
    if not isinstance(methods, list) or "S256" not in methods:
        raise _unusable("no-s256", "does not offer PKCE with S256")
    if "plain" in methods:
        raise _unusable("pkce-plain", "accepts PKCE without a hash (plain)")


@dataclass(frozen=True, slots=True)
class _Place:
    """A document of the server at `iss`, whose addresses must lie on its origin or one of `origins`."""

    iss: str
    document: Mapping[str, Any]
    origins: tuple[str, ...]

    def issuer(self) -> str | None:
        issuer = self.document.get("issuer")
        if issuer is None:
            return None
        if not isinstance(issuer, str) or not self.holds(issuer):
            raise _unusable("other-origin-issuer", "names an issuer on another origin")
        return issuer

    def required(self, name: str) -> str:
        endpoint = self.endpoint(name)
        if endpoint is None:
            raise _unusable(f"no-{name.replace('_', '-')}", f"publishes no {name}")
        return endpoint

    def endpoint(self, name: str) -> str | None:
        """Absolute URL of an endpoint. Legacy servers publish paths relative to the FHIR base."""
        value = self.document.get(name)
        if value is None:
            return None
        if not isinstance(value, str) or not value:
            raise _unusable(f"bad-{name.replace('_', '-')}", f"publishes an unusable {name}")
        url = urljoin(self.iss.rstrip("/") + "/", value)
        parts = urlsplit(url)
        if not self._is_ours(parts) or parts.username or parts.fragment:
            raise _unusable(f"other-origin-{name.replace('_', '-')}", f"names a {name} on another origin")
        return url

    def holds(self, url: str) -> bool:
        """Whether the address lies on an origin of this server. False for text that is no address."""
        try:
            return self._is_ours(urlsplit(url))
        except ValueError:  # of an unfinished IPv6 address
            return False

    def _is_ours(self, parts: SplitResult) -> bool:
        return _origin(parts) in {_origin(urlsplit(one)) for one in (self.iss, *self.origins)}


def _origin(parts: SplitResult) -> tuple[str, str, int | None]:
    default = {"http": 80, "https": 443}.get(parts.scheme)
    try:
        port = parts.port or default
    except ValueError:  # a port that is no number belongs to no origin
        port = -1
    return parts.scheme, parts.hostname or "", port


def _unusable(reason: str, words: str) -> LaunchRefused:
    return LaunchRefused(reason, f"The EHR's SMART server {words}, so the launch would not be safe.", ASK_YOUR_SITE)
