"""Errors of `/fhir` as OperationOutcome in FHIR's own content type; a refused read has its audit row too."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException

from cds_service.errors import CountersignError, NotAuthenticated
from cds_service.web.edge.outcomes import ISSUE_CODES, audit_refusal, outcome, place_of
from cds_service.web.ops.call import current_call

if TYPE_CHECKING:
    from cds_service.rooms import Rooms

KIND = "application/fhir+json"


def register_refusals(routes: Blueprint, rooms: Rooms) -> None:
    @routes.errorhandler(CountersignError)
    def refuse(error: CountersignError) -> Response:
        call = current_call()
        call.reason = str(error) if isinstance(error, NotAuthenticated) else type(error).__name__
        if error.status >= 500:
            call.error = place_of(error)
        audit_refusal(rooms.store, call, error.status)
        said = "the service cannot answer now" if error.status >= 500 else str(error)
        if isinstance(error, NotAuthenticated):
            said = "an access token is needed; see .well-known/smart-configuration"
        response = outcome(error.status, error.issue_code, said, getattr(error, "where", ""), KIND)
        if error.status == HTTPStatus.UNAUTHORIZED:
            response.headers["WWW-Authenticate"] = "Bearer"
        return response

    @routes.errorhandler(HTTPException)
    def refuse_http(error: HTTPException) -> Response:
        status = error.code or 500
        call = current_call()
        call.reason = HTTPStatus(status).phrase
        audit_refusal(rooms.store, call, status)
        return outcome(status, ISSUE_CODES.get(status, "processing"), call.reason, kind=KIND)
