"""One frozen Settings: every variable, its default, one line of help. Secrets have no default and do not stand here.

Variables carry the prefix COUNTERSIGN_. `VARIABLES` is the table; `Settings.from_env()` reads it.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from cds_service.errors import SettingsError

PREFIX = "COUNTERSIGN_"

VARIABLES: Mapping[str, tuple[str, str]] = {
    # field: (default, help); an empty default means "not set"
    "run_dir": (".run", "folder for keys, SQLite files, caches and the journal; never committed"),
    "bind": ("127.0.0.1:8000", "address and port that the CDS service listens on"),
    "public_url": ("", "base URL as clients call it; required when the bind address is not loopback"),
    "app_url": ("", "base URL of the SMART app; required when the bind address is not loopback"),
    "client_auth": ("on", "on | off; off only on loopback, and then every caller is tenant `local`"),
    "database_url": ("", "SQLAlchemy URL; default an SQLite file in the run folder"),
    "replay_database_url": ("", "SQLAlchemy URL of the replay guard, a store of its own"),
    "models_dir": ("", "folder with a site's own weights and manifest.json"),
    "knowledge_dir": ("", "folder with a site's own tables, added to or overriding ours"),
    "max_body_bytes": ("1048576", "longest request body"),
    "deadline_ms": ("2000", "hard deadline of one hook call"),
    "frame_ancestors": ("", "origins that may frame the SMART app, separated by spaces; the sandbox EHR on loopback"),
    "cors_origins": ("", "origins of browser-based CDS clients, separated by spaces"),
    "private_networks": ("", "private networks (CIDR) that registered FHIR servers may stand in, separated by spaces"),
    "ai_label": ("AIAST", "label of what a model took part in, in `/fhir` (v3-ObservationValue); `off` for none"),
    "retain_audit_days": ("2192", "days until `governance retention` takes audit rows away"),
    "retain_call_days": ("2192", "days until it erases what a call said about a person"),
    "retain_comment_days": ("731", "days until it erases reasons, comments and users of feedback"),
    "evidence_index": ("files", "files | postgresql: where the evidence search stands"),
    "writer": ("extractive", "extractive | onnx:FOLDER | openai:BASE-URL: who may put verified claims in other words"),
    "oidc_issuer": ("", "OpenID provider of staff who open no chart, as its configuration names itself"),
    "oidc_client_id": ("", "the app's client id at that provider"),
    "oidc_secret_file": ("", "file with the app's client secret there; without one it is a public client"),
    "trusted_hosts": ("", "further host names that may stand in the Host header, separated by spaces"),
}
_LISTS = frozenset({"frame_ancestors", "cors_origins", "trusted_hosts"})
_NETWORKS = frozenset({"private_networks"})
_NUMBERS = frozenset({"max_body_bytes", "deadline_ms", "retain_audit_days", "retain_call_days", "retain_comment_days"})
_PATHS = frozenset({"run_dir", "models_dir", "knowledge_dir", "oidc_secret_file"})


@dataclass(frozen=True)
class Settings:
    run_dir: Path
    bind: str
    public_url: str
    app_url: str
    client_auth: str
    database_url: str
    replay_database_url: str
    models_dir: Path | None
    knowledge_dir: Path | None
    max_body_bytes: int
    deadline_ms: int
    frame_ancestors: tuple[str, ...]
    cors_origins: tuple[str, ...]
    private_networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]
    ai_label: str
    retain_audit_days: int
    retain_call_days: int
    retain_comment_days: int
    evidence_index: str
    writer: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_secret_file: Path | None
    trusted_hosts: tuple[str, ...]

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read the variables; SettingsError names the one that is missing or unusable."""
        environ = os.environ if environ is None else environ
        given = {
            name: environ.get(PREFIX + name.upper(), "").strip() or default for name, (default, _) in VARIABLES.items()
        }
        return cls(**{name: _typed(name, text) for name, text in _completed(given).items()})  # type: ignore[arg-type]

    def __post_init__(self) -> None:
        if self.client_auth not in {"on", "off"}:
            raise SettingsError(f"{PREFIX}CLIENT_AUTH is {self.client_auth!r}; it is on or off")
        if self.client_auth == "off" and not self.loopback:
            raise SettingsError(f"{PREFIX}CLIENT_AUTH=off is accepted only while bind and public URL are loopback")
        if self.evidence_index not in {"files", "postgresql"}:
            raise SettingsError(f"{PREFIX}EVIDENCE_INDEX is {self.evidence_index!r}; it is files or postgresql")
        if self.evidence_index == "postgresql" and not self.database_url.startswith("postgresql"):
            raise SettingsError(f"{PREFIX}EVIDENCE_INDEX=postgresql needs a {PREFIX}DATABASE_URL of PostgreSQL")
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            raise SettingsError(f"{PREFIX}OIDC_ISSUER and {PREFIX}OIDC_CLIENT_ID are given together or not at all")
        for name in ("public_url", "app_url", *(("oidc_issuer",) if self.oidc_issuer else ())):
            _require_safe_url(name, getattr(self, name))

    @property
    def loopback(self) -> bool:
        """True while neither the bind address nor the public URL can be reached from another machine."""
        return is_loopback(self.bind.rpartition(":")[0]) and is_loopback(urlsplit(self.public_url).hostname or "")

    @property
    def hosts(self) -> tuple[str, ...]:
        """Host names that a request may name, the public URLs' first."""
        named = (urlsplit(url).hostname for url in (self.public_url, self.app_url))
        return tuple(dict.fromkeys([*(host for host in named if host), *self.trusted_hosts]))


def is_loopback(host: str) -> bool:
    host = host.strip("[]")
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _completed(given: dict[str, str]) -> dict[str, str]:
    """Fill in what follows from other settings; off loopback nothing about addresses is guessed."""
    host, _, port = given["bind"].rpartition(":")
    if not host or not (port.isascii() and port.isdigit() and int(port) < 2**16):
        raise SettingsError(f"{PREFIX}BIND is {given['bind']!r}; it is ADDRESS:PORT")
    on_loopback = is_loopback(host)
    guessed = {"public_url": f"http://127.0.0.1:{port}", "app_url": "http://127.0.0.1:8001"}
    missing = [f"{PREFIX}{name.upper()}" for name in guessed if not given[name]]
    if missing and not on_loopback:
        needed = f"{' and '.join(missing)} {'are' if len(missing) > 1 else 'is'} required"
        raise SettingsError(f"{needed} when {PREFIX}BIND is not a loopback address")
    for name, default in guessed.items():
        given[name] = (given[name] or default).rstrip("/")
    if on_loopback and is_loopback(urlsplit(given["public_url"]).hostname or ""):
        given["frame_ancestors"] = given["frame_ancestors"] or "http://localhost:8002"
    run_dir = Path(given["run_dir"]).absolute()
    given["run_dir"] = str(run_dir)
    given["database_url"] = given["database_url"] or f"sqlite:///{run_dir / 'countersign.sqlite3'}"
    given["replay_database_url"] = given["replay_database_url"] or f"sqlite:///{run_dir / 'replay.sqlite3'}"
    return given


def _typed(name: str, text: str) -> object:
    if name in _NUMBERS:
        if not (text.isascii() and text.isdigit()) or int(text) == 0:
            raise SettingsError(f"{PREFIX}{name.upper()} is {text!r}; it is a whole number above zero")
        return int(text)
    if name in _PATHS:
        return Path(text) if text else None
    if name in _NETWORKS:
        return tuple(_network(name, word) for word in text.split())
    return tuple(text.split()) if name in _LISTS else text


def _network(name: str, text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise SettingsError(f"{PREFIX}{name.upper()} holds {text!r}, not a network such as 10.2.0.0/16") from None


def _require_safe_url(name: str, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise SettingsError(f"{PREFIX}{name.upper()} is not a plain http(s) URL")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise SettingsError(f"{PREFIX}{name.upper()} must be https when it is not a loopback address")


assert {f.name for f in fields(Settings)} == set(VARIABLES), "every setting stands in the table"
