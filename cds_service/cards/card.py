"""One concern, or what could not be assessed, as one CDS Hooks card with the record of its evidence."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from cds_service.cards.checklist import checklist_extension, checklist_summary
from cds_service.cards.detail import concern_detail, missing_detail
from cds_service.cards.dialects import DIALECTS
from cds_service.cards.discharge import discharge_extension, discharge_summary
from cds_service.cards.offers import Client, Offer, offered
from cds_service.cards.orderables import Orderables
from cds_service.cards.override_reasons import override_reasons
from cds_service.cards.text import LONGEST_SUMMARY, cut, plain, short, titled
from cds_service.claims import Claims
from cds_service.engine import Concern
from cds_service.findings import NotAssessed, Proposal
from cds_service.knowledge import Knowledge
from cds_service.knowledge.passages import Passage

_LONGEST_ORDER = 40


@dataclass(frozen=True)
class Setting:
    """What every card of one answer shares.

    `name(*parts)` gives a UUID that is the same for the same call and parts; `handle(card uuid)` the opaque appContext.
    `drafts` are the order resources as sent, by `Type/id`; `models` maps model names to versions.
    """

    knowledge: Knowledge
    passages: Mapping[str, Passage]
    models: Mapping[str, str]
    drafts: Mapping[str, Mapping[str, Any]]
    launch_url: str
    now: datetime
    name: Callable[..., str]
    handle: Callable[[str], str]
    client: Client = field(default_factory=lambda: Client("", DIALECTS["standard"], Orderables()))


@dataclass(frozen=True)
class Card:
    """`body` goes to the client, `handle` is its key to the evidence page; `concern` is None for not-assessed cards."""

    uuid: str
    topic: str
    identity: Mapping[str, str]
    body: Mapping[str, Any]
    handle: str
    concern: Concern | None = None
    claims: Claims | None = None
    missing: tuple[NotAssessed, ...] = field(default=())


def concern_card(concern: Concern, claims: Claims, missing: tuple[NotAssessed, ...], setting: Setting) -> Card:
    """The card of a concern; `missing` is what could not be assessed about the same order, with its own proposals."""
    finding = concern.finding
    uuid = setting.name("card", concern.id, finding.subject.reference)
    identity = {
        "id": concern.id,
        "check": concern.check.id,
        "rule": finding.rule,
        "version": f"{concern.check.version}+{setting.knowledge.version}",
        "harm": finding.harm,
    }
    source = setting.knowledge.sources[setting.knowledge.cited[finding.cites[0]].source]
    proposals = (*finding.proposals, *(proposal for note in missing for proposal in note.proposals))
    offer = _offer(uuid, proposals, setting)
    whole_list = checklist_summary(finding.items) or discharge_summary(finding.medicines)
    summary = whole_list or _summary(finding.subject.text, finding.summary)
    whole = summary.endswith(plain(finding.summary))
    body = {
        "uuid": uuid,
        "summary": summary,
        "detail": concern_detail(concern, claims, missing, setting.knowledge, offer.words, summarised=whole),
        "indicator": finding.display,
        "source": {
            "label": titled(f"Countersign rules {setting.knowledge.version}: {source.title}", 160),
            "url": source.url,
            "topic": setting.client.dialect.topic(finding.topic, concern.id),
        },
    }
    return _completed(uuid, finding.topic, identity, body, offer, setting, concern, claims, missing)


def missing_card(notes: tuple[NotAssessed, ...], setting: Setting) -> Card:
    """The one stand-alone card for what could not be assessed: a warning when any of it is one."""
    severe = any(note.prominent == "warning" for note in notes)
    identity_of = "|".join(sorted(f"{note.topic}:{note.reason}" for note in notes))
    uuid = setting.name("card", "not-assessed", identity_of)
    identity = {
        "id": setting.name("concern", identity_of).replace("-", "")[:16],
        "check": "order-recognition",
        "rule": "not-assessed",
        "version": f"1+{setting.knowledge.version}",
        "harm": "unknown",
    }
    first = next((note for note in notes if note.prominent == "warning"), notes[0])
    offer = _offer(uuid, tuple(proposal for note in notes for proposal in note.proposals), setting)
    body = {
        "uuid": uuid,
        "summary": _summary(first.subject.text, first.reason)
        if first.subject and not severe
        else cut(_begun(plain(first.reason)), LONGEST_SUMMARY),
        "detail": missing_detail(notes, offer.words),
        "indicator": "warning" if severe else "info",
        "source": {
            "label": f"Countersign rules {setting.knowledge.version}",
            "topic": setting.client.dialect.topic("not-assessed", identity["id"]),
        },
    }
    return _completed(uuid, "not-assessed", identity, body, offer, setting, None, None, notes)


def _summary(order: str, concern: str) -> str:
    return cut(f"{short(order, _LONGEST_ORDER)}: {plain(concern)}", LONGEST_SUMMARY)


def _begun(words: str) -> str:
    """As a sentence begins; `capitalize` would write "the ehr's" after it."""
    return words[:1].upper() + words[1:]


def _completed(
    uuid: str,
    topic: str,
    identity: Mapping[str, str],
    body: dict[str, Any],
    offer: Offer,
    setting: Setting,
    concern: Concern | None,
    claims: Claims | None,
    missing: tuple[NotAssessed, ...],
) -> Card:
    handle = setting.handle(uuid)
    dialect = setting.client.dialect
    if offer.suggestions:
        body |= {"suggestions": list(offer.suggestions), "selectionBehavior": offer.selection}
    context = {"appContext": handle} if dialect.app_context else {}
    body |= {
        "overrideReasons": override_reasons(),
        "links": [{"label": "Show evidence", "url": setting.launch_url, "type": "smart", **context}],
        "extension": {
            "org.countersign.concern": dict(identity),
            **(checklist_extension(concern) if concern and concern.finding.items else {}),
            **(discharge_extension(concern) if concern and concern.finding.medicines else {}),
        },
    }
    return Card(uuid, topic, identity, body, handle, concern, claims, missing)


def _offer(card: str, proposals: tuple[Proposal, ...], setting: Setting) -> Offer:
    return offered(proposals, setting.drafts, setting.client, setting.now, partial(setting.name, card))
