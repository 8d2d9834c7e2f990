"""The SMART on FHIR app: the evidence behind one card, opened by EHR launch, and what the clinician says about it.

Cards are read and feedback is written only through `cds_service.store`. `create_app` is the only place that wires.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask

from cds_service.evidence.writing import open_writer
from cds_service.settings import Settings
from cds_service.store import Keyring, check_revision, open_store
from cds_service.tables import knowledge_of
from cds_service.web.ops import logs
from smart_app import error_pages
from smart_app.access import security
from smart_app.access.start import check_place
from smart_app.ask import calculators
from smart_app.ask import pages as ask
from smart_app.catalogue import pages as catalogue
from smart_app.evidence import pages as evidence
from smart_app.feedback import opinions, queue
from smart_app.launch import staff, walk
from smart_app.library.catalogue import open_catalogue
from smart_app.library.related import RelatedEvidence, open_related
from smart_app.patient import pages as patient
from smart_app.quality import pages as quality
from smart_app.sessions.launches import Launches
from smart_app.sessions.views import Views
from smart_app.wiring import EXTENSION, Wiring

__all__ = ["create_app"]


def create_app(
    settings: Settings | None = None,
    *,
    related: RelatedEvidence | None = None,
    now: Callable[[], float] = time.time,
) -> Flask:
    """The app as a WSGI object; call it after the worker's fork. SettingsError when something needed is missing.

    `related` and `now` (epoch seconds) are for tests; by default the shipped passages are indexed and time is real.
    """
    settings = settings or Settings.from_env()
    logs.configure()
    check_place(settings)
    check_revision(settings)
    store = open_store(settings, Keyring.load(settings), clock=lambda: datetime.fromtimestamp(now(), UTC))
    knowledge = knowledge_of(settings)
    app = Flask(__name__)
    app.extensions[EXTENSION] = Wiring(
        settings=settings,
        store=store,
        launches=Launches(store.sessions),
        sign_ins=Launches(store.sessions, "staff-sign-in"),
        views=Views(store.sessions),
        related=related or open_related(settings, knowledge),
        catalogue=open_catalogue(settings, knowledge, store.ran_versions, datetime.fromtimestamp(now(), UTC)),
        writer=open_writer(settings, knowledge.vocabulary.lexicon),
        now=now,
        vocabulary=knowledge.vocabulary,
        drug_keys=knowledge.names.keys_of,
    )
    security.install(app, settings)
    error_pages.install(app)
    for room in (walk, staff, evidence, patient, ask, calculators, opinions, queue, quality, catalogue):
        app.register_blueprint(room.blueprint)
    return app
