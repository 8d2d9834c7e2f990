"""One request outside of hook calls: to a judged address, bounded in time and size, following no redirect."""

from __future__ import annotations

import codecs
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from cds_service.errors import CountersignError
from cds_service.fhir.answers import NotRead, unpacked
from cds_service.fhir.client import http_client
from cds_service.fhir.transport import FhirTransport
from cds_service.outbound import AddressRefused, Network, Reach, origin_of
from cds_service.settings import is_loopback

DEADLINE = 10.0  # seconds of one request


class NotAnswered(CountersignError):
    """No answer came; the text is ours. `final`: none will, as the address may not be called."""

    def __init__(self, reason: str, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is the JSON object that was answered; None when the answer is none, or too long."""

    status: int
    body: dict[str, Any] | None


class Exchange:
    """Safe to share between threads; keeps no connection and no token."""

    def __init__(self, context: ssl.SSLContext | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._context = context
        self._monotonic = monotonic

    def ask(
        self,
        reach: Reach,
        method: str,
        url: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """Whatever the server answers, of any status. NotAnswered: nothing within DEADLINE."""
        ends = self._monotonic() + DEADLINE
        transport = FhirTransport(reach, self._trust, lambda: ends - self._monotonic(), 1)
        try:
            with (
                http_client(transport, token) as http,
                http.stream(method, url, content=content, data=form, headers=headers) as answer,
            ):
                body = unpacked(answer.headers.get("Content-Encoding", "identity"), answer.iter_raw())
                return Answer(answer.status_code, _object(body))
        except AddressRefused:
            raise NotAnswered("the server's address may not be called", final=True) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise NotAnswered("the server could not be reached in time") from None

    def document(self, url: str, networks: Sequence[Network] = ()) -> dict[str, Any]:
        """A JSON object that a server says of itself, asked without any token. NotAnswered when it does not."""
        answer = self.ask(reach_of(url, networks), "GET", url, headers={"Accept": "application/json"})
        if answer.status != 200 or answer.body is None:
            raise NotAnswered(f"the server answered {answer.status}")
        return answer.body

    @cached_property
    def _trust(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()


def reach_of(url: str, networks: Sequence[Network] = ()) -> Reach:
    """How far a URL that was registered here may lead. NotAnswered: it is not plain https, nor http to this machine."""
    origin = origin_of(url)
    host = urlsplit(url).hostname or ""
    reach = Reach(loopback=is_loopback(host), networks=networks)
    if origin is None or not reach.allows_scheme(origin.scheme, host):
        raise NotAnswered("the address is not plain https", final=True)
    return reach


def _object(body: bytes | NotRead) -> dict[str, Any] | None:
    try:
        found = None if isinstance(body, NotRead) else orjson.loads(body.removeprefix(codecs.BOM_UTF8))
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
