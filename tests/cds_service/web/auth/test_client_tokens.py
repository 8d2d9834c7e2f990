"""Hostile inputs A: the client's JWT, against a running service with two workers."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import orjson
import pytest
from joserfc.jwk import ECKey, OctKey

from cds_service.errors import NotAuthenticated
from cds_service.web.auth.key_sets import KeySet
from tests.cds_service.web.conftest import INVOKE, Edge, Reply, order_sign_body
from tests.cds_service.web.ehr_tokens import Ehr, part

P256 = ECKey.generate_key("P-256", {"kid": "ec"})
STRANGER = ECKey.generate_key("P-384", {"kid": "ec"})


def call(edge: Edge, token: str | None, more: dict[str, str] | None = None) -> Reply:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    return edge.post(INVOKE, order_sign_body(), headers | (more or {}))


def assert_bare_401(edge: Edge, response: Reply) -> None:
    """One 401 for every cause: same status, no body, nothing that names the cause."""
    reference = edge.post(INVOKE, order_sign_body())
    differing = {"date"}
    assert response.status == 401
    assert response.content == b""
    assert {k: v for k, v in response.headers.items() if k not in differing} == {
        k: v for k, v in reference.headers.items() if k not in differing
    }
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.covers("I2", "I7", "I9", "SC2")
def test_a_sound_es384_or_rs384_token_is_accepted(guarded: Edge, ehr: Ehr) -> None:
    assert call(guarded, ehr.token()).status == 200
    assert call(guarded, ehr.token(header={"alg": "RS384", "kid": "rsa"}, key=ehr.rsa)).status == 200


@pytest.mark.covers("A-1", "A-2", "I1", "I14", "SC2", "SC10")
def test_hostile_1_and_2_no_token_another_scheme_an_empty_or_a_double_header_are_refused(
    guarded: Edge, ehr: Ehr
) -> None:
    for value in ("Basic dTpw", "Bearer ", "Bearer", f"Token {ehr.token()}"):
        assert_bare_401(guarded, guarded.post(INVOKE, order_sign_body(), {"Authorization": value}))
    twice = [("Authorization", f"Bearer {ehr.token()}"), ("Authorization", f"Bearer {ehr.token()}")]
    assert guarded.post(INVOKE, order_sign_body(), twice).status in {400, 401}


@pytest.mark.covers("A-4", "I6", "SC3")
def test_hostile_4_hmac_keyed_with_our_public_key_is_refused(guarded: Edge, ehr: Ehr) -> None:
    # Base64 keeps joserfc from refusing to sign with what looks like a public key; the verifier never gets that far.
    for material in (ehr.rsa.as_pem(private=False), str(ehr.rsa.as_dict(private=False)).encode()):
        forged = ehr.token(header={"alg": "HS384", "kid": "rsa"}, key=OctKey.import_key(part(material)))
        assert_bare_401(guarded, call(guarded, forged))


@pytest.mark.covers("A-5", "I6", "SC3")
def test_hostile_5_algorithms_that_are_not_listed_are_refused(guarded: Edge, ehr: Ehr) -> None:
    unsigned = f"{part({'alg': 'none', 'typ': 'JWT', 'kid': 'ec'})}.{part(ehr.claims())}."
    cases = [
        ehr.token(header={"alg": "RS256", "kid": "rsa"}, key=ehr.rsa),
        ehr.token(header={"alg": "PS384", "kid": "rsa"}, key=ehr.rsa),
        ehr.token(header={"alg": "ES256"}, key=P256),
        unsigned,
        unsigned + "AAAA",
        *(f"{part({'alg': odd, 'typ': 'JWT', 'kid': 'ec'})}.{part(ehr.claims())}.AAAA" for odd in (["ES384"], {}, 1)),
    ]
    for token in cases:
        assert_bare_401(guarded, call(guarded, token))


@pytest.mark.covers("A-7", "A-8")
def test_hostile_7_and_8_a_key_or_certificate_inside_the_header_is_refused(guarded: Edge, ehr: Ehr) -> None:
    headers: list[dict[str, Any]] = [
        {"jwk": STRANGER.as_dict(private=False)},
        {"x5c": ["AAAA"]},
        {"x5u": "https://evil.example.org/cert"},
    ]
    for header in headers:
        assert_bare_401(guarded, call(guarded, ehr.token(header=header)))
        assert_bare_401(guarded, call(guarded, ehr.token(header=header, key=STRANGER)))


@pytest.mark.covers("A-10", "A-11", "I8", "SC5")
def test_hostile_10_and_11_a_jku_that_is_not_the_registered_one_is_refused(guarded: Edge, ehr: Ehr) -> None:
    for url in ("https://ehr.example.org/jwks", "https://other.example.org/jwks", "https://good@evil/"):
        assert_bare_401(guarded, call(guarded, ehr.token(header={"jku": url})))


@pytest.mark.covers("A-17", "I3", "I10", "SC4", "SC7")
def test_hostile_17_a_token_without_a_known_kid_is_refused(guarded: Edge, ehr: Ehr) -> None:
    for kid in (None, "", "unknown", 7):
        assert_bare_401(guarded, call(guarded, ehr.token(header={"kid": kid})))


@pytest.mark.covers("A-19", "I3", "SC4")
def test_hostile_19_another_type_or_an_encrypted_token_is_refused(guarded: Edge, ehr: Ehr) -> None:
    for typ in (None, "at+jwt", "JWE", 1):
        assert_bare_401(guarded, call(guarded, ehr.token(header={"typ": typ})))
    assert_bare_401(guarded, call(guarded, "a.b.c.d.e"))


@pytest.mark.covers("A-20")
def test_hostile_20_critical_extensions_and_unencoded_payloads_are_refused(guarded: Edge, ehr: Ehr) -> None:
    for header in ({"crit": ["exp"]}, {"crit": ["unknown"], "unknown": 1}, {"b64": False}):
        assert_bare_401(guarded, call(guarded, ehr.token(header=header)))


@pytest.mark.covers("A-22", "SC5")
def test_hostile_22_another_issuers_key_or_a_changed_token_is_refused(guarded: Edge, ehr: Ehr, other_ehr: Ehr) -> None:
    assert_bare_401(guarded, call(guarded, ehr.token(key=other_ehr.key)))
    head, _, signature = ehr.token().split(".")
    assert_bare_401(guarded, call(guarded, f"{head}.{part(ehr.claims())}.{signature}"))
    assert_bare_401(guarded, call(guarded, ehr.token(ehr.claims(iss="https://nobody.example.org"))))


@pytest.mark.covers("A-23", "I13")
def test_hostile_23_an_unlisted_tenant_is_refused_and_the_listed_one_accepted(guarded: Edge, ehr: Ehr) -> None:
    assert_bare_401(guarded, call(guarded, ehr.token(ehr.claims(tenant="elsewhere"))))
    assert call(guarded, ehr.token(ehr.claims(tenant="north"))).status == 200


@pytest.mark.covers("A-25", "I5", "SC6")
def test_hostile_25_a_forged_host_does_not_make_an_audience_match(guarded: Edge, ehr: Ehr) -> None:
    token = ehr.token(ehr.claims(aud=f"http://evil.example.org{INVOKE}"))
    assert call(guarded, token, {"Host": "evil.example.org"}).status == 400
    assert_bare_401(guarded, call(guarded, token, {"X-Forwarded-Host": "evil.example.org"}))


@pytest.mark.covers("I5", "SC6")
def test_only_the_configured_url_is_the_audience(guarded: Edge, ehr: Ehr) -> None:
    right = guarded.settings.public_url + INVOKE
    wrong: list[Any] = [
        right + "/",
        right.upper(),
        right + "?a=1",
        guarded.url + INVOKE,
        [right, "https://x.org"],
        [],
        5,
    ]
    for audience in wrong:
        assert_bare_401(guarded, call(guarded, ehr.token(ehr.claims(aud=audience))))
    assert call(guarded, ehr.token(ehr.claims(aud=[right]))).status == 200


@pytest.mark.covers("A-26")
def test_hostile_26_the_clock_may_differ_by_a_minute_and_no_more(guarded: Edge, ehr: Ehr) -> None:
    now = time.time()
    assert_bare_401(guarded, call(guarded, ehr.token(ehr.claims(iat=now - 120, exp=now - 61))))
    assert call(guarded, ehr.token(ehr.claims(iat=now - 120, exp=now - 57))).status == 200


@pytest.mark.covers("A-28")
def test_hostile_28_an_expiry_that_is_no_finite_number_is_refused(guarded: Edge, ehr: Ehr) -> None:
    for exp in (str(int(time.time()) + 60), True, -1, None, [], 10**30):
        assert_bare_401(guarded, call(guarded, ehr.token(ehr.claims(exp=exp))))
    for literal in (b"NaN", b"Infinity", b"1e400"):
        claims = b'{"exp":' + literal + b"," + part_free_claims(ehr)
        assert_bare_401(guarded, call(guarded, ehr.token(claims)))
    assert call(guarded, ehr.token(ehr.claims(exp=time.time() + 60.5))).status == 200


def part_free_claims(ehr: Ehr) -> bytes:
    """The sound claims without `exp`, as the rest of a JSON object."""
    return orjson.dumps(ehr.claims(exp=None))[1:]


def test_a_claim_that_stands_twice_is_refused(guarded: Edge, ehr: Ehr) -> None:
    twice = b'{"iss":"https://nobody.example.org",' + part_free_claims(ehr)[:-1] + b',"exp":99999999999}'
    assert_bare_401(guarded, call(guarded, ehr.token(twice)))


@pytest.mark.covers("A-29", "I4", "I11", "SC4")
def test_hostile_29_a_token_from_the_future_or_without_its_times_is_refused(guarded: Edge, ehr: Ehr) -> None:
    now = time.time()
    for changes in (
        {"iat": now + 90, "exp": now + 200},
        {"nbf": now + 90},
        {"nbf": "now"},
        {"iat": None},
        {"jti": None},
        {"jti": ""},
    ):
        assert_bare_401(guarded, call(guarded, ehr.token(ehr.claims(**changes))))


@pytest.mark.covers("I11", "S6")
def test_a_token_that_lives_longer_than_registered_is_refused(guarded: Edge, ehr: Ehr) -> None:
    now = time.time()
    assert_bare_401(guarded, call(guarded, ehr.token(ehr.claims(iat=now, exp=now + 301))))
    assert call(guarded, ehr.token(ehr.claims(iat=now, exp=now + 299))).status == 200


@pytest.mark.covers("A-31", "I12", "SC9")
def test_hostile_31_a_token_is_good_for_one_call_over_all_workers(guarded: Edge, ehr: Ehr) -> None:
    token = ehr.token()
    with ThreadPoolExecutor(25) as callers:
        codes = [one.status for one in callers.map(lambda _: call(guarded, token), range(50))]
    assert sorted(codes) == [200] + [401] * 49
    assert_bare_401(guarded, call(guarded, token))


@pytest.mark.covers("A-32")
def test_hostile_32_the_same_jti_of_another_issuer_is_another_token(guarded: Edge, ehr: Ehr, other_ehr: Ehr) -> None:
    shared = str(uuid.uuid4())
    assert call(guarded, ehr.token(ehr.claims(jti=shared))).status == 200
    assert call(guarded, other_ehr.token(other_ehr.claims(jti=shared))).status == 200


def test_a_refused_token_is_not_spent(guarded: Edge, ehr: Ehr) -> None:
    jti = str(uuid.uuid4())
    assert_bare_401(guarded, call(guarded, ehr.token(ehr.claims(jti=jti, aud="https://elsewhere.example.org"))))
    assert call(guarded, ehr.token(ehr.claims(jti=jti))).status == 200


@pytest.mark.covers("A-37")
def test_hostile_37_a_huge_header_or_payload_is_refused_at_once(guarded: Edge, ehr: Ehr) -> None:
    """It never ends here: the answer comes although nobody has sent, nor read, the whole of it."""
    big_header = ehr.token(header={"pad": "x" * 2_000_000})
    big_payload = ehr.token(ehr.claims(pad="x" * 2_000_000))
    for token in (big_header, big_payload):
        host, _, port = guarded.settings.bind.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=60) as line:
            head = f"POST {INVOKE} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}".encode()
            with suppress(OSError):  # the server may hang up before it has all of it
                line.sendall(head)
            assert line.recv(12) in {b"HTTP/1.1 431", b"HTTP/1.1 400"}


def test_every_refusal_writes_one_audit_row_and_nothing_else(guarded: Edge, ehr: Ehr) -> None:
    before = {table: len(guarded.rows(table)) for table in ("audit", "invocation", "card", "feedback")}
    call(guarded, ehr.token(header={"typ": "at+jwt"}))
    after = {table: len(guarded.rows(table)) for table in before}
    assert after == {**before, "audit": before["audit"] + 1}


@pytest.mark.covers("I14", "SC10")
def test_the_reason_stands_in_the_log_and_the_token_does_not(guarded: Edge, ehr: Ehr) -> None:
    token = ehr.token(ehr.claims(tenant="elsewhere"))
    call(guarded, token)
    log = wait_for_text(guarded, lambda text: "tenant is not registered" in text)
    assert not any(piece in log for piece in token.split("."))
    refused = next(line for line in log.splitlines() if "tenant is not registered" in line)
    assert f'"issuer":"{ehr.issuer}"' in refused


def test_an_unknown_issuer_is_not_written_down(guarded: Edge, ehr: Ehr) -> None:
    call(guarded, ehr.token(ehr.claims(iss="https://canary-issuer.example.org")))
    wait_for_text(guarded, lambda text: "issuer is not registered" in text)
    assert "canary-issuer" not in guarded.errors.read_text()
    assert "canary-issuer" not in str(guarded.rows("audit"))


def wait_for_text(edge: Edge, has_it: Callable[[str], bool]) -> str:
    give_up = time.monotonic() + 60
    while not has_it(text := edge.errors.read_text()) and time.monotonic() < give_up:
        time.sleep(0.05)
    assert has_it(text)
    return text


def test_a_weak_or_foreign_key_in_a_set_leaves_the_others_usable() -> None:
    weak = {"kty": "RSA", "kid": "weak", "e": "AQAB", "n": "y" * 171}  # 1024 bits
    good = ECKey.generate_key("P-384", {"kid": "good"})
    keys = KeySet({"keys": [weak, P256.as_dict(private=False), good.as_dict(private=False)]})
    assert keys.knows("good", "ES384")
    assert not keys.knows("weak", "RS384")


@pytest.mark.parametrize(
    "document",
    [{}, {"keys": []}, {"keys": "x"}, {"keys": [STRANGER.as_dict(private=True)]}, {"keys": [{"kid": "a"}] * 51}],
)
@pytest.mark.covers("A-14")
def test_hostile_14_a_set_with_a_private_key_or_of_a_wrong_form_is_refused_whole(document: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="JWK Set"):
        KeySet(document)


@pytest.mark.covers("A-14", "I10", "SC7")
def test_hostile_14_two_keys_of_one_kid_are_none() -> None:
    twins = [ECKey.generate_key("P-384", {"kid": "twin"}).as_dict(private=False) for _ in range(2)]
    with pytest.raises(NotAuthenticated, match="more than one"):
        KeySet({"keys": twins}).key("twin", "ES384")
