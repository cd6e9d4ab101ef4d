"""Export the packaged model to a fused int8 graph and check it against the original.

Run as ``python -m qa.embedding.export MODEL_FOLDER GRAPH``; the graph appears whole or not at all.
Steps: torch's tracing exporter (opset 17), onnxruntime's transformer optimizer (fuses attention, layer norm and
GELU, each by itself), dynamic int8 quantisation of the weights, per channel.
"""

import os
import sys
import tempfile
import warnings
from pathlib import Path


def main(folder: Path, graph: Path) -> None:
    """Make the graph beside its final place, check it, and move it there."""
    from qa.embedding.fast import OnnxEmbedder
    from qa.embedding.reference import TorchEmbedder
    from qa.embedding.samples import MIN_AGREEMENT, agreement

    with tempfile.TemporaryDirectory(dir=graph.parent) as scratch:
        made = export(folder, Path(scratch))
        name = "check"
        worst = agreement(OnnxEmbedder(folder, made, name), TorchEmbedder(folder, name))
        if worst < MIN_AGREEMENT:
            sys.exit(f"the prepared model agrees only to {worst:.3f} with its original")
        os.replace(made, graph)


def export(folder: Path, scratch: Path) -> Path:
    """Write the int8 graph into a scratch folder and return its path."""
    from qa.embedding.fast import load_onnxruntime

    load_onnxruntime()
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers import optimizer
    from onnxruntime.transformers.fusion_options import FusionOptions
    from transformers import AutoModel

    model = AutoModel.from_pretrained(str(folder), attn_implementation="eager", local_files_only=True).eval()

    class States(torch.nn.Module):
        """The model with its inputs by name and its token states as the only output."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
            output = self.model(input_ids=ids, attention_mask=mask, token_type_ids=types, use_cache=False)
            states: torch.Tensor = output.last_hidden_state
            return states

    names = ["input_ids", "attention_mask", "token_type_ids"]
    sample = (torch.ones(2, 16, dtype=torch.long),) * 3
    plain, fused, small = (scratch / name for name in ("plain.onnx", "fused.onnx", "int8.onnx"))
    with torch.no_grad():
        torch.onnx.export(
            States(),
            sample,
            str(plain),
            input_names=names,
            output_names=["states"],
            dynamic_axes={name: {0: "batch", 1: "pieces"} for name in [*names, "states"]},
            opset_version=17,
            dynamo=False,
        )
    heads, width = model.config.num_attention_heads, model.config.hidden_size
    options = FusionOptions("bert")
    # The joined kernels of these are slower than their parts (see ``fast.UNFUSED``).
    options.enable_skip_layer_norm = options.enable_bias_skip_layer_norm = options.enable_bias_gelu = False
    optimizer.optimize_model(
        str(plain), model_type="bert", num_heads=heads, hidden_size=width, optimization_options=options
    ).save_model_to_file(str(fused))
    quantize_dynamic(
        fused, small, per_channel=True, weight_type=QuantType.QInt8, extra_options={"DefaultTensorType": 1}
    )
    return small


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
