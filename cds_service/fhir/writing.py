"""Writing to a site's FHIR server, outside of hook calls: does it take creates, is it there already, create it once.

A create is conditional on our identifier (`If-None-Exist`), so that a try whose answer was lost leaves no second
resource. A server that does not say that it heeds the condition is searched first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from cds_service.chart.fhir_json import obj, objects
from cds_service.fhir.base import FhirBase
from cds_service.fhir.exchange import Answer, Exchange, NotAnswered

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

    def __init__(self, exchange: Exchange | None = None) -> None:
        self._exchange = exchange or Exchange()

    def creatable(self, base: FhirBase, token: str) -> Creatable | NotWritten:
        """What the server takes, by its own CapabilityStatement."""
        got = self._ask(base, token, "GET", f"{base.url}/metadata")
        if isinstance(got, NotWritten):
            return got
        if got.status != 200 or not got.body or got.body.get("resourceType") != "CapabilityStatement":
            return NotWritten(f"the server does not say what it can do ({got.status})", got.status)
        return _creatable(got.body)

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
        if got.status in (200, 201, 412):  # 412: the condition finds several, so it is there more than once already
            return Written(got.status)
        return NotWritten(f"the server answered {got.status}", got.status, got.status in _FOR_GOOD)

    def _is_there(self, base: FhirBase, token: str, kind: str, same: str) -> bool | NotWritten:
        got = self._ask(base, token, "GET", f"{base.url}/{kind}?{same}")
        if isinstance(got, NotWritten):
            return got
        if got.status != 200 or not got.body or got.body.get("resourceType") != "Bundle":
            return NotWritten(f"the server could not be asked whether it is there ({got.status})", got.status)
        return any(obj(entry.get("resource")).get("resourceType") == kind for entry in objects(got.body.get("entry")))

    def _ask(
        self,
        base: FhirBase,
        token: str,
        method: str,
        url: str,
        resource: Resource | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer | NotWritten:
        content = None if resource is None else orjson.dumps(resource)
        given = {"Content-Type": "application/fhir+json", "Prefer": "return=minimal"} if resource else {}
        sent = {**given, **(headers or {})}
        try:
            return self._exchange.ask(base.reach, method, url, token=token, headers=sent, content=content)
        except NotAnswered as error:
            return NotWritten(str(error), final=error.final)


def _creatable(statement: Mapping[str, Any]) -> Creatable:
    served = [rest for rest in objects(statement.get("rest")) if rest.get("mode") == "server"]
    resources = [resource for rest in served for resource in objects(rest.get("resource"))]
    created = [one for one in resources if any(it.get("code") == "create" for it in objects(one.get("interaction")))]
    conditional = (str(one.get("type")) for one in created if one.get("conditionalCreate") is True)
    return Creatable(frozenset(str(one.get("type")) for one in created), frozenset(conditional))
