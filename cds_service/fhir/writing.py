"""Writing to a site's FHIR server, outside of hook calls: does it take creates, is it there already, create it once.

A create is conditional on our identifier (`If-None-Exist`), so that a try whose answer was lost leaves no second
resource. A server that does not say that it heeds the condition is searched first.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import httpx
import orjson

from cds_service.fhir.answers import NotRead, unpacked
from cds_service.fhir.base import FhirBase
from cds_service.fhir.client import http_client
from cds_service.fhir.transport import FhirTransport
from cds_service.outbound import AddressRefused

DEADLINE = 10.0  # seconds of one request, outside a hook call
# Answers that the same resource would get again.
_FOR_GOOD = frozenset({400, 404, 405, 410, 413, 415, 422})
Resource = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """It stands there; `status` 201 by this try, 200 or 412 by an earlier one."""

    status: int


@dataclass(frozen=True, slots=True)
class NotWritten:
    """`reason` in words of ours. `final`: another try would change nothing. `status` is None when there was none."""

    reason: str
    status: int | None = None
    final: bool = False


@dataclass(frozen=True, slots=True)
class Creatable:
    """What the server's CapabilityStatement lists: types that can be created, and created on condition."""

    kinds: frozenset[str]
    conditional: frozenset[str]


class FhirWriter:
    """Safe to share between threads; keeps no connection and no token."""

    def __init__(self, context: ssl.SSLContext | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._context = context
        self._monotonic = monotonic

    def creatable(self, base: FhirBase, token: str) -> Creatable | NotWritten:
        got = self._ask(base, token, "GET", f"{base.url}/metadata")
        if isinstance(got, NotWritten):
            return got
        status, body = got
        if status != 200 or not body or body.get("resourceType") != "CapabilityStatement":
            return NotWritten(f"the server does not say what it can do ({status})", status)
        return _creatable(body)

    def create(self, base: FhirBase, token: str, resource: Resource, conditional: bool) -> Written | NotWritten:
        """Create `resource`, which carries our identifier, unless it is there."""
        kind, identifier = str(resource["resourceType"]), resource["identifier"][0]
        same = urlencode({"identifier": f"{identifier['system']}|{identifier['value']}"})
        if not conditional:
            there = self._is_there(base, token, kind, same)
            if there is not False:
                return Written(200) if there is True else there
        got = self._ask(base, token, "POST", f"{base.url}/{kind}", resource, {"If-None-Exist": same})
        if isinstance(got, NotWritten):
            return got
        status, _ = got
        if status in (200, 201, 412):  # 412: the condition finds several, so it is there more than once already
            return Written(status)
        return NotWritten(f"the server answered {status}", status, status in _FOR_GOOD)

    def _is_there(self, base: FhirBase, token: str, kind: str, same: str) -> bool | NotWritten:
        got = self._ask(base, token, "GET", f"{base.url}/{kind}?{same}")
        if isinstance(got, NotWritten):
            return got
        status, body = got
        if status != 200 or not body or body.get("resourceType") != "Bundle":
            return NotWritten(f"the server could not be asked whether it is there ({status})", status)
        return any(_is_match(entry, kind) for entry in body.get("entry") or ())

    def _ask(
        self,
        base: FhirBase,
        token: str,
        method: str,
        url: str,
        resource: Resource | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, Any] | None] | NotWritten:
        """Status and the JSON object of the body, if it is one."""
        ends = self._monotonic() + DEADLINE
        transport = FhirTransport(base.reach, self._trust, lambda: ends - self._monotonic(), 1)
        content = None if resource is None else orjson.dumps(resource)
        given = {"Content-Type": "application/fhir+json", "Prefer": "return=minimal"} if resource else {}
        try:
            with (
                http_client(transport, token) as http,
                http.stream(method, url, content=content, headers={**given, **(headers or {})}) as answer,
            ):
                body = unpacked(answer.headers.get("Content-Encoding", "identity"), answer.iter_raw())
                return answer.status_code, _object(body)
        except AddressRefused:
            return NotWritten("the server's address may not be called", final=True)
        except (httpx.HTTPError, httpx.InvalidURL):
            return NotWritten("the server could not be reached in time")

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()


def _creatable(statement: Mapping[str, Any]) -> Creatable:
    served = [rest for rest in _objects(statement.get("rest")) if rest.get("mode") == "server"]
    resources = [resource for rest in served for resource in _objects(rest.get("resource"))]
    created = [one for one in resources if any(it.get("code") == "create" for it in _objects(one.get("interaction")))]
    conditional = (str(one.get("type")) for one in created if one.get("conditionalCreate") is True)
    return Creatable(frozenset(str(one.get("type")) for one in created), frozenset(conditional))


def _is_match(entry: object, kind: str) -> bool:
    resource = entry.get("resource") if isinstance(entry, dict) else None
    return isinstance(resource, dict) and resource.get("resourceType") == kind


def _objects(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _object(body: bytes | NotRead) -> dict[str, Any] | None:
    try:
        found = None if isinstance(body, NotRead) else orjson.loads(body)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
