"""A tiny ONNX model, written byte by byte: the `onnx` package is not in the test environment."""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from cds_service.models.drug_features import FEATURES

WriteWeights = Callable[..., Path]  # (model bytes, name=, sha256=) -> the folder
TinyModel = Callable[..., bytes]  # (external=) -> the file's bytes


def field(number: int, value: int | bytes) -> bytes:
    """One protobuf field: a varint for an int, a length-delimited field for bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def value_info(name: str, length: int) -> bytes:
    shape = field(1, field(1, length))
    return field(1, name.encode()) + field(2, field(1, field(1, 1) + field(2, shape)))


def tiny_model(*, external: bool = False) -> bytes:
    """y = x + w over two floats; with `external`, w points at another file."""
    if external:
        location = field(1, b"location") + field(2, b"../../secrets.bin")
        weights = field(13, location) + field(14, 1)
    else:
        weights = field(9, struct.pack("<2f", 1.0, 2.0))
    tensor = field(1, 2) + field(2, 1) + field(8, b"w") + weights
    node = field(1, b"x") + field(1, b"w") + field(2, b"y") + field(4, b"Add")
    graph = field(1, node) + field(2, b"tiny") + field(5, tensor)
    graph += field(11, value_info("x", 2)) + field(12, value_info("y", 2))
    return field(1, 8) + field(7, graph) + field(8, field(1, b"") + field(2, 18))


def _node(operation: str, inputs: list[str], output: str) -> bytes:
    return (
        b"".join(field(1, name.encode()) for name in inputs) + field(2, output.encode()) + field(4, operation.encode())
    )


def _matrix(name: str, columns: int) -> bytes:
    """A tensor of floats with any number of rows."""
    shape = field(1, field(2, b"rows")) + field(1, field(1, columns))
    return field(1, name.encode()) + field(2, field(1, field(1, 1) + field(2, shape)))


def costly_model(shape: list[int], products: int) -> bytes:
    """Takes the linker's features, makes a tensor of `shape` and multiplies it with itself again and again."""
    size = field(1, len(shape)) + field(2, 7) + field(8, b"shape") + field(9, struct.pack(f"<{len(shape)}q", *shape))
    nodes = [_node("ReduceSum", ["features"], "sum"), _node("ConstantOfShape", ["shape"], "zeros")]
    nodes.append(_node("Add", ["zeros", "sum"], "m0"))
    nodes += [_node("MatMul", [f"m{n}", f"m{n}"], f"m{n + 1}") for n in range(products)]
    nodes.append(_node("ReduceMax", [f"m{products}"], "y"))
    graph = b"".join(field(1, node) for node in nodes) + field(2, b"costly") + field(5, size)
    graph += field(11, _matrix("features", len(FEATURES))) + field(12, _matrix("y", 1))
    return field(1, 8) + field(7, graph) + field(8, field(1, b"") + field(2, 18))


@pytest.fixture(name="tiny_model")
def tiny_model_fixture() -> TinyModel:
    return tiny_model


@pytest.fixture
def write_weights(tmp_path: Path) -> WriteWeights:
    """Write a weights folder with one model `tiny`; the digest is right unless another is given."""

    def write(model: bytes, name: str = "tiny.onnx", sha256: str | None = None) -> Path:
        (tmp_path / "tiny.onnx").write_bytes(model)
        digest = sha256 or hashlib.sha256(model).hexdigest()
        entry = {"version": "1", "files": {"model": {"name": name, "sha256": digest}}, "thresholds": {}}
        (tmp_path / "manifest.json").write_text(json.dumps({"models": {"tiny": entry}}))
        return tmp_path

    return write
