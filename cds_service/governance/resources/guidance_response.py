"""Every card as GuidanceResponse: which service answered what, for whom, when, and with which suggestions."""

from __future__ import annotations

from cds_service.governance.resources.detected_issue import is_safety_finding
from cds_service.governance.resources.place import URI, Place, Resource, texts, without_none
from cds_service.governance.resources.request_group import has_suggestions
from cds_service.store import StoredCard


def guidance_response(card: StoredCard, place: Place) -> Resource:
    """`status` success: the guidance is here. What could not be assessed stands in the notes."""
    notes = [card.body.get("detail"), *(f"Not assessed: {note.get('reason')}" for note in card.not_assessed)]
    result = {"reference": place.own("RequestGroup", card.uuid)} if has_suggestions(card) else None
    issue = [{"reference": place.own("DetectedIssue", card.uuid)}] if is_safety_finding(card) else []
    asked = card.hook_instance
    return without_none(
        {
            **place.named(card, "GuidanceResponse"),
            **place.labelled(card, card.at),
            "requestIdentifier": {"system": URI, "value": f"urn:uuid:{asked}"} if asked else None,
            "moduleUri": f"{place.service}/cds-services/{card.service}",
            "status": "success",
            "subject": place.theirs(card, "Patient", card.patient),
            "encounter": place.theirs(card, "Encounter", card.encounter),
            "occurrenceDateTime": card.at.isoformat(),
            "performer": {"display": f"Countersign rules {card.knowledge}"},
            "reasonCode": [reason] if (reason := texts(card.body.get("summary"))) else None,
            "reasonReference": issue,
            "note": [{"text": said} for said in notes if said],
            "result": result,
        }
    )
