"""The envelope of a hook call: hook, hookInstance, context, and the optional members."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from cds_service.errors import InvalidRequest
from cds_service.hooks.contract import HOOKS, Context
from cds_service.hooks.ownership import OwnPatient, require_own


@dataclass(frozen=True, slots=True)
class HookRequest:
    """One parsed call. `fhir_authorization` is kept out of repr: it holds a token.

    `extension` is what the client's EHR adds of its own: a dialect knows some of it, nobody has to.
    """

    hook: str
    instance: str
    context: Context
    prefetch: Mapping[str, Any]
    fhir_server: str | None = None
    fhir_authorization: Mapping[str, Any] | None = field(default=None, repr=False)
    extension: Mapping[str, Any] = field(default_factory=dict)


def parse_request(body: object, service_hooks: Collection[str]) -> HookRequest:
    """Read a request body for a service that answers `service_hooks`; InvalidRequest says what is wrong and where.

    Unknown members are ignored, as the standard asks.
    """
    if not isinstance(body, dict):
        raise InvalidRequest("the body must be a JSON object")
    name = body.get("hook")
    if not isinstance(name, str) or name not in service_hooks or name not in HOOKS:
        raise InvalidRequest(f"this service answers {', '.join(sorted(service_hooks))}", "hook")
    authorization = _optional_object(body, "fhirAuthorization")
    server = body.get("fhirServer")
    if server is not None and not isinstance(server, str):
        raise InvalidRequest("fhirServer must be a URL", "fhirServer")
    extension = body.get("extension")
    if authorization is not None and not server:
        raise InvalidRequest("fhirAuthorization is given without fhirServer", "fhirServer")
    return HookRequest(
        hook=name,
        instance=_instance(body.get("hookInstance")),
        context=_context(name, body, server),
        prefetch=_optional_object(body, "prefetch") or {},
        fhir_server=server,
        fhir_authorization=authorization,
        extension=extension if isinstance(extension, dict) else {},  # a vendor's own matter, in whatever form
    )


def _context(name: str, body: Mapping[str, Any], server: str | None) -> Context:
    given = _optional_object(body, "context")
    if given is None:
        raise InvalidRequest("context is required", "context")
    context = HOOKS[name].parse(given)
    require_own(context.brought, OwnPatient(context.patient_id, server))
    return context


def _instance(value: object) -> str:
    try:
        return str(uuid.UUID(value)) if isinstance(value, str) else _no_instance()
    except ValueError:
        return _no_instance()


def _no_instance() -> str:
    raise InvalidRequest("hookInstance must be a UUID", "hookInstance")


def _optional_object(body: Mapping[str, Any], member: str) -> Mapping[str, Any] | None:
    value = body.get(member)
    if value is not None and not isinstance(value, dict):
        raise InvalidRequest(f"{member} must be an object", member)
    return value
