"""encounter-discharge 1.0: at any point of a discharge."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.hooks.contract import Context, hook, people
from cds_service.hooks.members import CLINICIAN, PATIENT, BareId, Brought


@hook("encounter-discharge", "1.0", CLINICIAN, PATIENT, BareId("encounterId"))
def encounter_discharge(read: Mapping[str, Any], brought: tuple[Brought, ...]) -> Context:
    """A patient is being discharged."""
    return Context(**people(read), brought=brought)
