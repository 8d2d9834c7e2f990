"""The embedder: a question or a passage in, a vector out. all-MiniLM-L6-v2, int8 with one scale per channel.

Dynamic int8 takes its scales from the whole tensor, so the same sentence gives another vector in a batch or with
padding. Text is therefore embedded one at a time and unpadded, for the index and for the query alike.
"""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Tokenizer

from cds_service.errors import ModelRefused
from cds_service.models.manifest import WeightsFolder
from cds_service.models.onnx_session import open_session

NAME = "embedder"
DIMENSIONS = 384
ABOUT = 0.5  # cosine from which a passage is about a question; the model's card has what other values would do
MAXIMUM_TOKENS = 256  # what the model was trained for; the rest of a longer text is not read

Vector = NDArray[np.float32]


class Embedder:
    """Sentence vectors. Deterministic; safe to call from several threads."""

    def __init__(self, session: ort.InferenceSession, tokenizer: Tokenizer, version: str) -> None:
        self.version = version
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, weights: WeightsFolder) -> Embedder:
        """Open the embedder of a weights folder. Raises ModelRefused when a file of it is not as the manifest says."""
        text = weights.read(NAME, "tokenizer").decode("utf-8")
        tokenizer = Tokenizer.from_str(text)
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAXIMUM_TOKENS)
        return cls(open_session(weights, NAME), tokenizer, weights.entry(NAME).release)

    def embed(self, text: str) -> Vector:
        """The vector of `text`: shape (384,), float32, length 1.

        Raises ModelRefused when the network answers with something that is not a direction (NaN, infinity, zero):
        such a vector would rank everything and nothing.
        """
        encoding = self._tokenizer.encode(text)
        mask = np.array([encoding.attention_mask], dtype=np.int64)
        inputs = {
            "input_ids": np.array([encoding.ids], dtype=np.int64),
            "attention_mask": mask,
            "token_type_ids": np.array([encoding.type_ids], dtype=np.int64),
        }
        states = self._session.run(["last_hidden_state"], inputs)[0]
        return unit_mean(states[0], mask[0])


def unit_mean(states: NDArray[np.float32], mask: NDArray[np.int64]) -> Vector:
    """Mean of the token states (tokens, 384) that the mask (tokens,) keeps, scaled to length 1."""
    mean = (states * mask[:, None]).sum(axis=0) / max(int(mask.sum()), 1)
    length = float(np.linalg.norm(mean))
    if not np.isfinite(length) or length == 0.0:
        raise ModelRefused("embedder: the answer is not a usable vector")
    return (mean / length).astype(np.float32)
