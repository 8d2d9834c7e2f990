"""Who writes: `extractive` (the claims as they stand), `onnx:FOLDER`, or `openai:BASE-URL`.

A model may write only after it has passed the grounded-generation test as it is: its identity (the digest of its files,
or the server's address and model) is kept with the result, and another identity has to pass anew. Until then, and
whenever it fails, the claims stand as they are.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import structlog

from cds_service.errors import ModelRefused, SettingsError
from cds_service.evidence.figures import SENTENCES
from cds_service.evidence.writing.prompt import Sentence, lines_of, statements, verified
from cds_service.settings import Settings
from cds_service.terminology.lexicon import Lexicon

RESULT = "writer-test.json"
COMMAND = "python -m cds_service evidence writer-test"
log = structlog.get_logger(__name__)


class LanguageModel(Protocol):
    """Gives the text in pieces as they come. Raises ModelRefused when it cannot go on. `identity` changes with it."""

    @property
    def identity(self) -> str: ...

    def write(self, rules: str, given: str) -> Iterator[str]: ...


@dataclass(frozen=True)
class Writer:
    """`model` is None for the extractive writer; `problem` says why a model that was asked for does not write."""

    lexicon: Lexicon
    model: LanguageModel | None = None
    problem: str | None = None

    @property
    def name(self) -> str:
        return self.model.identity if self.model else "extractive"

    def sentences(self, claims: Sequence[str]) -> Iterator[Sentence]:
        """What stands, sentence by sentence as it comes. Where no model writes, or it fails before the first sentence
        that stands, each claim is its own sentence. The log has counts, and no word of what was given or written."""
        stood = dropped = 0
        if self.model is not None and claims:
            try:
                for sentence in verified(lines_of(self._pieces(self.model, claims)), claims, self.lexicon):
                    if sentence is None:
                        dropped += 1
                        continue
                    stood += 1
                    yield sentence
            except ModelRefused as error:
                log.warning("writer_failed", reason=str(error))
            SENTENCES.labels("stands").inc(stood)
            SENTENCES.labels("dropped").inc(dropped)
            log.info("writer_wrote", stood=stood, dropped=dropped)
        if not stood:
            yield from (Sentence(claim, (at,)) for at, claim in enumerate(claims))

    def _pieces(self, model: LanguageModel, claims: Sequence[str]) -> Iterator[str]:
        from cds_service.evidence.writing.prompt import RULES

        return model.write(RULES, statements(claims))


def open_writer(settings: Settings, lexicon: Lexicon) -> Writer:
    """The writer that the settings ask for, once it has passed its test. SettingsError: there is no such kind."""
    try:
        model = open_model(settings)
    except ModelRefused as error:
        log.error("writer_refused", reason=str(error))
        return Writer(lexicon, problem=str(error))
    if model is None or has_passed(settings.run_dir, model.identity):
        return Writer(lexicon, model)
    problem = f"the writer has not passed its test as it is; type: {COMMAND}"
    log.warning("writer_not_tested", reason=problem)
    return Writer(lexicon, problem=problem)


def open_model(settings: Settings) -> LanguageModel | None:
    """The language model of the setting; None for `extractive`. ModelRefused: its files are not usable."""
    kind, _, place = settings.writer.partition(":")
    if settings.writer == "extractive":
        return None
    if kind == "onnx" and place:
        from cds_service.evidence.writing.onnx_writer import OnnxWriter

        return OnnxWriter.load(Path(place))
    if kind == "openai" and place:
        from cds_service.evidence.writing.openai_writer import OpenAiWriter

        return OpenAiWriter.of(place, settings.loopback)
    raise SettingsError("COUNTERSIGN_WRITER is none of extractive, onnx:FOLDER, openai:BASE-URL")


def has_passed(run_dir: Path, identity: str) -> bool:
    try:
        kept = json.loads((run_dir / RESULT).read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(kept, dict) and kept.get("identity") == identity and kept.get("passed") is True
