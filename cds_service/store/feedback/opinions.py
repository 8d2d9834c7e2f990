"""What a person says about a card in the app: the same table as the EHR's feedback, on the channel `smart-app`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from cds_service.errors import InvalidRequest
from cds_service.store.engine.database import insert_once
from cds_service.store.feedback.feedback import IssuedTo, as_row, audited
from cds_service.store.records import FeedbackResult
from cds_service.store.schema.calls import card, feedback, invocation
from cds_service.store.sealing.keyring import Keyring
from cds_service.store.trail import audit

VERDICTS = ("useful", "not-useful", "wrong")
# The form's codes stand in a clear column, so typed text must not get in by mistake.
_FORM_CODE = re.compile(r"[A-Za-z0-9]+([-_.][A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a person said in the app about one card."""

    card: str
    tenant: str
    user: str | None
    verdict: str
    reason_code: str | None
    comment: str | None
    at: datetime
    passage: str | None = None  # id of the passage that it is about; None: the card as a whole


def append(connection: Connection, keyring: Keyring, opinion: Opinion, now: datetime) -> FeedbackResult:
    """Add one opinion and its audit row; the card must have been issued to the person's tenant."""
    if opinion.verdict not in VERDICTS:
        raise InvalidRequest("the verdict is not one of the form's", "verdict")
    if opinion.reason_code is not None and not _FORM_CODE.fullmatch(opinion.reason_code):
        raise InvalidRequest("the reason is not one of the form's", "reason_code")
    query = select(invocation.c.issuer, invocation.c.service).join(card, card.c.invocation == invocation.c.id)
    call = connection.execute(query.where(card.c.uuid == opinion.card, invocation.c.tenant == opinion.tenant)).first()
    if call is None:
        return FeedbackResult(unknown=1)
    caller = IssuedTo(opinion.tenant, call.issuer, call.service)
    is_new = insert_once(connection, feedback, {**_opinion_row(keyring, caller, opinion), "received_at": now})
    result = FeedbackResult(stored=int(is_new), repeated=int(not is_new))
    audit.append(connection, keyring, audited(caller, "smart-app", result, now, subject=opinion.card))
    return result


def _opinion_row(keyring: Keyring, caller: IssuedTo, opinion: Opinion) -> dict[str, Any]:
    words = {
        "system": None,
        "code": opinion.reason_code,
        "display": None,
        "comment": opinion.comment,
        "user": opinion.user,
        "passage": opinion.passage,
    }
    head = {"channel": "smart-app", "card": opinion.card, "outcome": opinion.verdict, "at": opinion.at}
    clear: dict[str, Any] = {"suggestions": [], "reason_code": opinion.reason_code, "client_added": False}
    person = [keyring.pseudonym(f"user\n{caller.tenant}\n{opinion.user}")]
    return as_row(keyring, caller, {**head, **clear}, person, words)
