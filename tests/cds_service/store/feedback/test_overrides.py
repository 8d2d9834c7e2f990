"""What a clinician overrode in an encounter is known there, to them, until they change their mind; and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from cds_service.store import Occasion
from tests.cds_service.store.conftest import AT

CALLER = ("north", "https://ehr.example/north", "medication-safety")
HERE = Occasion("north", "patient-1", "encounter-3", "Practitioner/7")


def overridden(feedback_item, **changes):
    return feedback_item(outcome="overridden", suggestions=(), **changes)


def test_an_override_counts_for_this_clinician_patient_and_encounter_alone(store, call, feedback_item) -> None:
    made = call()
    store.record(made)
    concern = made.cards[0].concern
    assert store.overrides.among(HERE, [concern]) == frozenset()
    store.add_feedback(*CALLER, [overridden(feedback_item)])
    assert store.overrides.among(HERE, [concern, "another"]) == {concern}
    for elsewhere in (
        replace(HERE, user="Practitioner/8"),
        replace(HERE, encounter="encounter-4"),
        replace(HERE, patient="patient-2"),
        replace(HERE, tenant="south"),
    ):
        assert store.overrides.among(elsewhere, [concern]) == frozenset()


def test_who_accepts_later_has_changed_their_mind_and_the_order_of_arrival_does_not_matter(
    store, call, feedback_item
) -> None:
    made = call()
    store.record(made)
    concern = made.cards[0].concern
    later = feedback_item(at=AT + timedelta(minutes=5))
    store.add_feedback(*CALLER, [overridden(feedback_item), later])
    assert store.overrides.among(HERE, [concern]) == frozenset()
    store.add_feedback(*CALLER, [overridden(feedback_item, at=AT + timedelta(minutes=9))])
    assert store.overrides.among(HERE, [concern]) == {concern}
    store.add_feedback(*CALLER, [feedback_item(at=AT + timedelta(minutes=7))])
    assert store.overrides.among(HERE, [concern]) == {concern}


def test_a_call_without_an_encounter_or_a_user_leaves_nothing(store, call, feedback_item, rows) -> None:
    for number, changes in enumerate(({"encounter": None}, {"user": None}, {"patient": None})):
        store.record(call(f"c{number}", **changes))
        store.add_feedback(*CALLER, [overridden(feedback_item, card=f"c{number}-card-0")])
    assert rows("SELECT count(*) FROM kept_override") == [(0,)]
    assert Occasion.of("north", "p", None, "u") is None


def test_an_issuer_of_several_tenants_rates_the_cards_of_each(store, call, feedback_item, rows) -> None:
    store.record(call("n"))
    store.record(call("s", tenant="south"))
    both = [overridden(feedback_item, card=f"{name}-card-0") for name in ("n", "s")]
    assert store.add_feedback(("north", "south"), CALLER[1], CALLER[2], both).stored == 2
    assert rows("SELECT tenant FROM feedback ORDER BY tenant") == [("north",), ("south",)]


def test_a_memory_that_does_not_answer_is_none_and_is_left_alone_for_a_while(store, call, feedback_item, gone) -> None:
    made = call()
    store.record(made)
    store.add_feedback(*CALLER, [overridden(feedback_item)])
    with gone():
        assert store.overrides.among(HERE, [made.cards[0].concern]) == frozenset()
    assert store.overrides.among(HERE, [made.cards[0].concern]) == frozenset()
