"""A server that speaks the OpenAI protocol (vLLM, llama.cpp and others): streamed, structured, within a total time.

The address is the operator's; off loopback it must be https. No redirect is followed and no proxy of the environment is
used. A key, where the server wants one, stands in COUNTERSIGN_WRITER_KEY and nowhere else.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from cds_service.errors import ModelRefused, SettingsError
from cds_service.outbound import Reach, origin_of

SECONDS, MOST_BYTES, MOST_TOKENS = 60.0, 1 << 20, 800
SCHEMA = {
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"text": {"type": "string"}, "cites": {"type": "array", "items": {"type": "integer"}}},
                "required": ["text", "cites"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["sentences"],
    "additionalProperties": False,
}


@dataclass(frozen=True)
class OpenAiWriter:
    base_url: str
    model: str
    key: str = field(default="", repr=False)
    seconds: float = SECONDS

    @classmethod
    def of(cls, base_url: str, loopback: bool) -> OpenAiWriter:
        """SettingsError: the address is not usable."""
        origin = origin_of(base_url)
        if origin is None or not Reach(loopback=loopback).allows_scheme(origin.scheme, origin.host):
            raise SettingsError("COUNTERSIGN_WRITER=openai: needs an https address, or http on this machine")
        model, key = (os.environ.get(f"COUNTERSIGN_WRITER_{name}", "") for name in ("MODEL", "KEY"))
        return cls(base_url.rstrip("/"), model or "default", key)

    @property
    def identity(self) -> str:
        return f"openai:{self.base_url} {self.model}"

    def write(self, rules: str, given: str) -> Iterator[str]:
        """Lines "sentence [1]", each as soon as the server has closed its object."""
        held, at = "", 0
        for delta in self._deltas(rules, given):
            held += delta
            for line, end in _closed(held, at):
                at = end
                yield line

    def _deltas(self, rules: str, given: str) -> Iterator[str]:
        asked = {
            "model": self.model,
            "stream": True,
            "temperature": 0,
            "max_tokens": MOST_TOKENS,
            "messages": [{"role": "system", "content": rules}, {"role": "user", "content": given}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "sentences", "schema": SCHEMA}},
        }
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        ends, taken = time.monotonic() + self.seconds, 0
        try:
            with (
                httpx.Client(timeout=self.seconds, follow_redirects=False, trust_env=False) as client,
                client.stream("POST", f"{self.base_url}/chat/completions", json=asked, headers=headers) as answer,
            ):
                if answer.status_code != 200:
                    raise ModelRefused(f"writer: the server answered {answer.status_code}")
                for line in answer.iter_lines():
                    taken += len(line)
                    if taken > MOST_BYTES or time.monotonic() > ends:
                        raise ModelRefused("writer: the server takes too long or says too much")
                    if line.startswith("data:") and line[5:].strip() != "[DONE]":
                        yield _content(line[5:])
        except httpx.HTTPError as error:
            raise ModelRefused(f"writer: the server does not answer ({type(error).__name__})") from None


def _content(event: str) -> str:
    try:
        found = json.loads(event)["choices"][0].get("delta", {}).get("content")
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        raise ModelRefused("writer: the server's stream is not of its protocol") from None
    return found if isinstance(found, str) else ""


def _closed(held: str, at: int) -> Iterator[tuple[str, int]]:
    """(line, where it ends) of each sentence object that is whole, behind `at`."""
    decoder = json.JSONDecoder()
    start = at or held.find("[") + 1
    while start and (start := held.find("{", start)) >= 0:
        try:
            found, end = decoder.raw_decode(held, start)
        except ValueError:
            return
        yield f"{_line(found)}\n", end
        start = end


def _line(found: Any) -> str:
    if (
        not isinstance(found, dict)
        or not isinstance(found.get("text"), str)
        or not isinstance(found.get("cites"), list)
    ):
        return ""
    cites = "".join(f"[{number}]" for number in found["cites"] if isinstance(number, int))
    return f"{' '.join(found['text'].split())} {cites}"
