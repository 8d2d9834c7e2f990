"""Where a resource will stand: how it points to our own resources and to the EHR's, and which label it wears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cds_service.governance.r4 import coding
from cds_service.store import StoredCard

OBSERVATION_VALUES = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
URI = "urn:ietf:rfc:3986"
Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """`service` is our public URL. `away`: the resource goes to the EHR's own server, where its ids are its own and
    ours need our address. `label` is the AI label of a card that a model took part in, None for none.
    """

    service: str
    away: bool = False
    label: str | None = "AIAST"

    def own(self, kind: str, id: str) -> str:
        """A reference to a resource of ours."""
        return f"{self.service}/fhir/{kind}/{id}" if self.away else f"{kind}/{id}"

    def theirs(self, card: StoredCard, kind: str, id: str | None) -> dict[str, str] | None:
        """A reference to a resource of the EHR, by its address where the call named its server. None: not known."""
        if not id:
            return None
        whole = id if "/" in id else f"{kind}/{id}"
        if self.away or not card.fhir_server or "://" in whole:
            return {"reference": whole}
        return {"reference": f"{card.fhir_server.rstrip('/')}/{whole}"}

    def labelled(self, card: StoredCard, updated: datetime) -> dict[str, Any]:
        """`meta` of a resource, with the label when a model took part: what only rules made carries none."""
        meta: dict[str, Any] = {} if self.away else {"lastUpdated": updated.isoformat()}
        if self.label and models_of(card):
            meta["security"] = [coding(OBSERVATION_VALUES, self.label, "Artificial Intelligence asserted")]
        return {"meta": meta} if meta else {}

    def named(self, card: StoredCard, kind: str) -> dict[str, Any]:
        """`id` and `identifier`: the server that it is written to gives an id of its own."""
        identifier = [{"system": URI, "value": f"urn:uuid:{card.uuid}"}]
        known = {"resourceType": kind, "identifier": identifier}
        return known if self.away else {**known, "id": card.uuid}


def models_of(card: StoredCard) -> list[tuple[str, str]]:
    """Name and version of each model whose reading the card rests on."""
    facts: list[Mapping[str, Any]] = card.evidence.get("facts", [])
    read = [(one.get("model"), one.get("version")) for one in facts if one.get("origin") == "read"]
    return [(str(name), str(version or "")) for name, version in dict.fromkeys(read) if name]


def without_none(members: Resource) -> Resource:
    """What is not known is left out; so is what is empty, which FHIR does not allow."""
    return {name: value for name, value in members.items() if value is not None and value != [] and value != {}}


def texts(*words: str | None) -> Resource | None:
    """A CodeableConcept of words alone."""
    said = next((word for word in words if word), None)
    return {"text": said} if said else None
