"""A tiny causal language model in ONNX, made here: each word of a sentence leads to the next, with a key-value cache.

It answers whatever it is asked with one text, word by word: the token after the prompt's end begins it. Its logits come
through the cache: the network adds nothing for positions that it has not been given, so a wrong cache shows.
"""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

END = "<end>"


def write_model(folder: Path, text: str) -> Path:
    """A model folder whose model says `text`, in which no word may stand twice."""
    words = text.split(" ")
    assert len(set(words)) == len(words), "each word leads to one other"
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = {"<unk>": 0, END: 1, **{word: number for number, word in enumerate(words, start=2)}}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "removed")
    tokenizer.decoder = decoders.Fuse()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps({"eos_token_id": 1}))
    table = np.zeros((len(vocabulary), len(vocabulary)), dtype=np.float32)
    follows = ["<unk>", *words, END]
    for one, after in pairwise(follows):
        table[vocabulary[one], vocabulary[after]] = 1
    (folder / "model.onnx").write_bytes(_model(table).SerializeToString())
    return folder


def _model(table: np.ndarray) -> onnx.ModelProto:
    """logits[t] = table[id of t]; the cache grows by one position for each token, as a real one does."""
    ids = helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch_size", "sequence_length"])
    mask = helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch_size", "total_length"])
    past = helper.make_tensor_value_info("past_key_values.0.key", TensorProto.FLOAT, ["batch_size", 1, "past", 1])
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch_size", "sequence_length", len(table)])
    present = helper.make_tensor_value_info("present.0.key", TensorProto.FLOAT, ["batch_size", 1, "total", 1])
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["raw"]),
        helper.make_node("Cast", ["input_ids"], ["as_float"], to=TensorProto.FLOAT),
        helper.make_node("Unsqueeze", ["as_float", "axes"], ["keys"]),
        helper.make_node("Concat", ["past_key_values.0.key", "keys"], ["present.0.key"], axis=2),
        # The mask must be as long as the cache: the difference of both lengths is added and must be nothing.
        helper.make_node("Shape", ["present.0.key"], ["cache_shape"]),
        helper.make_node("Gather", ["cache_shape", "two"], ["cache_length"]),
        helper.make_node("Shape", ["attention_mask"], ["mask_shape"]),
        helper.make_node("Gather", ["mask_shape", "one"], ["mask_length"]),
        helper.make_node("Equal", ["cache_length", "mask_length"], ["fits"]),
        helper.make_node("Cast", ["fits"], ["factor"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["raw", "factor"], ["logits"]),
    ]
    constants = {"table": table, "axes": np.array([1, 3]), "two": np.array(2), "one": np.array(1)}
    initializers = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", [ids, mask, past], [logits, present], initializers)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    onnx.checker.check_model(model)
    return model
