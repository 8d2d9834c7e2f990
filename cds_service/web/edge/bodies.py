"""The body of a POST as bytes and as one strict JSON object."""

from __future__ import annotations

from typing import Any

from flask import request
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from cds_service.errors import BodyTooLarge, InvalidRequest, UnsupportedMediaType
from cds_service.web.edge.strict_json import parse_object


def read_body(longest: int) -> tuple[bytes, dict[str, Any]]:
    """UnsupportedMediaType, BodyTooLarge or InvalidRequest unless it is one JSON object of up to `longest` bytes."""
    _require_json()
    try:
        raw = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise BodyTooLarge(f"the body is longer than {longest} bytes") from None
    except HTTPException:
        raise
    # Chunks that are none, a caller who left: each server has errors of its own for what is no fault of ours.
    except Exception as error:
        raise InvalidRequest("the body did not come whole") from error
    # A body without a stated length is cut off at the limit in silence; what stands beyond ours shows it.
    if len(raw) > longest:
        raise BodyTooLarge(f"the body is longer than {longest} bytes")
    return raw, parse_object(raw)


def _require_json() -> None:
    kind = request.mimetype
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise UnsupportedMediaType("Content-Type must be application/json")
    if request.mimetype_params.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
        raise UnsupportedMediaType("JSON is UTF-8; another charset is not accepted")
    if request.headers.get("Transfer-Encoding", "chunked").strip().lower() != "chunked":
        raise UnsupportedMediaType("a body in chunks is accepted, another transfer coding is not")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType("a compressed body is not accepted")
