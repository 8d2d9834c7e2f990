"""order-sign 1.0: about to be signed. Every draft is in focus, whatever its status: revised orders are signed again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.hooks.contract import Context, hook, people, references
from cds_service.hooks.members import CLINICIAN, DRAFTS, ENCOUNTER, PATIENT, Brought


@hook("order-sign", "1.0", CLINICIAN, PATIENT, ENCOUNTER, DRAFTS)
def order_sign(read: Mapping[str, Any], brought: tuple[Brought, ...]) -> Context:
    """Orders are about to be signed, with all their details."""
    orders = read["draftOrders"]
    return Context(**people(read), orders=orders, focus=references(orders), brought=brought)
