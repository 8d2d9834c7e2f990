"""`model_export llm PATH OUT`: a causal language model of a local folder -> ONNX with a cache -> int8, for the writer.

Nothing is fetched: PATH is a folder with weights and tokenizer that the site has chosen and may use.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from model_export.task import TaskFailed


def export_llm(source: Path, folder: Path) -> Path:
    """Write the quantized model, its tokenizer and its config into `folder`; needs the export environment."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from optimum.onnxruntime import ORTModelForCausalLM

    from model_export.making.quantize import quantize_dynamic

    if not (source / "tokenizer.json").exists():
        raise TaskFailed("the folder has no tokenizer.json, and the service reads no other form")
    plain = folder / "fp32"
    ORTModelForCausalLM.from_pretrained(source, export=True, use_cache=True).save_pretrained(plain)
    quantized = quantize_dynamic(plain / "model.onnx", folder)
    shutil.copy(source / "tokenizer.json", folder / "tokenizer.json")
    shutil.copy(plain / "config.json", folder / "config.json")
    shutil.rmtree(plain)
    return quantized
