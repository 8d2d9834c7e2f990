"""The attributes of a card."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.conformance.exchange import ABSOLUTE, UUID, Exchange, clause, obj, said, words_of
from tests.conformance.response_clauses import SEVERITY, TOPICS

LONGEST_SUMMARY = 139
LONGEST_DETAIL = 1499
HARMS = frozenset({"contraindicated", "major", "moderate", "minor"})
# Without joining, an escaped character stays a token of its own, as it stays text in GitHub's autolinks.
_MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"]).disable("text_join")
_MARKDOWN.validateLink = lambda _url: True  # type: ignore[method-assign]  # another renderer may be less careful
_BARE_LINK = re.compile(r"(?i)\b(?:https?://|ftp://|www\.)\S")
_CONCERN = re.compile(r"[0-9a-f]{16}\Z")


@clause("F5")
def a_card_has_summary_indicator_and_source(exchange: Exchange) -> Iterator[str]:
    for where, card in exchange.cards:
        summary = said(card, "summary")
        if not summary.strip() or "\n" in summary:
            yield f"{where}.summary: one sentence is mandatory"
        if len(summary) > LONGEST_SUMMARY:
            yield f"{where}.summary: {len(summary)} characters, fewer than 140 are allowed"
        yield from (f"{where}.{name}: mandatory" for name in ("indicator", "source") if not card.get(name))


@clause("F6")
def the_indicator_is_one_of_three(exchange: Exchange) -> Iterator[str]:
    wrong = (where for where, card in exchange.cards if said(card, "indicator") not in SEVERITY)
    yield from (f"{where}.indicator: info, warning or critical" for where in wrong)


@clause("F7")
def detail_is_markdown_without_html(exchange: Exchange) -> Iterator[str]:
    for where, card in exchange.cards:
        if "detail" in card and not isinstance(card["detail"], str):
            yield f"{where}.detail: not text"
        if any(token.type in ("html_inline", "html_block") for token in _tokens(said(card, "detail"))):
            yield f"{where}.detail: raw HTML"


@clause("F8")
def a_card_has_a_bare_lower_case_uuid(exchange: Exchange) -> Iterator[str]:
    wrong = (where for where, card in exchange.cards if not UUID.match(said(card, "uuid")))
    yield from (f"{where}.uuid: a bare lower-case UUID, else no feedback can come back" for where in wrong)


@clause("F9")
def the_source_is_named_and_is_no_drill_down(exchange: Exchange) -> Iterator[str]:
    patient = said(obj(dict(exchange.request), "context"), "patientId")
    for where, card in exchange.cards:
        source = obj(card, "source")
        if not said(source, "label").strip():
            yield f"{where}.source.label: mandatory"
        for name in ("url", "icon"):
            if name in source and not ABSOLUTE.match(said(source, name)):
                yield f"{where}.source.{name}: not an absolute http(s) URL"
        if patient and patient in said(source, "url"):
            yield f"{where}.source.url: speaks of the patient, not of the source"


@clause("F11")
def the_topic_is_a_coding(exchange: Exchange) -> Iterator[str]:
    for where, card in exchange.cards:
        topic = obj(obj(card, "source"), "topic")
        yield from (f"{where}.source.topic.{name}: mandatory" for name in ("system", "code") if not said(topic, name))


@clause("F22")
def override_reasons_are_codings_with_display(exchange: Exchange) -> Iterator[str]:
    for where, card in exchange.cards:
        reasons = card.get("overrideReasons", [])
        for number, reason in enumerate(reasons if isinstance(reasons, list) else [reasons]):
            named = reason if isinstance(reason, dict) else {}
            missing = [name for name in ("code", "system", "display") if not said(named, name)]
            yield from (f"{where}.overrideReasons[{number}].{name}: mandatory" for name in missing)


@clause("F33")
def nothing_from_a_chart_can_act_in_a_card(exchange: Exchange) -> Iterator[str]:
    for where, card in exchange.cards:
        for token in _tokens(said(card, "detail")):
            if token.type == "image":
                yield f"{where}.detail: an image"
            if token.type == "link_open" and not ABSOLUTE.match(str(token.attrGet("href"))):
                yield f"{where}.detail: a link that is not http(s)"
            if token.type == "text" and _BARE_LINK.search(token.content):
                yield f"{where}.detail: bare text that GitHub's Markdown makes a link"
        shown = {name: card[name] for name in ("summary", "detail", "source", "links") if name in card}
        yield from (f"{where}.{place}: an invisible character" for place, text in words_of(shown) if _hides(text))
    for where, suggestion in [*exchange.suggestions, *exchange.actions]:
        spoken = said(suggestion, "label") + said(suggestion, "description")
        if _hides(spoken) or "\n" in spoken:
            yield f"{where}: an invisible character or a line break"


@clause("design-2.3-topic")
def the_topic_is_one_of_ours(exchange: Exchange) -> Iterator[str]:
    for where, card in exchange.cards:
        topic = obj(obj(card, "source"), "topic")
        ours = exchange.dialect == "epic" or said(topic, "code") in TOPICS  # Epic's form has a clause of its own
        if said(topic, "system") != "urn:countersign:card-topic" or not ours:
            yield f"{where}.source.topic: not of urn:countersign:card-topic"


@clause("design-2.3-concern")
def a_card_says_whose_concern_it_is(exchange: Exchange) -> Iterator[str]:
    for where, card in exchange.cards:
        concern = obj(obj(card, "extension"), "org.countersign.concern")
        at = f"{where}.extension.org.countersign.concern"
        if not _CONCERN.match(said(concern, "id")):
            yield f"{at}.id: 16 hex digits"
        yield from (f"{at}.{name}: mandatory" for name in ("check", "rule", "version") if not said(concern, name))
        code = said(obj(obj(card, "source"), "topic"), "code")
        silent = code.replace("-", "").startswith("notassessed")  # Epic takes letters and digits alone
        if said(concern, "harm") not in HARMS and not (silent and said(concern, "harm") == "unknown"):
            yield f"{at}.harm: not a grade of harm"


@clause("design-2.6-detail")
def the_detail_says_why_and_is_short(exchange: Exchange) -> Iterator[str]:
    for where, card in exchange.cards:
        if not 0 < len(said(card, "detail")) <= LONGEST_DETAIL:
            yield f"{where}.detail: {len(said(card, 'detail'))} characters, 1 to {LONGEST_DETAIL} are allowed"


def _tokens(detail: str) -> Iterator[Token]:
    for token in _MARKDOWN.parse(detail):
        yield token
        yield from token.children or ()


def _hides(text: str) -> bool:
    """True for control, bidirectional, zero-width and unassigned characters; emoji joiners and line ends are fine."""
    return any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Co", "Cn"} and c not in "\n\u200d" for c in text)
