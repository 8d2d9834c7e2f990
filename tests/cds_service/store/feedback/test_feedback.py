"""Feedback: stored once, only about cards that this caller got, all of a batch or none of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from cds_service.errors import InvalidRequest, StoreUnavailable
from cds_service.store import FeedbackResult
from tests.stored_feedback import feedback_for

CALLER = ("north", "https://ehr.example/north", "medication-safety")
REASONS = "http://terminology.hl7.org/CodeSystem/non-adherence-reason-codes"


@pytest.fixture(autouse=True)
def issued(store, call):
    store.record(call())


def test_what_the_clinician_accepted_comes_back(store, feedback_item):
    assert store.add_feedback(*CALLER, [feedback_item(comment="as advised")]) == FeedbackResult(stored=1)
    (event,) = feedback_for(store, "a-card-0")
    assert (event.channel, event.outcome, event.suggestions) == ("cds-hooks", "accepted", ("a-card-0-stop",))
    assert (event.comment, event.user, event.client_added) == ("as advised", None, False)
    assert event.at == feedback_item().at


@pytest.mark.covers("G7")
def test_the_same_feedback_again_is_counted_and_not_stored(store, feedback_item, rows):
    both = ("a-card-0-stop", "a-card-0-replace")
    first = feedback_item(suggestions=both)
    elsewhere = first.at.astimezone(timezone(timedelta(hours=5, minutes=30)))
    again = replace(first, suggestions=both[::-1] + both, at=elsewhere, comment="sent again")
    assert store.add_feedback(*CALLER, [first, first]) == FeedbackResult(stored=1, repeated=1)
    assert store.add_feedback(*CALLER, [again]) == FeedbackResult(repeated=1)
    assert rows("SELECT count(*) FROM feedback") == [(1,)]


def test_another_outcome_or_time_is_another_event_and_the_latest_comes_last(store, feedback_item):
    later = feedback_item().at + timedelta(minutes=2)
    overridden = feedback_item(outcome="overridden", suggestions=(), at=later)
    store.add_feedback(*CALLER, [overridden])
    store.add_feedback(*CALLER, [feedback_item(), feedback_item(at=later + timedelta(microseconds=1))])
    assert [event.outcome for event in feedback_for(store, "a-card-0")] == ["accepted", "overridden", "accepted"]


@pytest.mark.parametrize("position", range(3))
def test_a_card_of_somebody_else_is_as_unknown_as_one_that_never_was(store, feedback_item, rows, position):
    caller = list(CALLER)
    caller[position] = "another"
    assert store.add_feedback(*caller, [feedback_item()]) == FeedbackResult(unknown=1)
    assert store.add_feedback(*CALLER, [feedback_item(card="never-was")]) == FeedbackResult(unknown=1)
    assert rows("SELECT count(*) FROM feedback") == [(0,)]


@pytest.mark.parametrize("alien", ["never-was", "a-card-1-stop", "b-card-0-stop"])
def test_a_suggestion_that_is_not_on_the_card_refuses_the_whole_batch(store, call, feedback_item, rows, alien):
    store.record(call("b"))
    before = rows("SELECT count(*) FROM audit")
    batch = [feedback_item(), feedback_item(suggestions=("a-card-0-stop", alien)), feedback_item(card="b-card-0")]
    for _ in range(2):
        with pytest.raises(InvalidRequest) as refused:
            store.add_feedback(*CALLER, batch)
        assert refused.value.where == "feedback[1].acceptedSuggestions"
        assert alien not in str(refused.value)
    assert rows("SELECT count(*) FROM feedback") == [(0,)]
    assert rows("SELECT count(*) FROM audit") == before


def test_an_outcome_of_ones_own_making_is_refused(store, feedback_item):
    with pytest.raises(InvalidRequest) as refused:
        store.add_feedback(*CALLER, [feedback_item(outcome="ignored")])
    assert refused.value.where == "feedback[0].outcome"


@pytest.mark.covers("G12")
def test_a_reason_stands_in_clear_only_when_the_card_offered_it(store, feedback_item, rows):
    offered = feedback_item(outcome="overridden", suggestions=(), reason_system=REASONS, reason_code="benefit")
    added = replace(offered, reason_code="own-words", reason_display="Own words", at=offered.at + timedelta(seconds=1))
    store.add_feedback(*CALLER, [offered, added])
    assert rows("SELECT reason_code, client_added FROM feedback ORDER BY at") == [("benefit", 0), (None, 1)]
    first, second = feedback_for(store, "a-card-0")
    assert (first.reason_code, first.client_added) == ("benefit", False)
    assert (second.reason_code, second.reason_display, second.client_added) == ("own-words", "Own words", True)


def test_a_batch_writes_one_audit_row_with_its_counts(store, feedback_item, rows):
    store.add_feedback(*CALLER, [feedback_item(), feedback_item(), feedback_item(card="never-was")])
    ((detail,),) = rows("SELECT detail FROM audit WHERE action = 'feedback'")
    assert '"stored":1' in detail
    assert '"repeated":1' in detail
    assert '"unknown":1' in detail


def test_the_same_batch_from_many_threads_is_stored_once(store, feedback_item, rows):
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: store.add_feedback(*CALLER, [feedback_item()]), range(24)))
    assert sum(result.stored for result in results) == 1
    assert sum(result.repeated for result in results) == 23
    assert rows("SELECT count(*) FROM feedback") == [(1,)]


def test_a_lock_that_outlasts_the_patience_is_an_outage_not_a_hang(store, feedback_item, locked, rows):
    """The lock lasts until the refusal is here, so that only the store's own patience ends the wait."""
    with locked(), pytest.raises(StoreUnavailable):
        store.add_feedback(*CALLER, [feedback_item()])
    assert rows("SELECT count(*) FROM feedback") == [(0,)]
    assert store.add_feedback(*CALLER, [feedback_item()]) == FeedbackResult(stored=1)


def test_feedback_about_a_card_that_waits_in_the_journal_is_not_lost(store, call, feedback_item, locked):
    with locked():
        assert store.record(call("b")) == "journalled"
    assert store.add_feedback(*CALLER, [feedback_item(card="b-card-0")]) == FeedbackResult(stored=1)
    assert store.pending() == 0


def test_an_event_cannot_be_changed_or_removed_by_whoever_holds_the_file(store, feedback_item, rows):
    store.add_feedback(*CALLER, [feedback_item()])
    for statement in ("UPDATE feedback SET outcome = 'overridden'", "DELETE FROM feedback"):
        with pytest.raises(Exception, match="append-only"):
            rows(statement)


def test_an_opinion_of_the_app_lands_beside_the_cards_own_feedback(store, feedback_item, keyring):
    store.add_feedback(*CALLER, [feedback_item()])
    at = feedback_item().at + timedelta(minutes=5)
    said = ("a-card-0", "north", "Practitioner/7", "not-useful", "too-obvious", "we know this", at)
    assert store.add_opinion(*said) == FeedbackResult(stored=1)
    assert store.add_opinion(*said) == FeedbackResult(repeated=1)
    ehr, app = store.card_by_handle(keyring.handle("a-card-0")).feedback
    assert (ehr.channel, app.channel) == ("cds-hooks", "smart-app")
    assert (app.outcome, app.reason_code, app.comment, app.user) == (
        "not-useful",
        "too-obvious",
        "we know this",
        "Practitioner/7",
    )


def test_two_people_may_hold_the_same_opinion_at_the_same_moment(store, feedback_item):
    for user in ("Practitioner/7", "Practitioner/8", None):
        assert store.add_opinion("a-card-0", "north", user, "useful", None, None, feedback_item().at).stored == 1


def test_an_opinion_about_another_tenants_card_is_not_stored(store, feedback_item, rows):
    said = ("Practitioner/7", "useful", None, None, feedback_item().at)
    assert store.add_opinion("a-card-0", "south", *said) == FeedbackResult(unknown=1)
    assert store.add_opinion("never-was", "north", *said) == FeedbackResult(unknown=1)
    assert rows("SELECT count(*) FROM feedback") == [(0,)]


@pytest.mark.parametrize(("verdict", "reason"), [("accepted", None), ("wrong", "typed text"), ("wrong", "")])
def test_an_opinion_outside_the_form_is_refused(store, feedback_item, verdict, reason):
    with pytest.raises(InvalidRequest):
        store.add_opinion("a-card-0", "north", None, verdict, reason, None, feedback_item().at)
