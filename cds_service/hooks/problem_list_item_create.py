"""problem-list-item-create 0.1.0: problems were added to the list. The Bundle may lack a type, and a problem an id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.hooks.contract import Context, entered, hook, people
from cds_service.hooks.members import CLINICIAN, ENCOUNTER, PATIENT, Brought, BundleOf


@hook("problem-list-item-create", "0.1.0", CLINICIAN, PATIENT, ENCOUNTER, BundleOf("conditions", ids=False))
def problem_list_item_create(read: Mapping[str, Any], brought: tuple[Brought, ...]) -> Context:
    """Problems were added to the problem list."""
    conditions = (one for one in read["conditions"] if one["resourceType"] == "Condition")
    return Context(**people(read), entries=entered(conditions), brought=brought)
