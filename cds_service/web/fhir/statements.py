"""What `/fhir` says of itself, for anybody: its CapabilityStatement and its SMART configuration."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cds_service.web.fhir.kinds import Kind

FHIR_VERSION = "4.0.1"
SINCE = "2026-11-27"  # the day this description last changed its meaning
_SMART = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"
_SECURITY = "http://terminology.hl7.org/CodeSystem/restful-security-service"


def capability_statement(url: str, version: str, kinds: Iterable[Kind]) -> dict[str, Any]:
    """`url` is our public URL."""
    smart = {"coding": [{"system": _SECURITY, "code": "SMART-on-FHIR", "display": "SMART-on-FHIR"}]}
    uris = {"url": _SMART, "extension": [{"url": "token", "valueUri": f"{url}/auth/token"}]}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": SINCE,
        "kind": "instance",
        "software": {"name": "Countersign", "version": version},
        "implementation": {"description": "What Countersign answered, found and put on record", "url": f"{url}/fhir"},
        "fhirVersion": FHIR_VERSION,
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": {
                    "service": [smart],
                    "description": "SMART Backend Services: system scopes, private_key_jwt. A client reads what "
                    "belongs to its own tenant, and every read is on record.",
                    "extension": [uris],
                },
                "resource": [_resource(kind) for kind in kinds],
            }
        ],
    }


def smart_configuration(url: str, kinds: Iterable[Kind]) -> dict[str, Any]:
    scopes = ["system/*.rs", *(f"system/{kind.name}.rs" for kind in kinds)]
    return {
        "token_endpoint": f"{url}/auth/token",
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["ES384", "RS384"],
        "grant_types_supported": ["client_credentials"],
        "scopes_supported": scopes,
        "response_types_supported": [],
        "code_challenge_methods_supported": ["S256"],
        "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
    }


def _resource(kind: Kind) -> dict[str, Any]:
    return {
        "type": kind.name,
        "interaction": [{"code": "read"}, {"code": "search-type"}],
        "versioning": "no-version",
        "searchParam": [{"name": name, "type": type_} for name, type_ in kind.params.items()],
    }
