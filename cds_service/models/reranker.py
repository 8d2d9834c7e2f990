"""The reranker: how well a passage answers a question. A three-layer cross-encoder, int8 with one scale per channel.

It orders what the search has found; it adds nothing and removes nothing. Pairs go in one at a time and unpadded, so
that a score depends on its pair alone.
"""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

from cds_service.errors import ModelRefused
from cds_service.models.manifest import WeightsFolder
from cds_service.models.onnx_session import open_session

NAME = "reranker"
LONGEST_QUESTION, LONGEST_PASSAGE = 300, 1200  # characters; the network reads 128 word pieces of both together


class Reranker:
    """Deterministic; safe to call from several threads."""

    def __init__(self, session: ort.InferenceSession, tokenizer: Tokenizer, version: str) -> None:
        self.version = version
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, weights: WeightsFolder) -> Reranker:
        """Open the reranker of a weights folder. Raises ModelRefused when a file of it is not as the manifest says."""
        tokenizer = Tokenizer.from_str(weights.read(NAME, "tokenizer").decode("utf-8"))
        return cls(open_session(weights, NAME), tokenizer, weights.entry(NAME).release)

    def score(self, question: str, passage: str) -> float:
        """Higher is better; comparable between passages of one question only.

        Raises ModelRefused when the network's answer is no finite number.
        """
        encoding = self._tokenizer.encode(question[:LONGEST_QUESTION], passage[:LONGEST_PASSAGE])
        inputs = {
            "input_ids": np.array([encoding.ids], dtype=np.int64),
            "attention_mask": np.array([encoding.attention_mask], dtype=np.int64),
            "token_type_ids": np.array([encoding.type_ids], dtype=np.int64),
        }
        score = float(self._session.run(["logits"], inputs)[0][0, 0])
        if not np.isfinite(score):
            raise ModelRefused("reranker: the answer is no number")
        return score
