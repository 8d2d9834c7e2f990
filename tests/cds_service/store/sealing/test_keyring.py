"""Keys: where they come from, what they open, and what never leaves them."""

from __future__ import annotations

import json
import os
import secrets
from base64 import b64encode

import pytest

from cds_service.errors import SettingsError
from cds_service.settings import Settings
from cds_service.store import Keyring
from cds_service.store.sealing.keyring import SealBroken

HMAC = b64encode(b"h" * 32).decode()
K1, K2 = (b64encode(letter * 32).decode() for letter in (b"1", b"2"))


def ring(current: str, **keys: str) -> dict[str, str]:
    return {"COUNTERSIGN_DATA_KEYS": json.dumps({"current": current, "keys": keys, "hmac": HMAC})}


@pytest.fixture
def off_loopback(tmp_path) -> Settings:
    return Settings.from_env(
        {
            "COUNTERSIGN_RUN_DIR": str(tmp_path),
            "COUNTERSIGN_BIND": "0.0.0.0:8000",
            "COUNTERSIGN_PUBLIC_URL": "https://cds.example",
            "COUNTERSIGN_APP_URL": "https://app.example",
        }
    )


def test_keys_are_made_once_on_loopback_and_only_the_owner_reads_them(settings):
    sealed = Keyring.load(settings, {}).seal(b"INR 2.4", "card:1:body")
    path = settings.run_dir / "keys.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert Keyring.load(settings, {}).open(sealed, "card:1:body") == b"INR 2.4"
    assert [entry.name for entry in settings.run_dir.iterdir()] == ["keys.json"]


def test_processes_that_start_together_agree_on_one_key(settings, in_child):
    pipes = [in_child(lambda out: os.write(out, Keyring.load(settings, {}).handle("card").encode())) for _ in range(8)]
    handles = {os.read(pipe, 100) for _, pipe in pipes}
    for _, pipe in pipes:
        os.close(pipe)
    assert len(handles) == 1


def test_a_key_file_that_others_can_read_is_refused(settings):
    Keyring.load(settings, {})
    (settings.run_dir / "keys.json").chmod(0o640)
    with pytest.raises(SettingsError, match="0600"):
        Keyring.load(settings, {})


def test_off_loopback_the_keys_must_come_from_the_environment(off_loopback):
    with pytest.raises(SettingsError, match="COUNTERSIGN_DATA_KEYS"):
        Keyring.load(off_loopback, {})
    assert not (off_loopback.run_dir / "keys.json").exists()
    assert Keyring.load(off_loopback, ring("k1", k1=K1)).seal(b"x", "a")


@pytest.mark.parametrize(
    "document",
    [
        "not json",
        "[]",
        json.dumps({"current": "k1", "keys": {"k1": K1}}),
        json.dumps({"current": "k1", "keys": {"k1": "c2hvcnQ="}, "hmac": HMAC}),
        json.dumps({"current": "gone", "keys": {"k1": K1}, "hmac": HMAC}),
        json.dumps({"current": "k1", "keys": {"k1": K1 + "!"}, "hmac": HMAC}),
        json.dumps({"current": ["k1"], "keys": {"k1": K1}, "hmac": HMAC}),
    ],
)
def test_unusable_keys_stop_the_start_without_being_quoted(settings, document):
    with pytest.raises(SettingsError) as refused:
        Keyring.load(settings, {"COUNTERSIGN_DATA_KEYS": document})
    assert "COUNTERSIGN_DATA_KEYS" in str(refused.value)
    assert K1 not in str(refused.value)
    assert refused.value.__cause__ is None


def test_after_rotation_the_new_key_seals_and_the_old_one_still_opens(settings):
    before = Keyring.load(settings, ring("k1", k1=K1))
    after = Keyring.load(settings, ring("k2", k1=K1, k2=K2))
    retired = Keyring.load(settings, ring("k2", k2=K2))
    old = before.seal(b"old", "a")
    assert after.open(old, "a") == b"old"
    assert retired.open(after.seal(b"new", "a"), "a") == b"new"
    with pytest.raises(SealBroken, match="not in the ring"):
        retired.open(old, "a")
    assert before.pseudonym("patient-1") == after.pseudonym("patient-1")


def test_a_sealed_value_opens_only_unaltered_and_in_its_own_place(keyring):
    sealed = keyring.seal(b"amoxicillin", "card:1:body")
    altered = [sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :] for at in range(len(sealed))]
    for blob in (*altered, sealed[:-1], sealed[:10], b"", b"\x01"):
        with pytest.raises(SealBroken):
            keyring.open(blob, "card:1:body")
    with pytest.raises(SealBroken):
        keyring.open(sealed, "card:2:body")


def test_the_same_value_never_seals_to_the_same_bytes(keyring):
    assert keyring.seal(b"same", "a") != keyring.seal(b"same", "a")


def test_handles_are_stable_and_pseudonyms_are_another_matter(keyring, settings):
    assert keyring.handle("card-1") == keyring.handle("card-1") != keyring.handle("card-2")
    assert len(keyring.handle("card-1")) == 32
    assert "card-1" not in keyring.handle("card-1")
    assert keyring.pseudonym("card-1") != keyring.mac("handle", b"card-1").hex()
    stranger = Keyring("k", {"k": b"1" * 32}, secrets.token_bytes(32))
    assert stranger.handle("card-1") != keyring.handle("card-1")


def test_a_printed_ring_shows_no_key(settings):
    loaded = Keyring.load(settings, ring("k1", k1=K1))
    for shown in (repr(loaded), str(loaded)):
        assert K1 not in shown
        assert HMAC not in shown
        assert "111" not in shown
