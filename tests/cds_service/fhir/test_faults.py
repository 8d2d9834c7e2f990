"""A FHIR server that fails in every way: the rules' cards come within the deadline, and what was not read is said."""

from __future__ import annotations

import datetime
import gzip
import ipaddress
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Queue
from typing import Any

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cds_service.fhir.answers import NotRead
from cds_service.fhir.base import bound_base
from cds_service.fhir.breaker import FAILURES, REST, Breaker
from cds_service.fhir.client import RETRY_PAUSE, FhirClient, ReadReport
from cds_service.fhir.servers import CALLS_PER_TENANT, FhirServers
from cds_service.fhir.tenant import LOCAL, Tenant
from tests.cds_client import Reply
from tests.fault_proxy import Delay, Drip, Fault, FaultProxy, HalfClose, Reset, Truncate
from tests.fhir_server import TOKEN, Canned, FhirServer
from tests.hook_calls import active, bundle, chart, draft, fresh, order_sign
from tests.running_service import RunningService

Resource = dict[str, Any]
NEVER = 3600.0  # seconds: what takes so long is ended by the deadline of the call and by nothing else


def call(fhir_server: str) -> Resource:
    """A concern stands in the prefetch; the allergies do not."""
    prefetch = chart(medications=bundle(active("warfarin 5 mg daily")))
    del prefetch["allergies"]
    authorization = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300, "subject": "countersign"}
    return {
        **order_sign(draft("bactrim ds bid"), prefetch=prefetch),
        "fhirServer": fhir_server,
        "fhirAuthorization": {**authorization, "scope": "user/*.rs"},
    }


@pytest.fixture
def ehr() -> Iterator[FhirServer]:
    with FhirServer() as server:
        yield server


def require_card_and_reason(reply: Reply, said: str) -> None:
    assert reply.card("drug-interaction")
    assert any("allergies could not be read" in one and said in one for one in reply.not_assessed), reply.not_assessed
    assert TOKEN not in reply.text


@pytest.mark.covers("D-80", "D-82", "E10")
@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Reset(), "broke off"),
        (Reset(after=60), "broke off"),
        (Truncate(after=0), "broke off"),
        (Truncate(after=150), "broke off"),
        (HalfClose(after=150), "broke off"),
    ],
)
def test_a_broken_line_leaves_the_rules_their_time(
    service: RunningService, ehr: FhirServer, fault: Fault, said: str
) -> None:
    with FaultProxy(ehr.port, fault) as proxy:
        require_card_and_reason(service.ask(call(f"http://127.0.0.1:{proxy.port}/fhir")), said)
        assert proxy.connections <= 2, "a reset at once may look like no connection, which is tried once more"


@pytest.mark.covers("D-80", "D-82", "E10")
@pytest.mark.parametrize("fault", [Delay(NEVER), Drip(0.5)])
def test_a_line_that_does_not_come_to_an_end_is_left_at_the_deadline(
    punctual_service: RunningService, ehr: FhirServer, fault: Fault
) -> None:
    with FaultProxy(ehr.port, fault) as proxy:
        require_card_and_reason(punctual_service.ask(call(f"http://127.0.0.1:{proxy.port}/fhir")), "in time")


@pytest.mark.covers("D-80")
def test_a_refused_connection_and_a_name_that_is_not_there(service: RunningService) -> None:
    with FaultProxy.refusing() as port:
        require_card_and_reason(service.ask(call(f"http://127.0.0.1:{port}/fhir")), "could not be reached")


@pytest.mark.covers("D-82")
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Canned(b"<html>login</html>"), "not FHIR JSON"),
        (Canned(b""), "not FHIR JSON"),
        (Canned(b'{"resourceType": "Bundle", "entry": [{"re'), "not FHIR JSON"),
        (Canned([]), "not what was asked for"),
        (Canned({"resourceType": "Patient", "id": "p"}), "not what was asked for"),
        (Canned({"resourceType": "OperationOutcome"}), "the query failed"),
        (Canned(gzip.compress(bytes(50_000_000)), headers={"Content-Encoding": "gzip"}), "too long"),
        (Canned(gzip.compress(b"{}")[:-9], headers={"Content-Encoding": "gzip"}), "cut short"),
        (Canned(b"no gzip", headers={"Content-Encoding": "gzip"}), "not FHIR JSON"),
        (Canned(b"{}", headers={"Content-Encoding": "br"}), "not asked for"),
        (Canned(bytes(5_000_000)), "too long"),
        (Canned(b"[" * 100_000), "not FHIR JSON"),
    ],
)
def test_an_answer_that_is_no_bundle_is_not_available(
    service: RunningService, ehr: FhirServer, answer: Canned, said: str
) -> None:
    ehr.answers["AllergyIntolerance"] = answer
    require_card_and_reason(service.ask(call(ehr.url)), said)


def test_a_packed_answer_is_unpacked(service: RunningService, ehr: FhirServer) -> None:
    packed = gzip.compress(b'{"resourceType": "Bundle", "type": "searchset", "total": 0}')
    ehr.answers["AllergyIntolerance"] = Canned(packed, headers={"Content-Encoding": "gzip"})
    assert not [said for said in service.ask(call(ehr.url)).not_assessed if "FHIR server" in said]


@pytest.mark.covers("D-77", "SC11")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(service: RunningService, ehr: FhirServer, status: int) -> None:
    with FhirServer() as other:
        ehr.answers["AllergyIntolerance"] = Canned({}, status, {"Location": f"{other.url}/AllergyIntolerance"})
        require_card_and_reason(service.ask(call(ehr.url)), "redirects")
        assert other.asked == []


@pytest.mark.covers("D-79", "SC11")
def test_proxy_variables_are_ignored(service: RunningService, ehr: FhirServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with FhirServer() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv("NO_PROXY", "")
        body = call(ehr.url)
        request_url = f"{service.url}/cds-services/medication-safety"
        import requests

        with requests.Session() as session:  # the test's own call must not take the proxy either
            session.trust_env = False
            assert session.post(request_url, json=body, timeout=60).status_code == 200
        assert (len(ehr.asked), proxy.asked) == (1, [])


@pytest.mark.covers("D-76", "E9", "SC11")
@pytest.mark.parametrize(
    "fhir_server",
    [
        "https://fhir.example.org/r4",
        "http://169.254.169.254/latest",
        "http://10.0.0.1/fhir",
        "https://user@127.0.0.1/fhir",
        "file:///etc/passwd",
        "http://127.0.0.1:99999/fhir",
        "http://localhost.example.org/fhir",
        "http://127.0.0.1/fhir?x=1",
        "http://127.0.0.1\\@example.org/fhir",
    ],
)
def test_a_server_that_is_not_registered_is_not_called(service: RunningService, fhir_server: str) -> None:
    reply = service.ask(call(fhir_server))
    assert reply.card("drug-interaction")
    assert any("not a FHIR server that is registered" in said for said in reply.not_assessed)


@pytest.mark.covers("D-76", "E9")
def test_a_base_is_bound_whatever_its_spelling() -> None:
    tenant = Tenant("north", "iss", fhir_bases=("https://ehr.example.org/fhir", "http://10.2.0.5/fhir"))
    for same in ("https://ehr.example.org/fhir/", "https://EHR.example.org:443/fhir"):
        assert bound_base(tenant, same) is not None
    for other in ("https://ehr.example.org/fhir2", "https://ehr.example.org/", "https://ehr.example.org:444/fhir"):
        assert bound_base(tenant, other) is None
    assert bound_base(tenant, "http://10.2.0.5/fhir") is None, "http off loopback"
    assert bound_base(LOCAL, "https://ehr.example.org/fhir") is None


@pytest.mark.covers("D-76", "SC11")
def test_a_registered_name_that_resolves_to_a_private_address_is_not_asked(
    ehr: FhirServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", ehr.port))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    got = read_once(
        Tenant("north", "iss", fhir_bases=("https://ehr.example.org/fhir",)), "https://ehr.example.org/fhir"
    )
    assert got == NotRead("the server's address may not be called")
    networks = (ipaddress.ip_network("127.0.0.0/8"),)
    base = bound_base(Tenant("n", "i", fhir_bases=("https://e.example/f",)), "https://e.example/f", networks)
    assert base is not None
    assert base.reach.addresses("e.example", 443) == ("127.0.0.1",)


def read_once(tenant: Tenant, fhir_server: str, servers: FhirServers | None = None) -> object:
    base = bound_base(tenant, fhir_server)
    assert base is not None
    ends = time.monotonic() + NEVER
    with (servers or FhirServers()).line(tenant.id, base, TOKEN, ends, lambda _: None) as line:
        assert line is not None
        return line.client.read("Patient", "p1")


def certificate(folder: Path, host: str, days: int) -> ssl.SSLContext:
    """A self-signed certificate for 127.0.0.1 or another name; `days` below zero: expired. Written to `ca.pem`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = (
        [x509.IPAddress(ipaddress.ip_address(host))] if host[0].isdigit() else [x509.DNSName(host)]
    )
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=30))
        .not_valid_after(now + datetime.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    (folder / "ca.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "key.pem").write_bytes(private)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "ca.pem", folder / "key.pem")
    return context


@pytest.mark.covers("D-80", "E9", "A2", "N10")
@pytest.mark.parametrize(
    ("host", "days", "trusted", "works"),
    [
        ("127.0.0.1", 30, True, True),
        ("127.0.0.1", 30, False, False),
        ("127.0.0.1", -1, True, False),
        ("ehr.example.org", 30, True, False),
    ],
    ids=["good", "self-signed", "expired", "wrong name"],
)
def test_a_certificate_must_stand(tmp_path: Path, host: str, days: int, trusted: bool, works: bool) -> None:
    with FhirServer(certificate(tmp_path, host, days)) as server:
        server.answers["Patient/p1"] = Canned({"resourceType": "Patient", "id": "p1"})
        trust = ssl.create_default_context(cafile=str(tmp_path / "ca.pem") if trusted else None)
        got = read_once(Tenant("north", "iss", fhir_bases=(server.url,)), server.url, FhirServers(context=trust))
        assert (got == {"resourceType": "Patient", "id": "p1"}) == works
        assert len(server.asked) == (1 if works else 0), "no token before the certificate stands"
        assert works or got == NotRead("the server could not be reached", server_fault=True)


def test_a_connection_that_fails_is_tried_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    reports: list[ReadReport] = []
    done: list[float | str] = []
    connect = httpcore.SyncBackend.connect_tcp

    def tried(*given: Any) -> httpcore.NetworkStream:
        done.append("try")
        return connect(*given)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", tried)
    monkeypatch.setattr(time, "sleep", done.append)
    with FaultProxy.refusing() as port:
        url = f"http://127.0.0.1:{port}/fhir"
        base = bound_base(LOCAL, url)
        assert base is not None
        with FhirServers().line("local", base, TOKEN, time.monotonic() + NEVER, reports.append) as line:
            assert line is not None
            assert isinstance(line.client.read("Patient", "p1"), NotRead)
    first, pause, second = done
    assert (first, second) == ("try", "try") and RETRY_PAUSE[0] <= float(pause) <= RETRY_PAUSE[1]
    assert [(one.resource_type, one.outcome) for one in reports] == [("Patient", "failed")]


def test_a_server_that_fails_again_and_again_is_left_alone_then_probed() -> None:
    now = 0.0
    breaker = Breaker(lambda: now)
    for _ in range(FAILURES):
        assert breaker.lets_through()
        breaker.failed()
    assert breaker.open and not breaker.lets_through()
    now = REST + 1
    assert breaker.lets_through() and not breaker.lets_through(), "one probe"
    breaker.failed()
    assert not breaker.lets_through()
    now = 2 * REST + 2
    assert breaker.lets_through()
    breaker.succeeded()
    assert breaker.lets_through() and not breaker.open


def test_an_open_breaker_answers_at_once(service: RunningService) -> None:
    with FhirServer() as ehr:
        ehr.answers["AllergyIntolerance"] = Canned({}, 500)
        for _ in range(FAILURES):
            service.ask(call(ehr.url))
        asked = len(ehr.asked)
        require_card_and_reason(service.ask(call(ehr.url)), "left alone")
        assert len(ehr.asked) == asked == FAILURES


@pytest.mark.covers("D-88")
def test_forty_slow_calls_of_one_tenant_leave_the_others_alone() -> None:
    """The slow server answers nobody before the others are done: what comes to an end until then waited for nothing."""
    servers, ended = FhirServers(), Queue[object]()
    with FhirServer() as slow, FhirServer() as quick:
        quick.answers["Patient/p1"] = Canned({"resourceType": "Patient", "id": "p1"})
        with FaultProxy(slow.port, Delay(NEVER)) as proxy:
            url = f"http://127.0.0.1:{proxy.port}/fhir"
            north, south = Tenant("north", "n", fhir_bases=(url,)), Tenant("south", "s", fhir_bases=(quick.url,))

            def slow_call() -> None:
                base = bound_base(north, url)
                assert base is not None
                with servers.line("north", base, TOKEN, time.monotonic() + NEVER, lambda _: None) as line:
                    ended.put(line and line.threads.submit(line.client.read, "Patient", "p1").result())

            calls = [threading.Thread(target=slow_call) for _ in range(40)]
            for one in calls:
                one.start()
            refused = 40 - CALLS_PER_TENANT
            assert [ended.get(timeout=60) for _ in range(refused)] == [None] * refused
            for _ in range(20):
                assert read_once(south, quick.url, servers) == {"resourceType": "Patient", "id": "p1"}
            assert ended.empty()
        for one in calls:
            one.join()


def test_the_client_shows_no_token() -> None:
    base = bound_base(LOCAL, "http://127.0.0.1:9/fhir")
    assert base is not None
    with FhirServers().line("local", base, TOKEN, time.monotonic() + 1, lambda _: None) as line:
        assert line is not None
        assert isinstance(line.client, FhirClient)
        assert TOKEN not in repr(line) + repr(line.client) + repr(vars(line.client)) + repr(fresh({}))
