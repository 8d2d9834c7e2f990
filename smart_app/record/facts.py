"""Facts as the page lists them: value, day, resource, and whether coded or read from text, with the words marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from smart_app.wording import day, text

# Context around the marked words, in characters: enough to judge the reading, not the whole note.
_CONTEXT = 160


@dataclass(frozen=True, slots=True)
class FactLine:
    """`marked` are the words the model or lexicon took, between `before` and `after`. Empty = not recorded."""

    number: int
    label: str
    value: str
    on: str
    note: str
    reference: str
    origin: Literal["coded", "read", "unknown"]
    before: str
    marked: str
    after: str
    model: str
    version: str
    probability: str


def fact_lines(rows: Sequence[Mapping[str, Any]]) -> tuple[FactLine, ...]:
    return tuple(_line(number, row) for number, row in enumerate(rows, start=1))


def _line(number: int, row: Mapping[str, Any]) -> FactLine:
    origin = text(row, "origin")
    before, marked, after = _marked(text_of(row), row.get("span"))
    return FactLine(
        number=number,
        label=_begun(text(row, "label")) or "Unnamed fact",
        value=text(row, "value"),
        on=day(row.get("on")),
        note=text(row, "note"),
        reference=text(row, "reference"),
        origin="coded" if origin == "coded" else "read" if origin == "read" else "unknown",
        before=before,
        marked=marked,
        after=after,
        model=text(row, "model"),
        version=text(row, "version"),
        probability=_probability(row.get("probability")),
    )


def _begun(label: str) -> str:
    """As a heading begins: "serum creatinine" with a capital letter, "eGFR" and "pH" as they are."""
    return label[:1].upper() + label[1:] if label[:2].islower() else label


def text_of(row: Mapping[str, Any]) -> str:
    """The text as stored: not stripped, because the span counts its characters."""
    value = row.get("text")
    return value if isinstance(value, str) else ""


def _marked(whole: str, span: object) -> tuple[str, str, str]:
    """Text cut at the span. A span that does not fit marks nothing; the text then stands alone."""
    if not isinstance(span, Sequence) or len(span) != 2 or not all(type(end) is int for end in span):
        return whole, "", ""
    start, end = span
    if not 0 <= start < end <= len(whole):
        return whole, "", ""
    before, after = whole[:start], whole[end:]
    if len(before) > _CONTEXT:
        before = "…" + before[-_CONTEXT:]
    if len(after) > _CONTEXT:
        after = after[:_CONTEXT] + "…"
    return before, whole[start:end], after


def _probability(value: object) -> str:
    """0.934 -> "93 %". A certainty is never rounded up to 100 %."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return ""
    return "over 99 %" if value >= 0.995 else f"{value * 100:.0f} %"
