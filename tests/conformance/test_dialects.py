"""Each EHR's calls replayed against the whole service: every answer is one that this EHR takes, and nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from cds_service.cards.dialects import DIALECTS
from tests.conformance.dialect_calls import DialectEhr, dialect_ehr, fixture
from tests.hook_calls import bundle, chart, creatinine, draft, order_sign, weight
from tests.running_service import RunningService, in_this_process, migrated

OWN_CODES = (
    "tenant,concept,order_text,system,code,display\n"
    "north,loinc#6301-6,,urn:com.epic.cdshooks.action.code.system.preference-list-item,94211,INR\n"
)


@pytest.fixture(scope="module")
def epic() -> Iterator[DialectEhr]:
    with dialect_ehr("epic", "north") as ehr:
        yield ehr


@pytest.fixture(scope="module")
def oracle() -> Iterator[DialectEhr]:
    with dialect_ehr("oracle", "tenant-one") as ehr:
        yield ehr


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, epic: DialectEhr, oracle: DialectEhr) -> Iterator[RunningService]:
    site = tmp_path_factory.mktemp("site")
    (site / "orderables.csv").write_text(OWN_CODES)
    one = epic.ehr.registration(dialect="epic", jwks=None, jwks_url=epic.jku, max_lifetime=900)
    other = oracle.ehr.registration(dialect="oracle", jwks=None, jwks_url=oracle.jku)
    settings = migrated(tmp_path_factory.mktemp("dialects"), one, other, KNOWLEDGE_DIR=str(site))
    with in_this_process(settings) as running:
        yield running


def interaction(cards: list[dict[str, Any]]) -> dict[str, Any]:
    return next(c for c in cards if c["source"]["topic"]["code"].replace("-", "").startswith("druginteraction"))


@pytest.mark.covers("I7", "I8", "I11", "I12", "F12", "F16", "F20", "design-2.3-dialect", "F19", "P15")
@pytest.mark.parametrize("call", ["epic/order-sign", "epic/order-select"])
def test_epic_gets_one_action_for_each_suggestion_in_its_own_codes(
    service: RunningService, epic: DialectEhr, call: str
) -> None:
    reply = epic.call(service, fixture(call))
    assert reply.status == 200, reply.text
    card = interaction(reply.cards)
    actions = [action for one in card["suggestions"] for action in one["actions"]]
    assert {action["type"] for action in actions} <= {"create", "delete"}
    created = [action["resource"] for action in actions if action["type"] == "create"]
    assert [one["code"]["coding"][0]["code"] for one in created] == ["94211"]
    assert "Check the date after accepting" in card["detail"]


@pytest.mark.covers("design-2.3-dialect")
def test_what_epic_cannot_take_as_a_click_is_said_in_words(service: RunningService, epic: DialectEhr) -> None:
    known = chart(labs=bundle(creatinine(2.5)), vitals=bundle(weight(60)))
    reply = epic.call(service, order_sign(draft("famotidine 40 mg daily"), prefetch=known))
    card = next(card for card in reply.cards if card["source"]["topic"]["code"].startswith("renaldosing"))
    assert all(one["actions"][0]["type"] == "delete" for one in card.get("suggestions", []))
    assert "To be done by hand in this EHR" in card["detail"] and "famotidine 20 mg every other day" in card["detail"]


@pytest.mark.covers("design-2.3-dialect")
def test_the_same_concern_has_the_same_topic_at_epic_and_another_concern_another_one(
    service: RunningService, epic: DialectEhr
) -> None:
    first, second = (epic.call(service, fixture(call)).cards for call in ("epic/order-select", "epic/order-sign"))
    assert interaction(first)["source"]["topic"] == interaction(second)["source"]["topic"]
    topics = [card["source"]["topic"]["code"] for card in second]
    assert len(set(topics)) == len(topics)


@pytest.mark.covers("G3", "G4", "G6", "F-112")
def test_epics_feedback_is_read_in_each_of_its_forms(service: RunningService, epic: DialectEhr) -> None:
    card = interaction(epic.call(service, fixture("epic/order-sign")).cards)
    known = {"card": card["uuid"], "suggestion": card["suggestions"][0]["uuid"]}
    for form in ("overridden", "extension", "accepted"):
        reply = epic.feedback(service, fixture(f"epic/feedback-{form}", **known))
        assert (reply.status, reply.text) == (200, "")
    stored = [row for row in service.rows("feedback") if row["card"] == card["uuid"]]
    assert len(stored) == 3
    overrides = [bool(row["client_added"]) for row in stored if row["outcome"] == "overridden"]
    assert sorted(overrides) == [False, True]  # one reason was ours, the other the site's own


@pytest.mark.parametrize(("call", "said"), [("epic/patient-view", "chart-opened"), ("epic/enter-allergy", "other")])
def test_the_log_says_which_of_epics_workflows_fired(
    service: RunningService, epic: DialectEhr, call: str, said: str
) -> None:
    with capture_logs() as logged:
        epic.call(service, fixture(call), "chart-reconciliation")
    assert [line["workflow"] for line in logged if line["event"] == "call"] == [said]
    assert DIALECTS["standard"].workflow(fixture(call)["extension"]) is None


@pytest.mark.covers("F27", "design-2.3-dialect")
def test_oracle_gets_words_and_links_and_nothing_to_apply(service: RunningService, oracle: DialectEhr) -> None:
    reply = oracle.call(service, fixture("oracle/order-sign"))
    assert reply.status == 200, reply.text
    card = interaction(reply.cards)
    assert "suggestions" not in card
    assert "To be done by hand" in card["detail"] and "INR" in card["detail"]
    assert [link["type"] for link in card["links"]] == ["smart"]


@pytest.mark.covers("C5")
def test_a_hook_that_the_service_is_not_for_is_refused_from_any_ehr(
    service: RunningService, oracle: DialectEhr, epic: DialectEhr
) -> None:
    assert oracle.call(service, fixture("oracle/patient-view")).status == 400
    assert epic.call(service, fixture("epic/patient-view")).status == 400


def test_a_site_table_that_is_not_usable_stops_the_start_with_its_line(tmp_path: Path) -> None:
    from cds_service.errors import KnowledgeError
    from cds_service.settings import Settings
    from cds_service.tables import orderables_of

    settings = Settings.from_env({"COUNTERSIGN_KNOWLEDGE_DIR": str(tmp_path)})
    assert orderables_of(settings).rows == {}
    for text, said in (("a,b\n", "columns"), (OWN_CODES + "north,6301-6,,s,c,d\n", ":3:"), (OWN_CODES + "x\n", ":3:")):
        (tmp_path / "orderables.csv").write_text(text)
        with pytest.raises(KnowledgeError, match=said):
            orderables_of(settings)
