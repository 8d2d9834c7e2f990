"""Write-back by command: enabled, written with a token that our own key got, and seen in `status`."""

from __future__ import annotations

import click

from cds_service.cli.governance.write_back import enable
from cds_service.governance.write_back import KINDS
from cds_service.store import Store
from tests.cds_service.background.conftest import Run
from tests.cds_service.background.ehr_server import CLIENT, EhrServer
from tests.hook_calls import active, bundle, chart, draft, order_sign
from tests.running_service import RunningService
from tests.writable_fhir import WritableFhir

WARFARIN = chart(medications=bundle(active("warfarin 5 mg daily")))


def test_what_a_call_found_is_written_to_the_site_that_wants_it(
    run: Run, ehr: EhrServer, running: RunningService, store: Store
) -> None:
    with WritableFhir(["DetectedIssue", "RequestGroup"]) as server:
        base = ("--fhir-base", server.url)
        token = ("--token-url", f"{ehr.url}/token")
        assert run("clients", "add-backend", "--tenant", "local", *base, "--client-id", CLIENT, *token).exit_code == 0
        enabled = run("governance", "write-back", "enable", "--tenant", "local", *base, "--type", "DetectedIssue")
        assert enabled.exit_code == 0, enabled.output
        card = running.ask(order_sign(draft("bactrim ds bid x 10d"), prefetch=WARFARIN)).cards[0]
        done = run("governance", "write-back", "work", "--once")
        assert (done.exit_code, done.output) == (0, "1 resources written.\n")
        assert [one["detail"] for one in server.kept] == [card["summary"]]
        assert server.tokens == {f"Bearer {ehr.tokens[-1]}"}
        assert run("governance", "write-back", "work", "--once").output == "0 resources written.\n"
        status = run("governance", "write-back", "status").output
        assert server.url in status
        assert "written" in status
        assert run("governance", "write-back", "disable", "--tenant", "local").exit_code == 0
        assert run("governance", "write-back", "disable", "--tenant", "local").exit_code == 1


def test_without_a_registration_it_waits_and_an_address_in_clear_is_refused(run: Run, store: Store) -> None:
    far = ("--fhir-base", "http://ehr.example.org/fhir")
    assert run("governance", "write-back", "enable", "--tenant", "local", *far).exit_code == 2
    near = ("--fhir-base", "https://ehr.example.org/fhir")
    assert run("governance", "write-back", "enable", "--tenant", "local", *near).exit_code == 0
    assert run("governance", "write-back", "work", "--once").output == "0 resources written.\n"
    assert store.outbox.counts() == {}


def test_the_command_offers_the_types_that_can_be_written() -> None:
    """It names them itself, so that the command line starts without loading what writes."""
    (offered,) = (option.type for option in enable.params if option.name == "kinds")
    assert isinstance(offered, click.Choice)
    assert set(offered.choices) == KINDS.keys()
