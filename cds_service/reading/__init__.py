"""read(texts, models, deadline) -> Readings: what the models see in texts that the exact lexicon could not name.

Bounded in number and time, and a model that fails or does not come to an end costs its readings alone. A text's answer
depends on that text alone, so it is kept per worker and model version.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock

import structlog

from cds_service.chart import DrugReading, Readings, UnreadText
from cds_service.models import Models
from cds_service.models.drug_linker import NAME, DrugLinker
from cds_service.reading.slice import Slice

MOST_TEXTS = 30
LONGEST_TEXT = 500
_KEPT = 2048
_SLICE = Slice()
log = structlog.get_logger("countersign.reading")


class ReadingCache:
    """The last answers of one worker, by model version and text. Holds text only in memory."""

    def __init__(self, size: int = _KEPT) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[str, str], DrugReading] = OrderedDict()
        self._lock = Lock()

    def get(self, key: tuple[str, str]) -> DrugReading | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: tuple[str, str], reading: DrugReading) -> DrugReading:
        with self._lock:
            self._kept[key] = reading
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return reading


def read(
    texts: Sequence[UnreadText],
    models: Models,
    cache: ReadingCache,
    deadline: float,
    monotonic: Callable[[], float] = time.monotonic,
    slice_: Slice = _SLICE,
) -> Readings:
    """Orders first, then medications. `deadline` is an instant of `monotonic`; what is past it is said."""
    if not texts:
        return Readings()
    linker = models.drug_linker
    if linker is None:
        return Readings(missing="not recognised, and the model that reads misspelt names is not loaded")
    listed = list(dict.fromkeys(text.text for text in sorted(texts, key=lambda one: one.role != "order")))
    wanted = listed[:MOST_TEXTS]
    drugs = {text: known for text in wanted if (known := cache.get((linker.version, text))) is not None}
    new = [text for text in wanted if text not in drugs]
    missing = _read_new(new, linker, cache, drugs, (slice_, deadline, monotonic)) if new else None
    if missing is None and len(listed) > MOST_TEXTS:
        missing = "not recognised, and not read: too many texts"
    return Readings(dict(drugs), missing)


def _read_new(
    texts: Sequence[str],
    linker: DrugLinker,
    cache: ReadingCache,
    drugs: dict[str, DrugReading],
    bounds: tuple[Slice, float, Callable[[], float]],
) -> str | None:
    """Fills `drugs` as far as the time goes; why some are not read. The rules' findings never depend on it."""
    slice_, deadline, monotonic = bounds

    def work() -> None:
        for text in texts:
            if monotonic() >= deadline:
                return
            drugs[text] = cache.put((linker.version, text), _reading(text, linker))

    try:
        slice_.run(work, deadline - monotonic())
    # A network may fail in any way; that is said, and the rules go on. The error's text may hold what was typed.
    except Exception as error:  # noqa: BLE001
        log.error("model failed", model=NAME, error=type(error).__name__)
        return "not recognised, and the model that reads misspelt names failed"
    return None if all(text in drugs for text in texts) else "not recognised, and not read in time"


def _reading(text: str, linker: DrugLinker) -> DrugReading:
    link = linker.link(text[:LONGEST_TEXT])
    candidates = tuple(name for name, _, _ in link.candidates) if link.abstained else ()
    return DrugReading(link.ingredients, link.name, link.span, link.probability, NAME, linker.version, candidates)
