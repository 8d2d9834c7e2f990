"""Modes of a tenant: it uses only the services that it was given; a silent one answers without cards and keeps them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from cds_service.__main__ import main
from cds_service.errors import StoreUnavailable
from cds_service.fhir.tenant import Tenant
from cds_service.store import ServiceMode
from cds_service.web.hooks import modes as web_modes
from cds_service.web.hooks.modes import TenantModes
from tests.cds_client import Reply, reply_of
from tests.cds_service.web.ehr_tokens import Ehr
from tests.hook_calls import active, bundle, chart, draft, order_sign
from tests.running_service import RunningService, in_this_process, migrated

PERIOD = ("--from", "2020-01-01", "--to", "2099-01-01")
Command = Callable[..., str]


@pytest.fixture(scope="module")
def ehrs() -> dict[str, Ehr]:
    return {name: Ehr(f"https://{name}.example.org", name, "") for name in ("north", "south")}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, ehrs: dict[str, Ehr]) -> Iterator[RunningService]:
    settings = migrated(tmp_path_factory.mktemp("modes"), *(ehr.registration() for ehr in ehrs.values()))
    for ehr in ehrs.values():
        ehr.public_url = settings.public_url
    with in_this_process(settings) as running:
        yield running


@pytest.fixture
def command(service: RunningService, monkeypatch: pytest.MonkeyPatch) -> Iterator[Command]:
    """`governance ...` or `clients ...` on the store of the running service, which looks at its modes each time."""
    monkeypatch.setenv("COUNTERSIGN_RUN_DIR", str(service.settings.run_dir))
    monkeypatch.setenv("COUNTERSIGN_BIND", service.settings.bind)
    monkeypatch.setattr(web_modes, "FRESH", -1.0)

    def run(*words: str, fails: bool = False) -> str:
        result = CliRunner().invoke(main, words)
        assert (result.exit_code != 0) is fails, result.output
        return result.output

    yield run
    for tenant in ("north", "south"):
        run("governance", "modes", "clear", "--tenant", tenant)


def warned_about() -> dict[str, Any]:
    return order_sign(draft("bactrim ds bid"), prefetch=chart(medications=bundle(active("warfarin 5 mg daily"))))


def ask(service: RunningService, ehr: Ehr, name: str = "medication-safety") -> Reply:
    return service.call(warned_about(), name, ehr.bearer(f"/cds-services/{name}"))


def discovered(service: RunningService, headers: dict[str, str] | None = None) -> set[str]:
    import requests

    with requests.get(f"{service.url}/cds-services", headers=headers, timeout=60) as response:
        return {one["id"] for one in reply_of(response).body["services"]}


@pytest.mark.covers("design-2.8-modes")
def test_a_silent_service_answers_without_cards_says_so_and_keeps_them(
    service: RunningService, ehrs: dict[str, Ehr], command: Command, tmp_path: Path
) -> None:
    command("governance", "modes", "set", "--tenant", "north", "--service", "medication-safety", "silent")
    before = service.counts()
    reply = ask(service, ehrs["north"])
    assert (reply.status, reply.cards) == (200, [])
    assert [said for said in reply.not_assessed if "runs silent" in said]
    assert service.counts() == {**before, "invocation": before["invocation"] + 1, "audit": before["audit"] + 1}
    (kept,) = service.rows("silent_card")
    assert (kept["topic"], kept["indicator"], kept["check_id"]) == ("drug-interaction", "warning", "drug-interaction")
    assert not [value for value in kept.values() if "ruth" in str(value).lower() or "bactrim" in str(value).lower()]

    said = command("governance", "modes", "report", "--tenant", "north", *PERIOD)
    assert "medication-safety  drug-interaction" in said
    assert "1 card was not shown, 1 of them at signing." in said
    rate = "medication-safety: 1 order was signed while it was silent, with 1 card, 100.0 for 100 orders."
    assert said.splitlines()[-1] == rate
    out = tmp_path / "silent.ndjson"
    command("governance", "modes", "export", "--tenant", "north", *PERIOD, "--output", str(out))
    (line,) = [json.loads(one) for one in out.read_text().splitlines()]
    assert "bactrim" in line["card"]["summary"].lower() and line["patient"] == "ruth-alder"
    assert command("governance", "modes", "report", "--tenant", "south", *PERIOD).startswith("0 cards")

    assert ask(service, ehrs["south"]).card("drug-interaction")  # another tenant's own matter
    command("governance", "modes", "set", "--tenant", "north", "--service", "medication-safety", "live")
    assert ask(service, ehrs["north"]).card("drug-interaction")
    assert command("governance", "modes", "report", "--tenant", "north", *PERIOD).splitlines()[-1] == rate


@pytest.mark.covers("design-2.8-modes")
def test_what_was_not_shown_stands_in_no_place_that_speaks_of_cards_that_were(
    service: RunningService, ehrs: dict[str, Ehr], command: Command
) -> None:
    from datetime import UTC, datetime

    from cds_service.store import CardQuery

    command("governance", "modes", "set", "--tenant", "south", "silent")
    assert ask(service, ehrs["south"]).cards == []
    assert service.rooms is not None
    store, start, end = service.rooms.store, datetime(2020, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
    silent = {one["invocation"] for one in service.rows("silent_card")}
    assert not silent & {one["invocation"] for one in service.rows("card")}
    assert not silent & {one.invocation for one in store.served.cards("south", CardQuery(), 100)}
    assert sum(one.cards for one in store.tallies.cards("south", start, end)) == len(
        [one for one in service.rows("card") if one["rule"] and one["invocation"] not in silent]
    ) - sum(one.cards for one in store.tallies.cards("north", start, end))


@pytest.mark.covers("design-2.8-modes")
def test_an_outage_keeps_silent_what_is_silent_and_its_record(
    service: RunningService, ehrs: dict[str, Ehr], command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record waits in the journal and is taken in as what it is."""
    command("governance", "modes", "set", "--tenant", "north", "silent")
    assert ask(service, ehrs["north"]).cards == []
    assert service.rooms is not None
    store, kept = service.rooms.store, len(service.rows("silent_card"))

    def down(*_given: object, **_named: object) -> None:
        raise StoreUnavailable("down")

    with monkeypatch.context() as outage:
        outage.setattr(store._database, "writing", down)
        outage.setattr(store._database, "reading", down)
        assert ask(service, ehrs["north"]).cards == []
        assert store.pending() >= 1
    store.drain()
    assert len(service.rows("silent_card")) == kept + 1


@pytest.mark.covers("design-2.8-views")
def test_a_tenant_uses_only_its_views(service: RunningService, ehrs: dict[str, Ehr], command: Command) -> None:
    pilot = ("--service", "medication-allergy", "--service", "medication-interactions")
    command("governance", "modes", "only", "--tenant", "north", *pilot)
    assert ask(service, ehrs["north"], "medication-interactions").card("drug-interaction")
    refused = ask(service, ehrs["north"])
    assert refused.status == 404 and "not offered to this client" in refused.issue["diagnostics"]
    assert ask(service, ehrs["south"]).card("drug-interaction")

    whole = discovered(service)
    assert {"medication-safety", "medication-allergy", "companion-orders"} <= whole
    assert discovered(service, ehrs["south"].bearer("/cds-services")) == whole
    assert discovered(service, ehrs["north"].bearer("/cds-services")) == {
        "medication-allergy",
        "medication-interactions",
    }
    assert discovered(service, {"Authorization": "Bearer no.token.this"}) == whole

    listed = command("clients", "list")
    assert "mode north  all others  off" in listed and "mode north  medication-allergy  live" in listed
    sheet = command("clients", "sheet", "north")
    assert "/cds-services/medication-allergy" in sheet and "/cds-services/medication-safety" not in sheet
    command("governance", "modes", "set", "--tenant", "north", "--service", "medication-allergy", "silent")
    assert "silent: calls are answered without cards" in command("clients", "sheet", "north")
    command("governance", "modes", "only", "--tenant", "north", "--service", "medication-allergy")
    assert ask(service, ehrs["north"], "medication-interactions").status == 404
    assert "medication-allergy  silent" in command("governance", "modes", "list")


def test_a_mode_of_what_is_not_there_is_refused(command: Command) -> None:
    assert "no service nothing" in command(
        "governance", "modes", "set", "--tenant", "north", "--service", "nothing", "off", fails=True
    )
    assert "no client is registered" in command("governance", "modes", "set", "--tenant", "nobody", "off", fails=True)


def test_each_change_is_on_record(service: RunningService, command: Command) -> None:
    command("governance", "modes", "set", "--tenant", "north", "--service", "medication-safety", "silent")
    last = [row for row in service.rows("audit") if row["action"] == "register-service-mode"][-1]
    assert (last["outcome"], last["tenant"], json.loads(last["detail"])) == (
        "silent",
        "north",
        {"service": "medication-safety"},
    )


def test_modes_that_could_never_be_read_are_live_and_known_ones_stay_known() -> None:
    from datetime import UTC, datetime

    silent = ServiceMode("north", "*", "silent", datetime.now(UTC))
    answers: list[Any] = [StoreUnavailable("down"), [silent], StoreUnavailable("down"), []]
    now = iter(range(0, 1000, 20))

    def read() -> list[ServiceMode]:
        found = answers.pop(0)
        if isinstance(found, Exception):
            raise found
        return list(found)

    seen = TenantModes(read, monotonic=lambda: float(next(now)))
    assert [seen.given(Tenant("north", "i")).mode("medication-safety") for _ in range(4)] == [
        "live",
        "silent",
        "silent",
        "live",
    ]
