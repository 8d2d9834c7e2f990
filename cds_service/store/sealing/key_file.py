"""The document that holds the keys, and how a key comes into it, becomes the current one, and leaves.

On loopback the document is `<run_dir>/keys.json` and is replaced whole, so that a crash leaves the old or the new one.
Elsewhere it comes from the environment, and the new one is written into a file for whoever keeps the secrets. A key
that has left is kept beside in `retired-keys.json`: older backups open with nothing else.
"""

from __future__ import annotations

import json
import os
import secrets
import tempfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cds_service.errors import SettingsError
from cds_service.settings import Settings
from cds_service.store.sealing.keyring import KEY_BYTES, VARIABLE, Keyring, new_keys


@dataclass(frozen=True)
class KeyDocument:
    """`path` is None while the keys come from the environment."""

    keys: Mapping[str, Any]
    path: Path | None

    @classmethod
    def load(cls, settings: Settings, environ: Mapping[str, str] | None = None) -> KeyDocument:
        Keyring.load(settings, environ)  # says what is wrong with them, and makes them on loopback
        given = (os.environ if environ is None else environ).get(VARIABLE)
        path = None if given else settings.run_dir / "keys.json"
        return cls(json.loads(given or path.read_text("utf-8")), path)  # type: ignore[union-attr]

    @classmethod
    def first(cls) -> KeyDocument:
        """The keys that an installation begins with, for the environment."""
        return cls(new_keys(), None)

    def with_new_key(self, standby: bool) -> tuple[KeyDocument, str]:
        """The document with one more key, which is the current one unless `standby`; and the key's id."""
        taken = {*self.keys["keys"], *self._retired()}
        key_id = next(name for number in range(1, len(taken) + 2) if (name := f"k{number}") not in taken)
        keys = {**self.keys["keys"], key_id: b64encode(secrets.token_bytes(KEY_BYTES)).decode()}
        current = self.keys["current"] if standby else key_id
        return KeyDocument({**self.keys, "current": current, "keys": keys}, self.path), key_id

    def with_current(self, key_id: str) -> KeyDocument:
        if key_id not in self.keys["keys"]:
            raise SettingsError(f"there is no key {key_id}")
        return KeyDocument({**self.keys, "current": key_id}, self.path)

    def without(self, key_id: str) -> KeyDocument:
        """The document without a key that nothing uses: ask `Resealing.use` first."""
        if key_id not in self.keys["keys"] or key_id == self.keys["current"]:
            raise SettingsError(f"{key_id} is the current key, or there is no such key")
        keys = {name: key for name, key in self.keys["keys"].items() if name != key_id}
        if self.path is not None:
            _write(self._retired_path(), {**self._retired(), key_id: self.keys["keys"][key_id]})
        return KeyDocument({**self.keys, "keys": keys}, self.path)

    def write(self, output: Path | None) -> None:
        """Put it in the place of the key file, or into a new file when the keys come from the environment."""
        if self.path is not None:
            _write(self.path, self.keys)
            return
        if output is None:
            raise SettingsError(f"the keys come from {VARIABLE}: name a file for the new ones with --output")
        if output.exists():
            raise SettingsError(f"{output.name} is there already")
        _write(output, self.keys)

    def _retired_path(self) -> Path:
        assert self.path is not None
        return self.path.with_name("retired-keys.json")

    def _retired(self) -> dict[str, str]:
        if self.path is None or not self._retired_path().exists():
            return {}
        found: dict[str, str] = json.loads(self._retired_path().read_text("utf-8"))
        return found


def _write(path: Path, document: Mapping[str, Any]) -> None:
    """The whole file or the one that was there before; for its owner alone."""
    descriptor, made = tempfile.mkstemp(dir=path.parent, prefix="keys-")  # mode 0600 from the start
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file)
        file.flush()
        os.fsync(file.fileno())
    Path(made).replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
