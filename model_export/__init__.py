"""Offline work on models: data -> training -> ONNX -> int8 -> parity gate -> manifest -> model card -> evaluation.

`tasks/` has a file for each task, with what the command line offers of it. What a task needs of its own lies in its
folder: `linking/`, `reranking/`, `retrieval/`, `assertions/`, `directions/`, `indications/`. What every model goes
through is in `making/`, what is told of it in `cards/`.

Nothing of the service imports this package. torch, transformers and optimum are imported only inside the functions that
train or export, so that `evaluate` and `card` run in the serving environment.
"""
