"""Cards written to a site's own FHIR server, on both engines: each once, whatever breaks, and all of it on record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fhir.resources.R4B import get_fhir_model_class

from cds_service.errors import CountersignError
from cds_service.governance.resources import Place
from cds_service.governance.write_back import KINDS, WriteBack
from cds_service.store import Periods, open_store
from cds_service.store.waiting.outbox import FIRST_PAUSE, LONGEST_PAUSE, MOST_TRIES
from tests.cds_service.store.older_code import OlderCode
from tests.writable_fhir import LOST, WritableFhir

PLACE = Place("https://countersign.example.org", away=True)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(store, settings, keyring, clock) -> Iterator[tuple]:
    """A store with a clock of its own and an EHR that takes everything, enabled before the calls of the tests."""
    with closing(open_store(settings, keyring, clock)) as timed, WritableFhir(KINDS) as ehr:
        timed.outbox.enable("north", ehr.url, KINDS)
        yield timed, ehr


class Tokens:
    """Gives the same token until it is told to forget it."""

    def __init__(self) -> None:
        self.forgotten = 0

    def token(self, _tenant: str, _base: str) -> str:
        return f"token-{self.forgotten}"

    def forget(self, _tenant: str, _base: str) -> None:
        self.forgotten += 1


class NoTokens(Tokens):
    def token(self, _tenant: str, _base: str) -> str:
        raise CountersignError("we have no key")


def back(store, access=None) -> WriteBack:
    return WriteBack(store, access or Tokens(), PLACE)


def with_suggestions(call):
    delete = {"type": "delete", "description": "Stop it", "resourceId": "MedicationRequest/1"}
    offered = [{"label": "Stop it", "uuid": "a-card-0-stop", "actions": [delete]}]
    body = {**call.cards[0].body, "suggestions": offered, "selectionBehavior": "any"}
    return replace(call, cards=(replace(call.cards[0], body=body), call.cards[1]))


def test_each_card_is_written_once_as_valid_resources_with_our_identifier(site, call):
    store, ehr = site
    store.record(with_suggestions(call()))
    store.record(call("other", tenant="south"))
    assert back(store).round() == 5
    assert back(store).round() == 0
    kinds = sorted(one["resourceType"] for one in ehr.kept)
    assert kinds == ["DetectedIssue"] * 2 + ["GuidanceResponse"] * 2 + ["RequestGroup"]
    for one in ehr.kept:
        get_fhir_model_class(one["resourceType"]).model_validate(one)
        assert "id" not in one
        assert one["identifier"][0]["value"].startswith("urn:uuid:a-card-")
        assert (one.get("patient") or one.get("subject")) == {"reference": "Patient/patient-1"}
    guided = next(one for one in ehr.kept if "result" in one)
    assert guided["result"]["reference"] == "https://countersign.example.org/fhir/RequestGroup/a-card-0"
    assert ehr.tokens == {"Bearer token-0"}


@pytest.mark.parametrize("conditional", [True, False])
def test_an_answer_that_was_lost_leaves_no_second_resource(site, call, clock, conditional):
    store, ehr = site
    ehr.conditional, ehr.next = conditional, [LOST, 503]
    store.outbox.enable("north", ehr.url, ["DetectedIssue"])
    store.record(call())
    assert back(store).round() == 0
    clock.now += timedelta(hours=1)
    assert back(store).round() == 2
    assert len(ehr.kept) == len({one["identifier"][0]["value"] for one in ehr.kept}) == 2


def test_what_fails_is_tried_ever_more_seldom_and_given_up_in_the_end(site, call, clock):
    store, _ = site
    store.record(replace(call(), cards=call().cards[:1]))
    store.outbox.gather(store.outbox.sites()[0], "DetectedIssue", KINDS["DetectedIssue"][1])
    for tries in range(MOST_TRIES):
        (one,) = store.outbox.take("north")
        assert one.tries == tries
        given_up = store.outbox.failed(one, "the server answered 503", 503, None, final=False)
        assert given_up is (tries == MOST_TRIES - 1)
        pause = min(FIRST_PAUSE * 2**tries, LONGEST_PAUSE)
        clock.now += pause * 0.79
        assert store.outbox.take("north") == []
        clock.now += pause * 0.42
    assert store.outbox.counts() == {("north", "given-up"): 1}


def test_an_answer_that_would_not_change_is_final_and_a_type_that_is_not_listed_waits(site, call, clock):
    store, ehr = site
    store.record(replace(with_suggestions(call()), cards=with_suggestions(call()).cards[:1]))
    ehr.kinds, ehr.next = ["DetectedIssue"], [422]
    assert back(store).round() == 0
    assert store.outbox.counts() == {("north", "given-up"): 1, ("north", "waiting"): 2}
    ehr.kinds = list(KINDS)
    clock.now += timedelta(hours=1)
    assert back(store).round() == 2
    assert sorted(one["resourceType"] for one in ehr.kept) == ["GuidanceResponse", "RequestGroup"]


def test_without_a_token_nothing_is_sent_and_everything_waits(site, call):
    store, ehr = site
    store.record(call())
    assert back(store, NoTokens()).round() == 0
    assert store.outbox.counts() == {("north", "waiting"): 5}
    assert not ehr.kept


def test_a_token_that_the_server_takes_back_is_not_used_again(site, call, clock):
    store, ehr = site
    store.record(replace(call(), cards=call().cards[:1]))
    store.outbox.enable("north", ehr.url, ["DetectedIssue"])
    writer = back(store, Tokens())
    ehr.next = [401]
    assert writer.round() == 0
    clock.now += timedelta(hours=1)
    assert writer.round() == 1
    assert ehr.tokens == {"Bearer token-0", "Bearer token-1"}


def test_two_workers_at_once_write_nothing_twice(site, call, settings, keyring, clock):
    store, ehr = site
    store.record(call())
    for kind in KINDS:
        store.outbox.gather(store.outbox.sites()[0], kind, KINDS[kind][1])
    with closing(open_store(settings, keyring, clock)) as other:
        mine, theirs = store.outbox.take("north", 3), other.outbox.take("north", 99)
    assert len(mine) == 3
    assert {(one.card, one.kind) for one in mine}.isdisjoint((one.card, one.kind) for one in theirs)
    assert store.outbox.take("north") == []
    clock.now += timedelta(minutes=6)  # whoever took them has died meanwhile
    assert len(store.outbox.take("north", 99)) == 5
    assert not ehr.kept


def test_calls_of_older_code_and_of_an_outage_are_written_too(site, call, keyring, past, gone, clock):
    store, ehr = site
    store.outbox.enable("north", ehr.url, ["GuidanceResponse"])
    OlderCode(past, keyring).record("old")
    with gone():
        assert store.record(replace(call(), cards=call().cards[:1])) == "journalled"
    store.drain()
    assert back(store).round() == 2
    assert {one["identifier"][0]["value"] for one in ehr.kept} == {"urn:uuid:old-card", "urn:uuid:a-card-0"}


def test_calls_before_it_was_enabled_and_erased_ones_are_not_written(site, call, past, clock):
    store, ehr = site
    store.outbox.enable("north", ehr.url, ["GuidanceResponse"])
    store.record(call("before", at=clock.now - timedelta(hours=1)))
    store.record(replace(call(), cards=call().cards[:1]))
    store.outbox.gather(store.outbox.sites()[0], "GuidanceResponse", KINDS["GuidanceResponse"][1])
    past.run("UPDATE invocation SET content_sealed = NULL")
    assert back(store).round() == 0
    assert store.outbox.counts() == {("north", "given-up"): 1}
    assert not ehr.kept


def test_everything_is_on_record_in_the_transaction_of_its_change(site, call, rows):
    store, ehr = site
    store.outbox.enable("north", ehr.url, ["DetectedIssue"])
    store.record(replace(call(), cards=call().cards[:1]))
    ehr.next = [422]
    back(store).round()
    assert store.outbox.disable("north")
    assert not store.outbox.disable("north")
    told = rows(
        "SELECT action, outcome, subject, patient IS NOT NULL FROM audit WHERE action LIKE 'write%' ORDER BY seq"
    )
    assert [tuple(map(str, row[:2])) for row in told] == [
        ("write-back-enable", "done"),
        ("write-back-enable", "done"),
        ("write-back", "given-up"),
        ("write-back-disable", "done"),
    ]
    assert told[2][2] == "a-card-0"
    assert told[2][3]
    assert store.verify_audit().intact


def test_retention_drops_rows_that_ended_long_ago_and_their_cards_are_not_found_again(site, call, clock):
    store, ehr = site
    store.record(with_suggestions(call()))
    assert back(store).round() == 5
    forever = timedelta(days=9999)
    clock.now += timedelta(days=89)
    store.retention.run(Periods(forever, forever, forever), clock_is_right=True)
    assert store.outbox.counts() == {("north", "written"): 5}
    clock.now += timedelta(days=2)
    store.retention.run(Periods(forever, forever, forever), clock_is_right=True)
    assert store.outbox.counts() == {}
    assert back(store).round() == 0
    assert len(ehr.kept) == 5
