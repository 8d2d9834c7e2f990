"""What silence kept, set against the orders that were signed during it and no others."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta

from tests.cds_service.store.conftest import AT

PERIOD = (AT - timedelta(days=30), AT + timedelta(days=30))


def test_orders_signed_before_a_service_was_silent_do_not_thin_its_rate(store, call):
    for number in range(3):
        store.record(call(f"live-{number}", orders=5))
    store.record(call("silent", orders=2, silent=True))
    store.record(call("calm", orders=2, silent=True, cards=()))
    (signing,) = store.modes.signings("north", *PERIOD)
    assert asdict(signing) == {"service": "medication-safety", "orders": 4, "cards": 2, "unknown": 0}


def test_calls_that_are_no_signing_or_another_tenants_or_of_another_time_do_not_count(store, call):
    store.record(call("silent", orders=2, silent=True))
    store.record(call("selecting", orders=9, silent=True, hook="order-select"))
    store.record(call("elsewhere", orders=9, silent=True, tenant="south"))
    store.record(call("later", orders=9, silent=True, at=AT + timedelta(days=31)))
    store.record(call("uncounted", orders=None, silent=True))
    (signing,) = store.modes.signings("north", *PERIOD)
    assert (signing.orders, signing.cards) == (2, 2)


def test_each_service_has_its_own_and_one_that_was_never_silent_has_none(store, call):
    store.record(call("one", orders=1, silent=True))
    store.record(call("other", orders=3, silent=True, service="companion-orders", cards=()))
    store.record(call("live", orders=7, service="order-completion"))
    found = store.modes.signings("north", *PERIOD)
    assert [(one.service, one.orders, one.cards) for one in found] == [
        ("companion-orders", 3, 0),
        ("medication-safety", 1, 2),
    ]


def test_calls_of_the_version_before_are_said_and_left_out(store, call, rows):
    store.record(call("old", orders=8))
    store.record(call("old-silent", orders=8, silent=True))
    rows("UPDATE invocation SET silent = NULL")
    assert store.modes.signings("north", *PERIOD) == []
    store.record(call("new", orders=1, silent=True))
    (signing,) = store.modes.signings("north", *PERIOD)
    assert (signing.orders, signing.cards, signing.unknown) == (1, 2, 2)


def test_a_record_that_waited_in_the_journal_keeps_whether_it_was_silent(store, call, gone):
    with gone():
        assert store.record(call("waited", orders=2, silent=True)) == "journalled"
    store.drain()
    (signing,) = store.modes.signings("north", *PERIOD)
    assert (signing.orders, signing.cards) == (2, 2)
