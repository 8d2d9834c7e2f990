"""The rule behind a card in plain words, and whether a person has approved it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from smart_app.wording import day, members, text

# As a row of the tables has it: role, day, day of the next review, and mostly who approved and who wrote it.
_APPROVED = re.compile(r"(?P<role>[^|]+)\|(?P<on>[\d-]{10})\|(?P<by>[\d-]{10})(?:\|(?P<who>[^|]+)\|[^|]+)?")


@dataclass(frozen=True, slots=True)
class RuleLine:
    """The rule in words. `review` is a sentence; `reviewed` is True only for a recorded approval. `checked` says when
    the row was held against which page; empty when it was not."""

    id: str
    version: str
    title: str
    words: str
    summary: str
    management: str
    review: str
    reviewed: bool
    check: str = ""
    checked: str = ""


def rule_line(record: Mapping[str, Any]) -> RuleLine:
    row, check = members(record, "rule"), members(record, "check")
    review, reviewed = _review(row.get("review"))
    return RuleLine(
        id=text(row, "id") or text(check, "id"),
        version=text(check, "version"),
        title=text(check, "title"),
        words=text(check, "words"),
        summary=text(row, "summary"),
        management=text(row, "management"),
        review=review,
        reviewed=reviewed,
        check=text(check, "id"),
        checked=_checked(members(row, "checked")),
    )


def _checked(found: Mapping[str, Any]) -> str:
    if not (found.get("on") and text(found, "page")):
        return ""
    return f"Its authors compared this row with {text(found, 'page')} on {day(found['on'])}; that is not a review."


def _review(review: object) -> tuple[str, bool]:
    """The review status in a sentence. Only a recorded approval (role and date) counts as one."""
    if isinstance(review, Mapping) and text(review, "role") and text(review, "date"):
        until = day(review.get("review_by"))
        return (
            f"Approved by {text(review, 'role')} on {day(review['date'])}"
            + (f", to be reviewed by {until}." if until else "."),
            True,
        )
    if isinstance(review, str) and (found := _APPROVED.fullmatch(review)):
        who = f"{found['who']} ({found['role']})" if found["who"] else found["role"]
        return f"Approved by {who} on {day(found['on'])}, to be reviewed by {day(found['by'])}.", True
    if isinstance(review, str) and review not in ("", "unreviewed"):
        return f"Review recorded: {review}.", True
    return "Not yet reviewed by a pharmacist at this site.", False
