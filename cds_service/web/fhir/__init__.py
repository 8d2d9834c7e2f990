"""`/fhir`: what was answered, found, suggested and put on record, as FHIR R4, for the tenant that it belongs to.

Read only. A client proves itself at `/auth/token` (SMART Backend Services) and reads with the token that it gets there.
Every read and search is on record before its answer leaves, one row for each patient in it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, request
from werkzeug.exceptions import NotAcceptable, NotFound

from cds_service.errors import InvalidRequest
from cds_service.fhir.queries import for_the_record
from cds_service.store import AuditEvent
from cds_service.store.sealing.keyring import SealBroken
from cds_service.web.fhir.access import Grant, Letter, grant_of
from cds_service.web.fhir.kinds import Kind, Page, Position, kinds
from cds_service.web.fhir.refusals import register_refusals
from cds_service.web.fhir.searching import Search, read_count, read_search
from cds_service.web.fhir.statements import capability_statement, smart_configuration
from cds_service.web.fhir.tokens import TokenEndpoint
from cds_service.web.ops.call import current_call
from cds_service.web.ops.version import version

if TYPE_CHECKING:
    from cds_service.rooms import Rooms

FHIR_JSON = "application/fhir+json"
_ACCEPTED = (FHIR_JSON, "application/json", "application/json+fhir")
_ANYBODY = {"Access-Control-Allow-Origin": "*"}  # descriptions hold nothing that needs a token


def blueprint(rooms: Rooms) -> Blueprint:
    routes = Blueprint("fhir", __name__)
    served, url = kinds(rooms), rooms.settings.public_url
    register_refusals(routes, rooms)
    tokens = TokenEndpoint(rooms, tuple(served))
    capability = orjson.dumps(capability_statement(url, version(), served.values()))
    smart = orjson.dumps(smart_configuration(url, served.values()))
    desk = Desk(rooms, served)

    @routes.get("/fhir/metadata")
    def fhir_metadata() -> Response:
        return Response(capability, content_type=FHIR_JSON, headers=_ANYBODY)

    @routes.get("/fhir/.well-known/smart-configuration")
    def fhir_smart_configuration() -> Response:
        return Response(smart, content_type="application/json", headers=_ANYBODY)

    @routes.post("/auth/token")
    def fhir_token() -> Response:
        return tokens.answer()

    @routes.get("/fhir/<kind>")
    def fhir_search(kind: str) -> Response:
        return desk.search(kind, list(request.args.items(multi=True)))

    @routes.post("/fhir/<kind>/_search")
    def fhir_search_by_post(kind: str) -> Response:
        return desk.search(kind, [*request.args.items(multi=True), *request.form.items(multi=True)])

    @routes.get("/fhir/<kind>/<id>")
    def fhir_read(kind: str, id: str) -> Response:
        return desk.read(kind, id)

    return routes


class Desk:
    """Reads and searches of one worker."""

    def __init__(self, rooms: Rooms, served: dict[str, Kind]) -> None:
        self._rooms = rooms
        self._served = served

    def read(self, name: str, id: str) -> Response:
        kind, grant = self._begin("fhir-served-read", name, "r")
        page = kind.find(self._rooms, grant.tenant, Search({"_id": (id,)}), 1, None)
        if not page.resources:
            raise NotFound
        self._put_on_record("fhir-served-read", grant, page, {"resource_type": kind.name}, None, id)
        return _fhir(page.resources[0])

    def search(self, name: str, given: list[tuple[str, str]]) -> Response:
        kind, grant = self._begin("fhir-served-search", name, "s")
        asked, after = self._opened(grant, kind, given)
        search = read_search(asked, kind.params, strict="handling=strict" in request.headers.get("Prefer", ""))
        count = read_count(next((value for name, value in asked if name == "_count"), None))
        page = kind.find(self._rooms, grant.tenant, search, count, after) if count else Page([], [], None)
        asked = [(name, value) for name, values in search.values.items() for value in values]
        about = {"resource_type": kind.name, "query": for_the_record(kind.name, [*asked, ("_count", str(count))])}
        self._put_on_record("fhir-served-search", grant, page, about, search.reference("patient", "subject"), None)
        return _fhir(self._bundle(grant, kind, search, count, page))

    def _begin(self, action: str, name: str, letter: Letter) -> tuple[Kind, Grant]:
        call = current_call()
        call.action = action
        grant = grant_of(self._rooms, request.headers.get("Authorization"), self._served)
        call.tenant, call.issuer = grant.tenant, grant.client_id
        if request.accept_mimetypes and not request.accept_mimetypes.best_match(_ACCEPTED):
            raise NotAcceptable
        if name not in self._served:
            raise NotFound
        grant.require(name, letter)
        return self._served[name], grant

    def _put_on_record(
        self, action: str, grant: Grant, page: Page, what: Mapping[str, str], asked: str | None, subject: str | None
    ) -> None:
        """One row for each patient: who was asked for, or who is in the answer."""
        counts: dict[str | None, int] = {asked: 0} if asked else {}
        for patient in page.patients:
            counts[patient] = counts.get(patient, 0) + 1
        about = {**what, "client_id": grant.client_id, "status": 200}
        self._rooms.store.audit_all(
            AuditEvent(action, "shown", grant.tenant, grant.client_id, subject, {**about, "count": count}, patient)
            for patient, count in (counts or {None: 0}).items()
        )

    def _bundle(self, grant: Grant, kind: Kind, search: Search, count: int, page: Page) -> dict[str, Any]:
        base = f"{self._rooms.settings.public_url}/fhir"
        used = [(name, value) for name, values in search.values.items() for value in values]
        links = [{"relation": "self", "url": f"{base}/{kind.name}?{urlencode([*used, ('_count', str(count))])}"}]
        if page.end is not None:
            sealed = self._sealed(grant, kind, [*used, ("_count", str(count))], page.end)
            links.append({"relation": "next", "url": f"{base}/{kind.name}?_page={sealed}"})
        entries = [
            {"fullUrl": f"{base}/{kind.name}/{one['id']}", "resource": one, "search": {"mode": "match"}}
            for one in page.resources
        ]
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": links}
        return {**bundle, "entry": entries} if entries else bundle

    def _sealed(self, grant: Grant, kind: Kind, used: list[tuple[str, str]], end: Position) -> str:
        """A page's address tells nobody whose it is, and cannot be bent."""
        plain = orjson.dumps([used, end])
        sealed = self._rooms.keyring.seal(plain, _aad(grant, kind))
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def _opened(
        self, grant: Grant, kind: Kind, given: list[tuple[str, str]]
    ) -> tuple[list[tuple[str, str]], Position | None]:
        page = next((value for name, value in given if name == "_page"), None)
        if page is None:
            return given, None
        try:
            sealed = base64.b64decode(page + "=" * (-len(page) % 4), altchars=b"-_", validate=True)
            used, end = orjson.loads(self._rooms.keyring.open(sealed, _aad(grant, kind)))
        except (binascii.Error, ValueError, SealBroken):
            raise InvalidRequest("it is not a page of yours", "_page") from None
        return [(name, value) for name, value in used], end


def _aad(grant: Grant, kind: Kind) -> str:
    return f"fhir-page:{grant.tenant}:{kind.name}"


def _fhir(resource: dict[str, Any]) -> Response:
    return Response(orjson.dumps(resource), content_type=FHIR_JSON)
