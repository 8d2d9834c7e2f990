"""The trained text reader as the service would run it: one sentence at a time, unpadded, one thread."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

from cds_service.terminology.assertion import Assertion, read_assertion

_REACH = 200  # characters before and after the mention that are read
SURE = 0.9


class TextReader:
    """Reads the four flags of a mention; `tokenizer` is the pruned one that the network was trained with."""

    def __init__(self, model: Path, tokenizer: Path) -> None:
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = ort.InferenceSession(model.read_bytes(), options, providers=["CPUExecutionProvider"])
        self._tokenizer = Tokenizer.from_file(str(tokenizer))
        self._tokenizer.no_padding()

    def probabilities(self, sentence: str, span: tuple[int, int]) -> NDArray[np.float64]:
        """Of negated, historical, another's and supposed, shape (4,); all 0 when the mention has no pieces."""
        first = max(span[0] - _REACH, 0)
        encoding = self._tokenizer.encode(sentence[first : span[1] + _REACH])
        types = marked(encoding.offsets, (span[0] - first, span[1] - first))
        inputs = {
            "input_ids": np.array([encoding.ids]),
            "attention_mask": np.array([encoding.attention_mask]),
            "token_type_ids": np.array([types]),
        }
        logits = self._session.run(["logits"], inputs)[0][0]
        inside = np.array(types, dtype=bool)
        if not inside.any():
            return np.zeros(logits.shape[-1])
        return np.asarray(1 / (1 + np.exp(-logits[inside].mean(axis=0).astype(np.float64))))

    def alone(self, sentence: str, span: tuple[int, int]) -> Assertion:
        """What the network alone says."""
        return Assertion(*(bool(p > 0.5) for p in self.probabilities(sentence, span)))

    def with_cues(self, sentence: str, span: tuple[int, int]) -> Assertion:
        """What the cues say, and what the network is sure of beside it."""
        cues = read_assertion(sentence, span)
        sure = self.probabilities(sentence, span) > SURE
        said = (cues.negated, cues.historical, cues.family, cues.hypothetical)
        return Assertion(*(bool(one or other) for one, other in zip(said, sure, strict=True)))


def marked(offsets: list[tuple[int, int]], span: tuple[int, int]) -> list[int]:
    """1 for the pieces that lie in `span` (start, end), else 0."""
    return [int(start < span[1] and end > span[0]) for start, end in offsets]
