"""Countersign: decision support at the moment an order is written.

`create_app` is the only place that wires; importing this package opens nothing.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from cds_service.settings import Settings


def create_app(settings: Settings | None = None) -> Flask:
    """The CDS service of one worker: call it after the fork. SettingsError and KnowledgeError stop the start."""
    from flask import Flask

    from cds_service.evidence.opening import open_search, words_alone
    from cds_service.evidence.when_asked import WhenAsked
    from cds_service.knowledge.passages import passages_of
    from cds_service.models import load_models
    from cds_service.rooms import Rooms, offered_services
    from cds_service.settings import Settings
    from cds_service.store import Keyring, open_replay_guard, open_store
    from cds_service.tables import knowledge_of, orderables_of
    from cds_service.terminology import units
    from cds_service.views import views_of
    from cds_service.web import register

    settings = settings or Settings.from_env()
    keyring = Keyring.load(settings)
    _check_databases(settings)
    knowledge = knowledge_of(settings)
    units.prepare()
    models = load_models(settings, knowledge.vocabulary.names())
    rooms = Rooms(
        settings=settings,
        keyring=keyring,
        store=open_store(settings, keyring),
        replay_guard=open_replay_guard(settings),
        knowledge=knowledge,
        passages={passage.id: passage for passage in passages_of(knowledge)},
        models=models,
        services=offered_services(knowledge, views=views_of(settings)),
        clock=lambda: datetime.now(UTC),
        evidence=WhenAsked(lambda: open_search(settings, knowledge, models), lambda: words_alone(knowledge)),
        orderables=orderables_of(settings),
    )
    app = Flask(__name__, static_folder=None)
    register(app, rooms)
    app.extensions["countersign"] = rooms
    return app


def _check_databases(settings: Settings) -> None:
    """A database of another revision stops the start. One that does not answer does not: a worker that is replaced
    during an outage must still give the rules' cards; `serve` has looked before the first worker."""
    import structlog

    from cds_service.errors import StoreUnavailable
    from cds_service.store import check_revision

    try:
        check_revision(settings)
    except StoreUnavailable:
        structlog.get_logger("countersign").warning("database does not answer at the start; records go to the journal")
