"""The wire below the FHIR client: every wait is cut to what is left of the call, every address is judged.

The timeouts of HTTP libraries are per read, so a server that drips outlives them. Here each single read, write and
handshake may take only what is left until one deadline. The connection goes to an address that was judged, while the
certificate is checked against the name. No proxy, no redirect, no kept-alive connection of another call.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

from cds_service.outbound import Reach

Remaining = Callable[[], float]


class FhirTransport(httpx.BaseTransport):
    """What httpx sends through. `remaining` gives the seconds that are left, at most `connections` are open at once."""

    def __init__(self, reach: Reach, context: ssl.SSLContext, remaining: Remaining, connections: int) -> None:
        backend = _JudgedBackend(reach, remaining)
        self._remaining = remaining
        self._pool = httpcore.ConnectionPool(ssl_context=context, max_connections=connections, network_backend=backend)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url
        with _in_words_of_httpx():
            answer = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                    headers=request.headers.raw,
                    content=request.stream,
                    extensions={"timeout": {"pool": _left(self._remaining)}},
                )
            )
        assert isinstance(answer.stream, Iterable)
        return httpx.Response(answer.status, headers=answer.headers, stream=_Body(answer.stream))

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        with _in_words_of_httpx():
            yield from self._stream

    def close(self) -> None:
        if hasattr(self._stream, "close"):
            self._stream.close()


class _JudgedBackend(httpcore.NetworkBackend):
    """Opens connections; one host of one call is resolved once."""

    def __init__(self, reach: Reach, remaining: Remaining) -> None:
        self._reach = reach
        self._remaining = remaining
        self._sockets = httpcore.SyncBackend()
        self._resolving = threading.Lock()
        self._resolved: dict[tuple[str, int], tuple[str, ...]] = {}

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  the call's own deadline stands in its place
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError()
        for address in self._addresses(host, port):
            try:
                left = _left(self._remaining)
                stream = self._sockets.connect_tcp(address, port, left, local_address, socket_options)
            except httpcore.ConnectError as error:
                failure = error
            else:
                return _Stream(stream, self._remaining)
        raise failure

    def _addresses(self, host: str, port: int) -> tuple[str, ...]:
        with self._resolving:
            if (host, port) not in self._resolved:
                try:
                    self._resolved[host, port] = self._reach.addresses(host, port)
                except (OSError, UnicodeError):
                    raise httpcore.ConnectError from None
            return self._resolved[host, port]


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends with the call."""

    def __init__(self, stream: httpcore.NetworkStream, remaining: Remaining) -> None:
        self._stream = stream
        self._remaining = remaining

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(max_bytes, _left(self._remaining))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        self._stream.write(buffer, _left(self._remaining))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, _left(self._remaining)), self._remaining)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


@contextmanager
def _in_words_of_httpx() -> Iterator[None]:
    """The texts are left behind: they may quote what the server sent."""
    try:
        yield
    except httpcore.TimeoutException:
        raise httpx.ReadTimeout("no time is left") from None
    except httpcore.ConnectError:
        raise httpx.ConnectError("no connection") from None
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol):
        raise httpx.RemoteProtocolError("the connection broke off") from None


def _left(remaining: Remaining) -> float:
    """Seconds that a wait may take; a socket takes 0 for "do not wait", so nothing left is a timeout here."""
    left = remaining()
    if left <= 0:
        raise httpcore.ReadTimeout
    return left
