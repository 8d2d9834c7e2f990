"""The linker's network: fitted with torch, written as a plain ONNX graph of three Gemm nodes.

It has some 3,000 weights. Quantizing them would save no measurable time or space, so fp32 is what ships. The graph is
put together by hand: scaling and calibration are folded into the first and last layer, and no exporter leaves its
marks. The same machine gives the same bytes; another CPU may add up in another order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
Layers = tuple[tuple[Matrix, Matrix], ...]  # (weights (out, in), bias (out,)) from input to output

_HIDDEN = (48, 24)
_EPOCHS = 40
_BATCH = 512
_SEED = 20
_DECIMALS = 5  # coarser than the noise of addition, far finer than what changes an answer
_OPSET, _IR_VERSION = 17, 8


@dataclass(frozen=True, slots=True)
class Calibration:
    """The line that turns a raw score into the log-odds that were observed."""

    slope: float
    intercept: float


def fit(rows: Matrix, labels: Matrix) -> Layers:
    """Fit the network on feature rows (n, features) with labels (n,) of 0 or 1."""
    import torch

    torch.manual_seed(_SEED)
    torch.set_num_threads(1)
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    inputs, targets = torch.tensor((rows - mean) / spread), torch.tensor(labels)
    network = _network(rows.shape[1])
    optimizer = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, _EPOCHS)
    for _ in range(_EPOCHS):
        for batch in torch.randperm(len(inputs)).split(_BATCH):
            optimizer.zero_grad()
            raw = network(inputs[batch]).squeeze(1)
            torch.nn.functional.binary_cross_entropy_with_logits(raw, targets[batch]).backward()
            optimizer.step()
        schedule.step()
    (first, bias), *others = [
        (layer.weight.detach().numpy(), layer.bias.detach().numpy()) for layer in network if hasattr(layer, "weight")
    ]
    scaled = first / spread
    return ((scaled, bias - scaled @ mean), *others)


def _network(width: int) -> Any:  # a torch module; torch is not there when this module is imported
    from torch import nn

    sizes = (width, *_HIDDEN)
    layers: list[nn.Module] = []
    for inside, outside in pairwise(sizes):
        layers += [nn.Linear(inside, outside), nn.ReLU()]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], 1))


def raw_scores(layers: Layers, rows: Matrix) -> Matrix:
    """The network in numpy: scores (n,) before calibration."""
    values = rows
    for weights, bias in layers[:-1]:
        values = np.maximum(values @ weights.T + bias, 0)
    weights, bias = layers[-1]
    return (values @ weights.T + bias)[:, 0]


def calibrate(scores: Matrix, labels: Matrix) -> Calibration:
    """Fit the line on held-out scores by Newton's method, with steps halved until they help."""
    design = np.stack([scores, np.ones_like(scores)], axis=1).astype(np.float64)
    line = np.array([1.0, 0.0])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ line))
        downhill = design.T @ (labels - chance)
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, downhill)
        while np.abs(step).max() > 1e-9 and _loss(design, labels, line + step) > _loss(design, labels, line):
            step = step / 2
        line = line + step
    return Calibration(float(line[0]), float(line[1]))


def _loss(design: NDArray[np.float64], labels: Matrix, line: NDArray[np.float64]) -> float:
    raw = design @ line
    return float((np.logaddexp(0, raw) - labels * raw).sum())


def to_onnx(layers: Layers, calibration: Calibration) -> bytes:
    """The network as ONNX bytes: input `features` (n, width), output `log_odds` (n, 1), both float32."""
    from onnx import TensorProto, helper, numpy_helper

    weights, bias = layers[-1]
    last = (weights * calibration.slope, bias * calibration.slope + calibration.intercept)
    nodes, tensors, source = [], [], "features"
    for number, (weights, bias) in enumerate((*layers[:-1], last), start=1):
        final = number == len(layers)
        for kind, values in (("w", weights), ("b", bias)):
            tensors.append(numpy_helper.from_array(np.round(values, _DECIMALS).astype(np.float32), f"{kind}{number}"))
        target = "log_odds" if final else f"sum{number}"
        nodes.append(helper.make_node("Gemm", [source, f"w{number}", f"b{number}"], [target], transB=1))
        if not final:
            source = f"hidden{number}"
            nodes.append(helper.make_node("Relu", [target], [source]))
    graph = helper.make_graph(
        nodes,
        "drug-linker",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["candidates", layers[0][0].shape[1]])],
        [helper.make_tensor_value_info("log_odds", TensorProto.FLOAT, ["candidates", 1])],
        tensors,
    )
    opset: Sequence[object] = [helper.make_opsetid("", _OPSET)]
    return helper.make_model(graph, opset_imports=opset, ir_version=_IR_VERSION).SerializeToString()
