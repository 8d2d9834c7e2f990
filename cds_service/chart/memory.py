"""What an element of FHIR JSON says does not depend on whose it is: it is read once, and kept by its very bytes.

The same codes, names and directions stand in many charts. Only elements that name nobody may be kept this way, and only
a bounded number of short ones. `Vocabulary.remembered` does the same for what depends on the words that we know.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

import orjson

T = TypeVar("T")
MOST = 8192  # elements of one kind
LONGEST = 2000  # bytes; a longer one is read each time


def remembered(read: Callable[[bytes], T]) -> Callable[[object], T]:
    """`read` takes the JSON of an element; what this returns takes the element."""
    return by_bytes(lru_cache(maxsize=MOST)(read), read)


def json_bytes(element: object) -> bytes:
    """The JSON of an element; a number beyond 64 bits, which orjson refuses, is written by the standard library."""
    try:
        return orjson.dumps(element)
    except TypeError:
        return json.dumps(element).encode()


def by_bytes(kept: Callable[[bytes], T], read: Callable[[bytes], T]) -> Callable[[object], T]:
    def look(element: object) -> T:
        key = json_bytes(element)
        return kept(key) if len(key) <= LONGEST else read(key)

    return look
