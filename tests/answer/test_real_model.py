"""A real, very small chat model behind an OpenAI-compatible server: fluent nonsense that the checks must survive."""

import pytest

from qa.answer import names, numbers
from qa.config import Settings
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from tests.small_model import NAME, served

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
    with served() as found:
        yield found


def test_a_real_model_never_says_what_no_cited_sentence_says(small_made, address):
    settings = Settings(
        data_dir=small_made,
        engine="chat",
        chat_model=NAME,
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
            assert answer.status == "abstained" or answer.run.model == NAME
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
