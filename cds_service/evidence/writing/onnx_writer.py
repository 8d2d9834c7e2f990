"""A causal language model as `model_export llm` writes it: ONNX with a key-value cache, run by onnxruntime, greedily.

The folder holds `model.onnx` (or `model_quantized.onnx`), `tokenizer.json` and `config.json`. One thread, as
everywhere.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime as ort
from tokenizers import Tokenizer

from cds_service.errors import ModelRefused
from cds_service.models.external_data import refuse_external_data

MODELS = ("model_quantized.onnx", "model.onnx")
MOST_TOKENS = 400
LONGEST_PROMPT = 4000  # tokens
_TYPES = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


@dataclass(frozen=True)
class OnnxWriter:
    session: ort.InferenceSession
    tokenizer: Tokenizer
    ends: frozenset[int]
    identity: str

    @classmethod
    def load(cls, folder: Path) -> OnnxWriter:
        """ModelRefused: a file is missing, or onnxruntime or tokenizers cannot use it."""
        try:
            data = next((folder / name for name in MODELS if (folder / name).exists()), folder / MODELS[1]).read_bytes()
            words = (folder / "tokenizer.json").read_bytes()
            config = json.loads((folder / "config.json").read_bytes())
            refuse_external_data(data, "writer")
            options = ort.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            options.log_severity_level = 3
            session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
            tokenizer = Tokenizer.from_str(words.decode("utf-8"))
        except ModelRefused:
            raise
        except Exception as error:  # onnxruntime and tokenizers raise errors of their own without a common parent
            raise ModelRefused(f"writer: the model folder is not usable ({type(error).__name__})") from error
        ends = config.get("eos_token_id")
        stops = frozenset(ends if isinstance(ends, list) else [ends] if isinstance(ends, int) else [])
        return cls(session, tokenizer, stops, f"onnx:{hashlib.sha256(data + words).hexdigest()[:16]}")

    def write(self, rules: str, given: str) -> Iterator[str]:
        """The text that follows, in pieces; the most likely token each time, so the same input gives the same."""
        ids = self.tokenizer.encode(f"{rules}\n\n{given}\n\n").ids
        if not 0 < len(ids) <= LONGEST_PROMPT:
            raise ModelRefused("writer: the statements are too long for it")
        made: list[int] = []
        said = ""
        for token in self._tokens(ids):
            made.append(token)
            text = self.tokenizer.decode(made)
            if not text.endswith("\ufffd"):  # the middle of a character
                yield text[len(said) :]
                said = text

    def _tokens(self, ids: list[int]) -> Iterator[int]:
        cache = {one.name: _empty(one) for one in self.session.get_inputs() if one.name.startswith("past_key_values")}
        names = [one.name for one in self.session.get_outputs()]
        step, seen = ids, 0
        for _ in range(MOST_TOKENS):
            seen += len(step)
            found = dict(zip(names, self._run(step, seen, cache), strict=True))
            token = int(found["logits"][0, -1].argmax())
            if token in self.ends:
                return
            yield token
            if not cache:
                step, seen = [*step, token], 0
                continue
            cache = {name: found[name.replace("past_key_values", "present")] for name in cache}
            step = [token]

    def _run(self, step: list[int], seen: int, cache: dict[str, Any]) -> list[Any]:
        given = {
            "input_ids": np.array([step], dtype=np.int64),
            "attention_mask": np.ones((1, seen), dtype=np.int64),
            "position_ids": np.arange(seen - len(step), seen, dtype=np.int64)[None],
            **cache,
        }
        wanted = {one.name for one in self.session.get_inputs()}
        try:
            found: list[Any] = self.session.run(None, {name: value for name, value in given.items() if name in wanted})
        except Exception as error:  # see load
            raise ModelRefused(f"writer: onnxruntime cannot run it ({type(error).__name__})") from error
        return found


def _empty(one: Any) -> Any:
    """A cache that holds nothing: the axes that have no fixed length are one batch and no position."""
    shape = [size if isinstance(size, int) else (1 if "batch" in str(size) else 0) for size in one.shape]
    return np.zeros(shape, dtype=_TYPES[one.type])
