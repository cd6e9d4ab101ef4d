"""Export the packaged model to a fused int8 graph and check it against the original.

Run as ``python -m qa.embedding.export MODEL_FOLDER GRAPH``; the graph appears whole or not at all.
Steps: torch's tracing exporter (opset 17), onnxruntime's transformer optimizer (fuses attention, layer norm and
GELU), dynamic int8 quantisation of the weights, per channel.
"""

import os
import sys
import tempfile
import warnings
from pathlib import Path

MIN_AGREEMENT = 0.98
"""Lowest cosine to the original that one sample text may have; the samples gave 0.988 or more where it was measured."""
SAMPLES = (
    "what does the harbour board require for night sailings?",
    "The council voted 9 to 4 on Tuesday to keep the library open until March 2025.",
    "Sources told the paper that talks with the ferry company had broken down over pay.",
    "BERLIN (Agency) - Die Stadt erwartet im kommenden Jahr 1,2 Millionen Gäste.",
    "Shares fell 3.4% to 1,209 points after the central bank raised its key rate by half a point.",
    "A spokesman denied that the minister had known of the report. " * 12,
    "Rain.",
    "Striker Lena Okafor scored twice in the last ten minutes as the visitors came from behind to win 3-2.",
)


def main(folder: Path, graph: Path) -> None:
    """Make the graph beside its final place, check it, and move it there."""
    with tempfile.TemporaryDirectory(dir=graph.parent) as scratch:
        made = export(folder, Path(scratch))
        worst = agreement(folder, made)
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
    optimizer.optimize_model(str(plain), model_type="bert", num_heads=heads, hidden_size=width).save_model_to_file(
        str(fused)
    )
    quantize_dynamic(
        fused, small, per_channel=True, weight_type=QuantType.QInt8, extra_options={"DefaultTensorType": 1}
    )
    return small


def agreement(folder: Path, graph: Path) -> float:
    """Return the lowest cosine between the graph's vectors and the original model's over the sample texts."""
    from qa.embedding.fast import OnnxEmbedder
    from qa.embedding.reference import TorchEmbedder
    from qa.types import Span

    spans = [[Span(0, len(text))] for text in SAMPLES]
    ours = OnnxEmbedder(folder, graph, name="check").embed_chunks(SAMPLES, spans)
    theirs = TorchEmbedder(folder, name="check").embed_chunks(SAMPLES, spans)
    return min(float(a[0] @ b[0]) for a, b in zip(ours, theirs, strict=True))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
