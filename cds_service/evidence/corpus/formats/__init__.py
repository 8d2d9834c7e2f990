"""The formats that can be imported, one file each, found by this folder.

A format reads one stream and yields `Document`s, or `Refused` for a record that it cannot use while the next one may
still be good. What ends the stream (truncated JSON, XML that does not parse) is a CorpusError.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cds_service.evidence.corpus.document import Document
from cds_service.evidence.corpus.files import Member


@dataclass(frozen=True, slots=True)
class Refused:
    """One record that is not usable: which one, and why."""

    record: str
    reason: str


Records = Iterator[Document | Refused]


@dataclass(frozen=True, slots=True)
class Format:
    """`suffixes` of files that may be of this format; `read` yields what they hold."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    read: Callable[[Member], Records]


def formats() -> dict[str, Format]:
    """Every format by name."""
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    return {module.FORMAT.name: module.FORMAT for module in modules if hasattr(module, "FORMAT")}
