"""medication-refill 0.1.0: a refill is asked for, often with nobody at the screen. Then the order says who asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.hooks.contract import Context, hook, people, references
from cds_service.hooks.members import (
    CLINICIANS,
    ENCOUNTER,
    PATIENT,
    Brought,
    BundleOf,
    Resource,
    TypedId,
    is_typed_id,
)

USER = TypedId("userId", required=False, types=CLINICIANS)


@hook("medication-refill", "0.1.0", USER, PATIENT, ENCOUNTER, BundleOf("medications"))
def medication_refill(read: Mapping[str, Any], brought: tuple[Brought, ...]) -> Context:
    """A refill request has come in; often no user is present."""
    orders = read["medications"]
    who = {**people(read), "user_id": read["userId"] or _asking(orders)}
    return Context(**who, orders=orders, focus=references(orders), renews=True, brought=brought)


def _asking(orders: tuple[Resource, ...]) -> str | None:
    """The first requester, or else recorder, that is a clinician."""
    for member in ("requester", "recorder"):
        for order in orders:
            named = order.get(member)
            reference = named.get("reference") if isinstance(named, dict) else None
            if is_typed_id(reference, CLINICIANS):
                return str(reference)
    return None
