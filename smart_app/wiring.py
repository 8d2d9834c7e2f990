"""What `create_app` wired, for the blueprints: one object on the app, found with `wired()`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from flask import current_app

from cds_service.chart.patient.scores import KeysOf
from cds_service.evidence.writing import Writer
from cds_service.settings import Settings
from cds_service.store import Store
from cds_service.terminology.vocabulary import Vocabulary
from smart_app.library.catalogue import Catalogue
from smart_app.library.related import RelatedEvidence
from smart_app.sessions.launches import Launches
from smart_app.sessions.views import Views

EXTENSION = "countersign"


@dataclass(frozen=True, slots=True)
class Wiring:
    """`now` gives epoch seconds; tests pass their own."""

    settings: Settings
    store: Store
    launches: Launches
    sign_ins: Launches
    views: Views
    related: RelatedEvidence
    catalogue: Catalogue
    writer: Writer
    now: Callable[[], float]
    vocabulary: Vocabulary
    drug_keys: KeysOf

    @property
    def redirect_uri(self) -> str:
        return f"{self.settings.app_url}/callback"


def wired() -> Wiring:
    return cast(Wiring, current_app.extensions[EXTENSION])
