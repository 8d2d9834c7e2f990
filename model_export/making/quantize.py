"""Published transformer weights -> plain fp32 ONNX -> dynamic int8 with one scale per channel, through optimum.

Per channel because one scale per tensor loses five percent of cosine; dynamic because static min-max loses a fifth. The
plain export is quantized: the fused graph is refused by the quantizer. Both files come out byte for byte the same on
every run with the pinned versions.
"""

from __future__ import annotations

import os
from pathlib import Path


def export_feature_extraction(source: Path, folder: Path) -> Path:
    """Write the fp32 ONNX of a local model folder to `folder`; gives the file, whose output is last_hidden_state."""
    os.environ["HF_HUB_OFFLINE"] = "1"  # the weights are on disk; nothing is to be fetched
    from optimum.onnxruntime import ORTModelForFeatureExtraction

    ORTModelForFeatureExtraction.from_pretrained(source, export=True).save_pretrained(folder)
    return folder / "model.onnx"


def export_classifier(source: Path, folder: Path) -> Path:
    """Write the fp32 ONNX of a local sequence classifier to `folder`; gives the file, whose output is logits."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from optimum.onnxruntime import ORTModelForSequenceClassification

    ORTModelForSequenceClassification.from_pretrained(source, export=True).save_pretrained(folder)
    return folder / "model.onnx"


def export_token_classifier(source: Path, folder: Path) -> Path:
    """Write the fp32 ONNX of a local token classifier to `folder`; gives the file, whose output is logits per piece."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from optimum.onnxruntime import ORTModelForTokenClassification

    ORTModelForTokenClassification.from_pretrained(source, export=True).save_pretrained(folder)
    return folder / "model.onnx"


def quantize_dynamic(model: Path, folder: Path) -> Path:
    """Write the int8 form of an fp32 ONNX file to `folder`; gives the file."""
    from optimum.onnxruntime import ORTQuantizer
    from optimum.onnxruntime.configuration import AutoQuantizationConfig

    quantizer = ORTQuantizer.from_pretrained(model.parent, file_name=model.name)
    config = AutoQuantizationConfig.avx512_vnni(is_static=False, per_channel=True)
    quantizer.quantize(save_dir=folder, quantization_config=config)
    return folder / f"{model.stem}_quantized.onnx"
