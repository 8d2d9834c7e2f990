"""Whatever we recommend, accepted as each EHR accepts it: a valid order, nothing of it lost, and no new concern."""

from __future__ import annotations

import csv
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest

from cds_service.knowledge.kinds.alternatives import Alternative
from cds_service.knowledge.kinds.monitors import Monitor
from tests.cds_client import Reply
from tests.charts import knowledge
from tests.conformance.dialect_calls import DialectEhr, dialect_ehr
from tests.conformance.exchange import target
from tests.conformance.suggestion_clauses import MAY_CHANGE, faults
from tests.proposals import VENDOR, Call, accepted, calls
from tests.running_service import RunningService, in_this_process, migrated

Resource = dict[str, Any]
Ask = Callable[[Resource, str], Reply]
SAFETY = "medication-safety"
OF_EPIC = "urn:com.epic.cdshooks.action.code.system.preference-list-item"


@pytest.fixture(scope="module")
def epic() -> Iterator[DialectEhr]:
    with dialect_ehr("epic", "north") as ehr:
        yield ehr


@pytest.fixture(scope="module")
def oracle() -> Iterator[DialectEhr]:
    with dialect_ehr("oracle", "tenant-one") as ehr:
        yield ehr


@pytest.fixture(scope="module")
def ehrs(tmp_path_factory: pytest.TempPathFactory, epic: DialectEhr, oracle: DialectEhr) -> Iterator[RunningService]:
    """A service with an EHR of either dialect; Epic's own codes stand for every drug and test that we may offer."""
    site = tmp_path_factory.mktemp("site")
    (site / "orderables.csv").write_text(own_codes())
    one = epic.ehr.registration(dialect="epic", jwks=None, jwks_url=epic.jku, max_lifetime=900)
    other = oracle.ehr.registration(dialect="oracle", jwks=None, jwks_url=oracle.jku)
    folder = tmp_path_factory.mktemp("dialects")
    with in_this_process(migrated(folder, one, other, KNOWLEDGE_DIR=str(site))) as running:
        yield running


def own_codes() -> str:
    written = StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("tenant", "concept", "order_text", "system", "code", "display"))
    for number, monitor in enumerate(knowledge().all(Monitor)):
        writer.writerow(("north", f"loinc#{monitor.loinc}", "", OF_EPIC, f"L{number}", monitor.label))
    texts = {(row.drug, row.order_text) for row in knowledge().all(Alternative)}
    for number, (rxcui, text) in enumerate(sorted(texts)):
        writer.writerow(("north", f"rxnorm#{rxcui}", text, OF_EPIC, f"M{number}", text))
    return written.getvalue()


def test_accepting_any_suggestion_leaves_valid_orders_and_no_new_concern(service: RunningService) -> None:
    done: Counter[str] = Counter()
    wrong = [fault for call in calls() for fault in faults_of(call, service.ask, done)]
    assert wrong == []
    assert done["update"] >= 20
    assert done["delete+create"] >= 40
    assert done["create"] >= 20


def test_at_epic_each_click_is_one_action_and_leaves_no_new_concern(ehrs: RunningService, epic: DialectEhr) -> None:
    done: Counter[str] = Counter()

    def ask(body: Resource, service: str) -> Reply:
        return epic.call(ehrs, body, service)

    wrong = [fault for call in list(calls())[::3] if call.service == SAFETY for fault in faults_of(call, ask, done)]
    assert wrong == []
    assert done.keys() == {"create", "delete"}
    assert done["create"] >= 5


def test_oracle_gets_words_alone(ehrs: RunningService, oracle: DialectEhr) -> None:
    for call in list(calls())[:60:2]:
        if call.service == SAFETY:
            assert not any("suggestions" in card for card in oracle.call(ehrs, call.body, SAFETY).cards), call.name


def faults_of(call: Call, ask: Ask, done: Counter[str]) -> Iterator[str]:
    """What is wrong with the suggestions of a call, each accepted alone."""
    before = ask(call.body, call.service)
    drafts = {target(entry["resource"]): entry["resource"] for entry in call.body["context"]["draftOrders"]["entry"]}
    for suggestion in (one for card in before.cards for one in card.get("suggestions", ())):
        done["+".join(sorted({action["type"]: 0 for action in suggestion["actions"]}, reverse=True))] += 1
        where = f"{call.name}: {suggestion['label']}"
        for resource in (action["resource"] for action in suggestion["actions"] if "resource" in action):
            ours = {name: value for name, value in resource.items() if name not in VENDOR or name == "note"}
            yield from (f"{where}: {fault}" for fault in faults(ours))
            old = drafts.get(target(resource), {})
            lost = [name for name, value in old.items() if name not in MAY_CHANGE and resource.get(name) != value]
            yield from (f"{where}: {name} is lost" for name in lost)
        after = {**accepted(call.body, suggestion), "hookInstance": str(uuid.uuid4())}
        # A corrected name gives a concern about what was only read its full weight: that is what it is for.
        corrects = suggestion["label"].startswith("Correct the drug name")
        assert not (corrects and suggestion.get("isRecommended"))
        if not corrects and any(action["type"] != "delete" for action in suggestion["actions"]):
            again = {**call.body, "hookInstance": str(uuid.uuid4())}
            known = grave(before if call.service == SAFETY else ask(again, SAFETY))
            new = grave(ask(after, SAFETY)).items() - known.items()
            yield from (f"{where}: new: {summary}" for _, summary in new)


def grave(reply: Reply) -> dict[str, str]:
    """The concerns of moderate harm or worse by id, each with its summary."""
    found = {}
    for card in reply.cards:
        concern = card["extension"]["org.countersign.concern"]
        if concern["harm"] in ("contraindicated", "major", "moderate"):
            found[concern["id"]] = card["summary"]
    return found
