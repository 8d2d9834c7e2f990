"""order-select 1.0: orders were picked and may lack details; advice is about the selections, the rest is background."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.errors import InvalidRequest
from cds_service.hooks.contract import Context, hook, people, references
from cds_service.hooks.members import CLINICIAN, DRAFTS, ENCOUNTER, PATIENT, Brought, TypedIds


@hook("order-select", "1.0", CLINICIAN, PATIENT, ENCOUNTER, DRAFTS, TypedIds("selections"))
def order_select(read: Mapping[str, Any], brought: tuple[Brought, ...]) -> Context:
    """Orders were picked; details such as dose or route may still be missing."""
    selections = frozenset(read["selections"])
    if selections - references(read["draftOrders"]):
        raise InvalidRequest("every selection must be an entry of draftOrders", "context.selections")
    return Context(**people(read), orders=read["draftOrders"], focus=selections, brought=brought)
