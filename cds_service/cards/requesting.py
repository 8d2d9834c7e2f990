"""What an open item of a checklist asks for: a draft order for a service, or a vaccine that is due.

A vaccine is recommended and not ordered: which product is given, and when, is decided where it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from cds_service.cards.text import plain
from cds_service.terminology.systems import CVX

Resource = dict[str, Any]
_STATUS = "http://terminology.hl7.org/CodeSystem/immunization-recommendation-status"


def requested(content: Mapping[str, Any], now: datetime, new_id: Callable[..., str]) -> Resource:
    """ImmunizationRecommendation for a CVX code, a draft ServiceRequest for any other."""
    system, code = content["code"]
    concept: Resource = {
        "coding": [{"system": system, "code": code, "display": content["display"]}],
        "text": content["text"],
    }
    make = _recommendation if system == CVX else _order
    return make(concept, content, now, new_id)


def _order(concept: Resource, content: Mapping[str, Any], now: datetime, new_id: Callable[..., str]) -> Resource:
    return {
        "resourceType": "ServiceRequest",
        "id": new_id("ServiceRequest", concept["coding"][0]["code"]),
        "status": "draft",
        "intent": "order",
        "code": concept,
        "subject": {"reference": content["patient"]},
        "occurrenceDateTime": (now + timedelta(days=content.get("within_days", 0))).date().isoformat(),
        "reasonCode": [{"text": plain(content["reason"], 120)}],
    }


def _recommendation(
    concept: Resource, content: Mapping[str, Any], now: datetime, new_id: Callable[..., str]
) -> Resource:
    due = {"coding": [{"system": _STATUS, "code": "due", "display": "Due"}]}
    return {
        "resourceType": "ImmunizationRecommendation",
        "id": new_id("ImmunizationRecommendation", concept["coding"][0]["code"]),
        "patient": {"reference": content["patient"]},
        "date": now.date().isoformat(),
        "recommendation": [
            {
                "vaccineCode": [concept],
                "forecastStatus": due,
                "forecastReason": [{"text": plain(content["reason"], 120)}],
            }
        ],
    }
