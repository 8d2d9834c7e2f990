"""One way to open an ONNX session: from checked bytes, on the CPU, with one thread, and bounded in time and memory.

One thread because a worker shares its cores with its siblings: two threads raise the 99th percentile under load
tenfold. Sessions must be opened after the fork of the worker. A thread of Python cannot be ended from outside; a run of
onnxruntime can, so that a network which does not come to an end gives its thread back. All sessions of a worker take
their memory from one arena, and what would be more than it holds is an error of that one run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Timer
from typing import Any

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from cds_service.errors import ModelRefused
from cds_service.models.external_data import refuse_external_data
from cds_service.models.manifest import WeightsFolder

LONGEST_RUN = 5.0  # seconds; the slowest of ours takes 30 ms for one text
MOST_MEMORY = 512 * 2**20  # bytes, weights included; ours need 60 MB
_SAME_AS_REQUESTED = 1  # onnxruntime's name for: the arena does not double each time it grows
_ONLY_ERRORS = 3  # onnxruntime's severity: nothing below an error reaches our standard error
_UNUSABLE = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)


class BoundedSession(ort.InferenceSession):
    """A session whose runs end: ModelRefused after LONGEST_RUN, and when MOST_MEMORY is not enough."""

    model = "model"

    def run(
        self,
        output_names: Sequence[str] | None,
        input_feed: Mapping[str, Any],
        run_options: ort.RunOptions | None = None,
    ) -> Any:
        options = run_options or ort.RunOptions()
        end = Timer(LONGEST_RUN, setattr, (options, "terminate", True))
        end.daemon = True
        end.start()
        try:
            return super().run(output_names, input_feed, options)
        except _UNUSABLE as error:
            raise ModelRefused(f"{self.model}: the run failed ({type(error).__name__})") from error
        finally:
            end.cancel()


def open_session(weights: WeightsFolder, model: str) -> BoundedSession:
    """Open the `model` part of a manifest entry.

    Raises ModelRefused when the digest differs, the file points outside itself, or onnxruntime cannot use it.
    """
    data = weights.read(model, "model")
    refuse_external_data(data, model)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = _ONLY_ERRORS
    _share_one_arena(options)
    try:
        session = BoundedSession(data, options, providers=["CPUExecutionProvider"])
    except _UNUSABLE as error:
        raise ModelRefused(f"{model}: onnxruntime cannot use the file ({type(error).__name__})") from error
    session.model = model
    return session


def _share_one_arena(options: ort.SessionOptions) -> None:
    """Registering it again leaves the first one in place."""
    place = ort.OrtMemoryInfo("Cpu", ort.OrtAllocatorType.ORT_ARENA_ALLOCATOR, 0, ort.OrtMemType.DEFAULT)
    limits = ort.OrtArenaCfg({"max_mem": MOST_MEMORY, "arena_extend_strategy": _SAME_AS_REQUESTED})
    ort.create_and_register_allocator(place, limits)
    options.add_session_config_entry("session.use_env_allocators", "1")
