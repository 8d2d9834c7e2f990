"""The keys of the store: AES-256-GCM data keys with ids, and one HMAC key for pseudonyms, handles and the audit chain.

COUNTERSIGN_DATA_KEYS is JSON, each key 32 bytes:

    {"current": "k2", "keys": {"k1": BASE64, "k2": BASE64}, "hmac": BASE64}

To rotate, add a key and name it `current`: it seals from then on, the older ones still open what they sealed. The HMAC
key stays, because pseudonyms and handles must keep their value. On loopback the same JSON is made once in
`<run_dir>/keys.json`. A data key seals at most 2**32 values (random 96-bit nonces): rotate long before.
"""

from __future__ import annotations

import binascii
import hmac
import json
import os
import secrets
import tempfile
from base64 import b64decode, b64encode, urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cds_service.errors import CountersignError, SettingsError
from cds_service.settings import Settings

VARIABLE = "COUNTERSIGN_DATA_KEYS"
KEY_BYTES = 32
NONCE_BYTES = 12
_FORMAT = 1


class SealBroken(CountersignError):
    """A sealed value does not open: altered, moved to another row or column, or its key is not in the ring."""


class Keyring:
    """Seals and opens clinical text. Never prints its keys."""

    def __init__(self, current: str, data_keys: Mapping[str, bytes], hmac_key: bytes) -> None:
        self._current = current
        self._current_header = self.header(current)
        self._ciphers = {key_id: AESGCM(key) for key_id, key in data_keys.items()}
        self._hmac_key = hmac_key

    @classmethod
    def load(cls, settings: Settings, environ: Mapping[str, str] | None = None) -> Keyring:
        """The keys of the environment, or on loopback those of `<run_dir>/keys.json`, made when missing.

        SettingsError: no keys off loopback, unusable JSON, or a key file that others can read.
        """
        given = (os.environ if environ is None else environ).get(VARIABLE)
        if given:
            return cls._parse(given, VARIABLE)
        if not settings.loopback:
            raise SettingsError(
                f"{VARIABLE} is not set: off loopback the data keys come from the environment; the first are made by: "
                "python -m cds_service governance keys new --output FILE"
            )
        path = settings.run_dir / "keys.json"
        if not path.exists():
            _make_key_file(path)
        if path.stat().st_mode & 0o077:
            raise SettingsError(f"{path} can be read by others: its mode must be 0600")
        return cls._parse(path.read_text("utf-8"), str(path))

    @classmethod
    def _parse(cls, document: str, where: str) -> Keyring:
        try:
            parsed = json.loads(document)
            data_keys = {key_id: _key(encoded) for key_id, encoded in parsed["keys"].items()}
            hmac_key = _key(parsed["hmac"])
            current = str(parsed["current"])
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error):
            # The cause is left out on purpose: a JSON error quotes the text, and the text is keys.
            raise SettingsError(
                f'{where} must be JSON of the form {{"current": ID, "keys": {{ID: BASE64}}, "hmac": BASE64}}, '
                f"each key {KEY_BYTES} bytes"
            ) from None
        if current not in data_keys or any(not 0 < len(key_id.encode()) < 256 for key_id in data_keys):
            raise SettingsError(f"{where}: `current` must name one of `keys`, and ids have 1 to 255 bytes")
        return cls(current, data_keys, hmac_key)

    @property
    def current(self) -> str:
        """The id of the key that seals."""
        return self._current

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._ciphers)

    def header(self, key_id: str) -> bytes:
        """What every value sealed by this key begins with."""
        name = key_id.encode()
        return bytes((_FORMAT, len(name))) + name

    def seal(self, plain: bytes, aad: str) -> bytes:
        """Encrypt under the current key. `aad` says where the value stands; it opens only there."""
        header = self._current_header
        nonce = secrets.token_bytes(NONCE_BYTES)
        return header + nonce + self._ciphers[self._current].encrypt(nonce, plain, header + aad.encode())

    def open(self, blob: bytes, aad: str) -> bytes:
        """What `seal` was given. SealBroken: altered, from another place, or of a key that is not in the ring."""
        blob = bytes(blob)
        if len(blob) < 2 or blob[0] != _FORMAT:
            raise SealBroken("a sealed value has an unknown format")
        start = 2 + blob[1]
        header, nonce, sealed = blob[:start], blob[start : start + NONCE_BYTES], blob[start + NONCE_BYTES :]
        cipher = self._ciphers.get(header[2:].decode("utf-8", "replace"))
        if cipher is None:
            raise SealBroken("a sealed value names a key that is not in the ring")
        try:
            return cipher.decrypt(nonce, sealed, header + aad.encode())
        except (InvalidTag, ValueError):
            raise SealBroken("a sealed value was altered or moved") from None

    def open_json(self, blob: bytes, aad: str) -> Any:
        return orjson.loads(self.open(blob, aad))

    def mac(self, purpose: str, message: bytes) -> bytes:
        """Keyed digest of 32 bytes; two purposes never give the same value."""
        return hmac.digest(self._hmac_key, purpose.encode() + b"\0" + message, "sha256")

    def pseudonym(self, text: str) -> str:
        """A stable stand-in for an identifier, 64 hex digits; without the key it cannot be guessed back."""
        return self.mac("pseudonym", text.encode()).hex()

    def handle(self, card_uuid: str) -> str:
        """The appContext handle of a card: opaque, unguessable (192 bits), always the same for the same card."""
        return urlsafe_b64encode(self.mac("handle", card_uuid.encode())[:24]).decode()


def to_json(value: Any) -> bytes:
    """Compact JSON of plain values, records and any mapping; ready to be sealed."""
    return orjson.dumps(value, default=dict)


def _key(encoded: str) -> bytes:
    key = b64decode(encoded, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("wrong key length")
    return key


def new_keys() -> dict[str, Any]:
    """The first keys of an installation."""
    data_key, hmac_key = (b64encode(secrets.token_bytes(KEY_BYTES)).decode() for _ in range(2))
    return {"current": "k1", "keys": {"k1": data_key}, "hmac": hmac_key}


def _make_key_file(path: Path) -> None:
    """Several processes may start at once: the first whole file wins, and none ever reads half of one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    document = json.dumps(new_keys())
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix="keys-")  # mode 0600 from the start
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        Path(made).unlink()
