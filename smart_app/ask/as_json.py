"""The answer to a question as JSON, for whoever builds a page of its own: what the page says, with the marked spans.

`calculators` are those whose inputs the card of this view holds, with the patient's values in the formula, offered when
the question is about what they compute.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any

from cds_service.evidence.answering import NOT_FOUND
from smart_app.access.card import card_of
from smart_app.library.related import Answering, FoundPassage
from smart_app.record.calculation import Calculation, calculations
from smart_app.record.facts import fact_lines
from smart_app.sessions.views import View
from smart_app.wording import items

_ABOUT_KIDNEYS = re.compile(
    r"\b(kidney|renal|e?gfr|crcl|clearance|creatinine|dialysis|dos(?:e|es|ing))\b", re.IGNORECASE
)


def as_json(question: str, answer: Answering | None, view: View) -> dict[str, Any]:
    """`found` is False when nothing seems to answer; the nearest passages stand anyway. Spans are (start, end)."""
    found = answer is not None and answer.found
    return {
        "found": found,
        **({} if found else {"said": NOT_FOUND}),
        **({"degraded": answer.degraded} if answer and answer.degraded else {}),
        "passages": [_passage(one) for one in answer.passages] if answer else [],
        "calculators": [asdict(one) for one in _calculators(question, view)],
    }


def _passage(found: FoundPassage) -> dict[str, Any]:
    spans, at = [], 0
    for piece in found.pieces:
        if piece.marked:
            spans.append([at, at + len(piece.text)])
        at += len(piece.text)
    return {**asdict(found.passage), "spans": spans, "found_by": list(found.ranks)}


def _calculators(question: str, view: View) -> tuple[Calculation, ...]:
    if view.card_handle is None or not _ABOUT_KIDNEYS.search(question):
        return ()
    return calculations(fact_lines(items(card_of(view).evidence, "facts")))
