"""medication-safety beyond ordering, over HTTP: an allergy or a problem is entered, an order is refilled or dispatched.

`fixtures/hooks/<hook>/` holds whole calls, each with what is expected of it.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cds_service.checks import CHECKS
from fixtures.ehr.stories import resolve_dates
from tests.cds_client import Reply
from tests.hook_calls import PATIENT, active, allergy, bundle, chart, fresh
from tests.running_service import RunningService

FOLDER = Path(__file__).parents[2] / "fixtures" / "hooks"
FILES = sorted(FOLDER.glob("*/*.json"))
HOOKS = ("order-dispatch", "medication-refill", "allergyintolerance-create", "problem-list-item-create")


def answered(service: RunningService, file: Path) -> tuple[Reply, dict[str, Any]]:
    case = json.loads(file.read_text("utf-8"))
    return service.ask(resolve_dates(case["request"], datetime.now(UTC))), case["expect"]


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_the_call_is_answered_as_its_file_expects(service: RunningService, file: Path) -> None:
    reply, expected = answered(service, file)
    assert len(reply.findings) == len(expected["cards"]), reply.findings
    for found, wanted in zip(reply.findings, expected["cards"], strict=True):
        assert found == {**found, **wanted}
    for reason in expected["not_assessed"]:
        assert any(reason in said for said in reply.not_assessed), reply.not_assessed


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_call_that_fires_one_that_is_silent_and_one_that_is_blind(hook: str) -> None:
    assert {"fires", "silent", "missing"} <= {file.stem for file in FILES if file.parent.name == hook}


@pytest.mark.parametrize("hook", HOOKS)
def test_discovery_offers_the_service_under_the_hook(service: RunningService, hook: str) -> None:
    found = service.get("/cds-services").body["services"]
    assert [one["id"] for one in found if one["hook"] == hook and one["id"] == "medication-safety"] == [
        "medication-safety"
    ]


def test_every_safety_check_of_signing_looks_again_at_orders_that_exist() -> None:
    for check in CHECKS.values():
        if check.service == "medication-safety" and "order-sign" in check.hooks:
            assert {"order-dispatch", "medication-refill"} <= set(check.hooks)


@pytest.mark.parametrize("hook", ["allergyintolerance-create", "problem-list-item-create", "order-dispatch"])
def test_what_is_taken_already_is_never_offered_to_be_cancelled(service: RunningService, hook: str) -> None:
    reply, _ = answered(service, FOLDER / hook / "fires.json")
    assert reply.cards and all("suggestions" not in card for card in reply.cards)


@pytest.mark.parametrize("wrap", [lambda one: one, lambda one: {"resource": one}])
def test_a_new_allergy_without_an_id_is_met_and_an_older_version_gives_way(service: RunningService, wrap: Any) -> None:
    new = {name: value for name, value in allergy("sulfa").items() if name != "id"}
    call = {
        "hook": "allergyintolerance-create",
        "context": {"userId": "Practitioner/dr-ortiz", "patientId": PATIENT, "allergyIntolerance": wrap(new)},
        "prefetch": chart(medications=bundle(active("bactrim ds bid"))),
    }
    reply = service.ask(fresh(call))
    assert [card["topic"] for card in reply.findings] == ["drug-allergy"]


def test_an_allergy_that_is_refuted_as_it_is_entered_says_nothing(service: RunningService) -> None:
    new = allergy("sulfa", verificationStatus={"coding": [{"code": "refuted"}]})
    old = allergy("sulfa")
    call = {
        "hook": "allergyintolerance-create",
        "context": {"userId": "Practitioner/dr-ortiz", "patientId": PATIENT, "allergyIntolerance": new},
        "prefetch": chart(medications=bundle(active("bactrim ds bid")), allergies=bundle(old)),
    }
    assert service.ask(fresh(call)).findings == []


def test_an_allergy_entered_as_a_problem_is_met_too(service: RunningService) -> None:
    entry = {
        "resourceType": "Condition",
        "code": {"text": "Allergy to penicillin"},
        "subject": {"reference": f"Patient/{PATIENT}"},
    }
    call = {
        "hook": "problem-list-item-create",
        "context": {"userId": "Practitioner/dr-ortiz", "patientId": PATIENT, "conditions": bundle(entry)},
        "prefetch": chart(medications=bundle(active("amoxicillin 500 mg tid"))),
    }
    assert [card["topic"] for card in service.ask(fresh(call)).findings] == ["drug-allergy"]
