"""POST /auth/token: the token endpoint of SMART Backend Services, for clients registered with `clients add-fhir`.

The client proves itself with a JWT that it signs for this endpoint (private_key_jwt, ES384 or RS384), once. Whatever is
wrong with the proof, the answer is the same `invalid_client`; the cause is for our log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson
from flask import Response, request

from cds_service.errors import NotAuthenticated
from cds_service.store import AuditEvent, FhirReader
from cds_service.web.auth.client_auth import LEEWAY
from cds_service.web.auth.jose import Token, read_compact, verify_signature
from cds_service.web.auth.key_fetch import RemoteKeySet
from cds_service.web.auth.key_sets import KeySet, KeySource
from cds_service.web.edge.outcomes import audit_refusal
from cds_service.web.fhir.access import LIFETIME, Grant, granted, issue
from cds_service.web.ops.call import current_call

if TYPE_CHECKING:
    from cds_service.rooms import Rooms

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_PROOF = 300  # seconds that a client's proof may live
_REPLAY = "fhir-client:"  # before a client id, so that its tokens never meet those of a CDS client


class OAuthError(Exception):
    """`code` as RFC 6749 names it."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class TokenEndpoint:
    def __init__(self, rooms: Rooms, kinds: tuple[str, ...]) -> None:
        self._rooms = rooms
        self._kinds = kinds
        self._url = f"{rooms.settings.public_url}/auth/token"
        self._remote: dict[str, RemoteKeySet] = {}

    def answer(self) -> Response:
        """A token, or an OAuth error. StoreUnavailable: replay cannot be ruled out, or no token kept."""
        call = current_call()
        call.action = "fhir-token"
        try:
            grant = self._grant()
        except OAuthError as error:
            call.reason = str(error)
            audit_refusal(self._rooms.store, call, 400)
            return _json({"error": error.code}, 400)
        token = issue(self._rooms, grant)
        detail = {"client_id": grant.client_id, "scope": grant.scope[:256]}
        self._rooms.store.audit(AuditEvent("fhir-token", "issued", grant.tenant, grant.client_id, None, detail))
        body = {"access_token": token, "token_type": "bearer", "expires_in": LIFETIME, "scope": grant.scope}
        return _json(body, 200)

    def _grant(self) -> Grant:
        form = _form()
        if form.get("grant_type") != "client_credentials":
            raise OAuthError("unsupported_grant_type", "grant type is not client_credentials")
        if form.get("client_assertion_type") != ASSERTION or not form.get("client_assertion"):
            raise OAuthError("invalid_client", "no client assertion")
        client = self._client(form["client_assertion"])
        call = current_call()
        call.tenant, call.issuer = client.tenant, client.client_id
        letters = granted(form.get("scope", ""), client.scopes, self._kinds)
        if not letters:
            raise OAuthError("invalid_scope", "no scope that this client may have")
        return Grant(client.tenant, client.client_id, letters)

    def _client(self, assertion: str) -> FhirReader:
        try:
            token = read_compact(assertion)
            client = self._rooms.store.fhir_clients.find(token.issuer)
            if client is None:
                raise NotAuthenticated("client is not registered")
            now = self._rooms.clock().timestamp()
            self._check(token, client, now)
            if not self._rooms.replay_guard.first_use(
                f"{_REPLAY}{client.client_id}", token.token_id, token.expires_at + LEEWAY, now
            ):
                raise NotAuthenticated("client assertion was used before")
        except NotAuthenticated as refusal:
            raise OAuthError("invalid_client", str(refusal)) from None
        return client

    def _check(self, token: Token, client: FhirReader, now: float) -> None:
        if token.subject != token.issuer:
            raise NotAuthenticated("sub is not the client id")
        if token.audience != (self._url,):
            raise NotAuthenticated("aud is not the token endpoint")
        if token.expires_at + LEEWAY <= now:
            raise NotAuthenticated("client assertion has expired")
        if token.issued_at > now + LEEWAY or (token.not_before or 0) > now + LEEWAY:
            raise NotAuthenticated("client assertion is from the future")
        if token.expires_at > now + LONGEST_PROOF + LEEWAY:
            raise NotAuthenticated("client assertion lives too long")
        if token.key_set_url is not None and token.key_set_url != client.jwks_url:
            raise NotAuthenticated("jku is not the registered one")
        verify_signature(token, self._keys(client).key(token.key_id, token.algorithm))

    def _keys(self, client: FhirReader) -> KeySource:
        if client.jwks is not None:
            try:
                return KeySet(client.jwks)
            except ValueError:
                raise NotAuthenticated("the registration has no usable keys") from None
        url = client.jwks_url or ""
        if url not in self._remote:
            self._remote[url] = RemoteKeySet(url, allow_loopback=self._rooms.settings.loopback)
        return self._remote[url]


def _form() -> dict[str, str]:
    """The form, each name once: a second value could mean another thing to another reader."""
    if request.mimetype != "application/x-www-form-urlencoded":
        raise OAuthError("invalid_request", "the body is not a form")
    if any(len(values) != 1 for _, values in request.form.lists()):
        raise OAuthError("invalid_request", "a parameter stands twice")
    return request.form.to_dict()


def _json(body: dict[str, object], status: int) -> Response:
    headers = {"Cache-Control": "no-store", "Pragma": "no-cache"}
    return Response(orjson.dumps(body), status=status, content_type="application/json", headers=headers)
