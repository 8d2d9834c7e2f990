"""appointment-book 1.0: appointments are being scheduled, by staff or by patients themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.hooks.contract import Context, hook, people
from cds_service.hooks.members import ENCOUNTER, PATIENT, READER, Brought, BundleOf


@hook("appointment-book", "1.0", READER, PATIENT, ENCOUNTER, BundleOf("appointments", ids=False))
def appointment_book(read: Mapping[str, Any], brought: tuple[Brought, ...]) -> Context:
    """An appointment is being scheduled."""
    return Context(**people(read), brought=brought)
