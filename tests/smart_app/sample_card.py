"""A stored card of the tests: an order-sign answer about warfarin, with every member that the evidence page shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from cds_service.store import CardRecord, Invocation, Keyring, Store, SuggestionRecord

TENANT = "harbor"
ISSUER = "https://cds.ehr.example"
SUMMARY = "Bactrim DS with warfarin: raises INR and bleeding risk"

PASSAGE = {
    "id": "ddi-warfarin-smx",
    "title": "Warfarin label",
    "text": "Sulfamethoxazole slows the breakdown of warfarin.",
    "kind": "our summary",
    "locator": "section 7.2",
    "source": {
        "key": "warfarin-label",
        "title": "Warfarin sodium tablets, prescribing information",
        "publisher": "U.S. FDA",
        "year": 2017,
        "identifier": "NDA009218",
        "url": "https://dailymed.nlm.nih.gov/warfarin",
    },
}

EVIDENCE: dict[str, Any] = {
    "order": {"reference": "MedicationRequest/draft-1", "text": "bactrim ds bid x 10d"},
    "summary": SUMMARY,
    "harm": "major",
    "indicator": "warning",
    "topic": "drug-interaction",
    "check": {
        "id": "drug-interaction",
        "version": "1",
        "title": "Two drugs that should meet with care",
        "words": "An ordered drug is compared with every active drug of the chart.",
    },
    "rule": {
        "id": "ddi-warfarin-smx",
        "summary": "raises INR and bleeding risk",
        "management": "Use another antibiotic, or check the INR within three to five days.",
        "review": "unreviewed",
        "checked": {"on": "2026-11-20", "page": "https://example.org/label"},
        "table": "interactions.csv",
    },
    "facts": [
        {
            "label": "Active medication",
            "value": "warfarin 5 mg daily",
            "on": "2026-03-12",
            "note": None,
            "reference": "MedicationRequest/mr-7",
            "origin": "coded",
            "text": None,
            "span": None,
            "model": None,
            "version": None,
            "probability": None,
        },
        {
            "label": "Ordered drug",
            "value": "sulfamethoxazole / trimethoprim",
            "on": None,
            "note": "spelt differently from every name we know",
            "reference": "MedicationRequest/draft-1",
            "origin": "read",
            "text": "bactrin ds bid x 10d",
            "span": [0, 10],
            "model": "drug-linker",
            "version": "1.0",
            "probability": 0.934,
        },
    ],
    "not_assessed": [{"topic": "renal-dosing", "subject": "bactrim ds", "reason": "no eGFR on record"}],
    "claims": [{"text": "The INR rises within days.", "passages": ["ddi-warfarin-smx"], "facts": [0]}],
    "passages": [PASSAGE],
    "models": [{"name": "drug-linker", "version": "1.0", "role": "read the drug's name from a misspelling"}],
    "knowledge": "3f2a90c1",
    "suggestions": [{"uuid": "s-1", "label": "Order an INR in 3 days", "recommended": True}],
    "data_as_of": "2026-11-23T10:40:00+00:00",
}


def store_card(
    store: Store,
    keyring: Keyring,
    uuid: str,
    patient: str,
    tenant: str = TENANT,
    rule_id: str | None = "ddi-warfarin-smx",
    **evidence: Any,
) -> str:
    """Store one answered call with one card; returns the card's handle. `evidence` replaces members of the record."""
    handle = keyring.handle(uuid)
    card = CardRecord(
        uuid=uuid,
        position=0,
        concern="0123456789abcdef",
        check="drug-interaction",
        rule=rule_id,
        version="1",
        topic="drug-interaction",
        indicator="warning",
        harm="major",
        body={"uuid": uuid, "summary": SUMMARY, "indicator": "warning"},
        evidence={**EVIDENCE, **evidence},
        handle=handle,
        suggestions=(SuggestionRecord(f"{uuid}-s1", 0, "Order an INR in 3 days", True),),
    )
    store.record(_invocation(uuid, patient, tenant, card))
    return handle


def _invocation(uuid: str, patient: str, tenant: str, card: CardRecord) -> Invocation:
    return Invocation(
        id=f"call-{uuid}",
        tenant=tenant,
        issuer=ISSUER,
        service="medication-safety",
        hook="order-sign",
        hook_instance=f"hook-{uuid}",
        body_digest="00",
        patient=patient,
        user=None,
        encounter=None,
        fhir_server=None,
        at=datetime(2026, 11, 23, 10, 40, tzinfo=UTC),
        duration_ms=12.0,
        knowledge="3f2a90c1",
        models="none",
        cards=(card,),
    )
