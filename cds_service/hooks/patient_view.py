"""patient-view 1.0: a chart was opened. Patients and related persons may be the readers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.hooks.contract import Context, hook, people
from cds_service.hooks.members import ENCOUNTER, PATIENT, READER, Brought


@hook("patient-view", "1.0", READER, PATIENT, ENCOUNTER)
def patient_view(read: Mapping[str, Any], brought: tuple[Brought, ...]) -> Context:
    """A patient's chart was opened."""
    return Context(**people(read), brought=brought)
