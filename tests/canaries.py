"""Planted patient data and tokens, and a search of every place where they must not turn up in clear."""

from __future__ import annotations

import re
import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from pathlib import Path

from cds_service.settings import Settings
from tests.databases import Beside


@dataclass
class Canaries:
    """Every word that `plant` gives out is unlike anything else in the world."""

    planted: dict[str, str] = field(default_factory=dict)

    def plant(self, what: str) -> str:
        return self.planted.setdefault(what, f"canary{secrets.token_hex(8)}")

    def known(self, what: str, value: str) -> str:
        """A token that somebody else made."""
        self.planted[what] = value
        return value

    def in_text(self, text: str) -> list[str]:
        """What was planted and stands in this text, also in base64 or upside down in case."""
        return self.in_bytes(text.encode())

    def in_bytes(self, raw: bytes) -> list[str]:
        low = raw.lower()
        return [what for what, word in self.planted.items() if any(form in low for form in _forms(word))]

    def in_files(self, folder: Path) -> list[str]:
        found = []
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                found += [f"{what} in {path.relative_to(folder)}" for what in self.in_bytes(path.read_bytes())]
        return found

    def in_database(self, url: str) -> list[str]:
        """In any column of any table, whatever its type; sealed ones too, whose bytes must not show it either."""
        past, found = Beside(url), []
        for table in sorted(past.tables()):
            for row in past.run(f"SELECT * FROM {table}"):  # noqa: S608
                cells = b"\0".join(bytes(one) if isinstance(one, bytes | memoryview) else _text(one) for one in row)
                found += [f"{what} in {table}" for what in self.in_bytes(cells)]
        return found

    def in_store(self, settings: Settings, server_folder: Path | None) -> list[str]:
        """In the run folder (SQLite files, journal, log, figures), the databases, and PostgreSQL's own log."""
        found = self.in_files(settings.run_dir)
        for url in {settings.database_url, settings.replay_database_url}:
            found += self.in_database(url)
        if server_folder is not None:
            found += self.in_bytes((server_folder / "log").read_bytes())
        return found


def _text(value: object) -> bytes:
    return str(value).encode()


def _forms(word: str) -> tuple[bytes, ...]:
    """In clear, and in base64 at each of the three places that it can begin at."""
    coded = []
    for shift in range(3):
        whole = b64encode(b"\0" * shift + word.encode()).lower()
        coded.append(re.sub(rb"=+$", b"", whole)[4:-2] if shift else re.sub(rb"=+$", b"", whole)[:-2])
    return (word.lower().encode(), *coded)
