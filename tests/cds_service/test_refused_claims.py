"""A claim that its source does not bear out: no card has it, it is counted, and the card itself still comes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cds_service.chart import Chart
from cds_service.checks import CHECKS, Check
from cds_service.findings import Finding, NotAssessed
from cds_service.knowledge import Knowledge
from tests.hook_calls import allergy, bundle, chart, draft, note, order_sign, patient_view
from tests.running_service import RunningService

INVENTED = "lisinopril raises potassium by 97 mmol/L"
ROW = "methotrexate-weekly"


def overstates(chart: Chart, _knowledge: Knowledge) -> Iterator[Finding | NotAssessed]:
    """A check that cites a row for a drug and a figure that do not stand there."""
    for order in chart.orders:
        yield Finding(
            topic="age",
            rule=ROW,
            harm="major",
            display="warning",
            subject=order.ref,
            concepts=(),
            summary=INVENTED,
            cites=(ROW,),
            facts=(),
            proposals=(),
        )


CHECK = Check(
    "overstates", "medication-safety", "age", ("order-select", "order-sign"), (), "1", "Overstates.", overstates
)


def test_it_is_dropped_and_counted_and_the_card_comes_all_the_same(
    service: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(CHECKS, CHECK.id, CHECK)
    before = service.refused_claims()
    card = service.ask(order_sign(draft("vitamin c 500 mg daily"))).card("age")
    assert card["indicator"] == "warning"
    assert "97 mmol/L" not in card["detail"]
    more = {labels: count - before.get(labels, 0) for labels, count in service.refused_claims().items()}
    counted = {labels for labels, count in more.items() if count}
    assert counted, "nothing was counted"
    assert all('kind="concern"' in labels for labels in counted)


@pytest.mark.parametrize("denied", ["NKDA", "No Known Allergies."])
def test_a_note_of_no_allergies_beside_a_recorded_one_says_what_it_read(service: RunningService, denied: str) -> None:
    before = service.refused_claims()
    known = chart(allergies=bundle(allergy("aspirin", recordedDate="2020-01-01")))
    (card,) = service.ask(patient_view(note(denied), prefetch=known), "chart-reconciliation").cards
    assert f"a note says otherwise: “{denied.rstrip('.')}”" in card["summary"]
    assert service.refused_claims() == before
