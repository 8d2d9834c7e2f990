"""Stored cards as FHIR resources, for `/fhir` and for writing back: one file for each type, pure functions of a card.

Only elements that R4 and R4B share. What stands for itself (a card, a suggestion) has the card's uuid as its id.
"""

from __future__ import annotations

from cds_service.governance.resources.detected_issue import detected_issue, is_safety_finding
from cds_service.governance.resources.guidance_response import guidance_response
from cds_service.governance.resources.place import Place
from cds_service.governance.resources.provenance import provenances
from cds_service.governance.resources.request_group import has_suggestions, request_group

__all__ = [
    "Place",
    "detected_issue",
    "guidance_response",
    "has_suggestions",
    "is_safety_finding",
    "provenances",
    "request_group",
]
