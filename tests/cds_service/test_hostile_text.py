"""Whatever stands in a chart is inert in a card: no markup, no link, no direction change, no size that hurts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from markdown_it import MarkdownIt

from tests.cds_client import Reply
from tests.hook_calls import RXNORM, active, allergy, bundle, chart, draft, egfr, order_sign, person
from tests.running_service import RunningService

HOSTILE = {
    "a script": "<script>alert(1)</script>",
    "an event handler": "<img src=x onerror=alert(1)>",
    "a link that runs": "[x](javascript:alert(1))",
    "a link elsewhere": "[Show evidence](https://evil.example/login)",
    "a reference link": "[x][1]\n\n[1]: https://evil.example",
    "an image": "![](http://evil.example/p.png)",
    "a bare address": "see https://evil.example or www.evil.example or mailto:a@evil.example",
    "an autolink": "<https://evil.example>",
    "direction marks": "safe \u202e gnirts \u2066 x",
    "invisible letters": "war\u200bfarin\ufeff\u00ad",
    "terminal codes": "\x1b[31mred\x07",
    "a template": "{{7*7}} ${7*7}",
    "a formula": "=cmd|' /C calc'!A0",
    "a table and headings": "# big\n| a | b |\n|---|---|\n***\n> quote\n- [ ] item",
    "a code fence": "```\nend of card\n```",
    "many emoji": "👩‍⚕️" * 60,
    "entities": "&lt;b&gt; &#x3c;script&#x3e;",
}
_GITHUB_LIKE = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def calls(text: str) -> Iterator[dict[str, Any]]:
    """The text at every place from which a card quotes."""
    warfarin = bundle(active("warfarin 5 mg daily"))
    yield order_sign(draft(f"bactrim ds bid {text}"), prefetch=chart(medications=warfarin))
    yield order_sign(draft(f"{text} zorbaquint"))
    yield order_sign(draft("bactrim ds"), prefetch=chart(medications=bundle(active(f"warfarin 5 mg {text}"))))
    coded = {"coding": [{"system": RXNORM, "code": "10180", "display": text}]}
    yield order_sign(draft("", medicationCodeableConcept=coded), prefetch=chart(medications=warfarin))
    sig = [{"text": text, "route": {"text": text}}]
    yield order_sign(draft("bactrim ds", dosageInstruction=sig), prefetch=chart(medications=warfarin))
    reaction = [{"manifestation": [{"text": text}]}]
    known = allergy(f"penicillin {text}", reaction=reaction, criticality=text, type=text)
    yield order_sign(draft("amox 500"), prefetch=chart(allergies=bundle(known, allergy(text, 2))))
    result = egfr(24)
    result["valueQuantity"] = {"value": 24, "unit": text, "comparator": text}
    yield order_sign(draft("metformin 1000 bid"), prefetch=chart(labs=bundle(result)))
    yield order_sign(
        draft("metformin 1000 bid"), prefetch=chart(labs=bundle({**egfr(24), "id": text}), patient=person(gender=text))
    )
    yield order_sign(draft("metforminn 500", reasonCode=[{"text": text}]), prefetch=chart(labs=bundle(egfr(24))))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.covers("C-68", "F33", "F7", "SC17")
def test_text_from_a_chart_does_nothing_in_a_card(service: RunningService, name: str) -> None:
    replies = [service.ask(body) for body in calls(HOSTILE[name])]  # each card goes through the checker as well
    shown = [card for reply in replies for card in reply.cards]
    assert len(shown) > len(replies) / 2, "the text stands in hardly any card, so that this shows nothing"
    for card in shown:
        assert_inert(card["detail"])
        assert "\n" not in card["summary"]


def assert_inert(detail: str) -> None:
    """Rendered, the detail holds our own few elements and links to our own sources."""
    rendered = _GITHUB_LIKE.render(detail)
    for tag in ("<script", "<img", "<h1", "<h2", "<table", "<blockquote", "<code", "<pre", "<hr"):
        assert tag not in rendered, rendered
    hrefs = [link.partition('"')[0] for link in rendered.split('href="')[1:]]
    assert not [href for href in hrefs if "evil" in href or not href.startswith("https://")]


@pytest.mark.parametrize(
    "name", ["a script", "a link that runs", "a formula", "a template", "a table and headings", "entities"]
)
def test_a_reader_still_sees_what_was_written(service: RunningService, name: str) -> None:
    """Inert is not the same as gone: the text is shown as text."""
    text = HOSTILE[name]
    prefetch = chart(medications=bundle(active("warfarin 5 mg daily")))
    reply = service.ask(order_sign(draft(f"bactrim ds bid {text}"), prefetch=prefetch))
    shown, _, concern = reply.card("drug-interaction")["summary"].rpartition(": sulfamethoxazole")
    assert concern and len(shown) > 20
    assert f"bactrim ds bid {' '.join(text.split())}".startswith(shown.removesuffix("…"))


@pytest.mark.parametrize("filler", ["bactrim ds ", "x", "метформин ", "🙂", "( [ ", "1 "])
def test_a_very_long_order_holds_nobody_up(service: RunningService, filler: str) -> None:
    text = (filler * 500_000)[: 900_000 if filler.isascii() else 80_000]
    reply = service.ask(order_sign(draft(text), prefetch=chart(medications=bundle(active("warfarin 5 mg daily")))))
    assert all(len(card["summary"]) < 140 and len(card["detail"]) < 1500 for card in reply.cards)
    assert reply.cards


def test_nothing_of_the_chart_but_what_a_card_must_show_leaves_the_service(service: RunningService) -> None:
    canary = "canary-51f0"
    patient = person(name=[{"text": canary}], identifier=[{"value": canary}], address=[{"text": canary}])
    body = order_sign(draft("bactrim ds"), prefetch=chart(patient=patient, medications=bundle(active("warfarin"))))
    reply = service.ask({**body, "fhirServer": f"https://{canary}.example.org/fhir"})
    assert canary not in json.dumps(without_actions(reply))


def without_actions(reply: Reply) -> list[dict[str, Any]]:
    """The cards without the orders in their suggestions, which are the client's own."""
    return [{name: value for name, value in card.items() if name != "suggestions"} for card in reply.cards]
