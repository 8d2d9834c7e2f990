"""encounter-start 1.0: admission or check-in; it may come several times in one encounter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.hooks.contract import Context, hook, people
from cds_service.hooks.members import CLINICIAN, PATIENT, BareId, Brought


@hook("encounter-start", "1.0", CLINICIAN, PATIENT, BareId("encounterId"))
def encounter_start(read: Mapping[str, Any], brought: tuple[Brought, ...]) -> Context:
    """A patient is admitted or checked in."""
    return Context(**people(read), brought=brought)
