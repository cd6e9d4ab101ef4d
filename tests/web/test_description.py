"""The OpenAPI description says what is answered, and nothing else is."""

import pytest

from tests.servers import as_editor
from tests.web.fuzz import described, fuzz


@pytest.fixture(scope="module")
def open_to_all(sample_made, tmp_path_factory):
    with described(sample_made, tmp_path_factory.mktemp("described")) as running:
        yield running


@pytest.fixture(scope="module")
def description(open_to_all):
    with open_to_all.client(headers={"authorization": "Bearer the readers' own token"}) as opened:
        return opened.get("/openapi.json").json()


def test_whatever_is_sent_is_answered_as_described(open_to_all, description, tmp_path):
    code, said = fuzz(open_to_all, tmp_path, "--seed", "1", "--max-examples", "10", "--no-shrink")
    assert code == 0, said
    sent = sum(method != "delete" for operations in description["paths"].values() for method in operations)
    assert sent > 12
    assert f"Tested: {sent}" in " ".join(said.split()), said


def test_whatever_is_deleted_is_answered_as_described(small_made, tmp_path):
    with described(small_made, tmp_path) as running, running.client(headers=as_editor()) as opened:
        before = len(opened.get("/api/v1/articles").json()["articles"])
        options = ["--seed", "1", "--max-examples", "10", "--no-shrink"]
        code, said = fuzz(running, tmp_path, *options, deleting=True)
        assert code == 0, said
        assert "Tested: 3" in " ".join(said.split()), said
        assert len(opened.get("/api/v1/articles").json()["articles"]) == before - 1


def test_a_stranger_is_refused_as_described(open_to_all, tmp_path):
    # What there is and what not is nothing for strangers: not even a method that is none of an address.
    leave_out = ["--exclude-checks", "unsupported_method,allow_header_conformance,positive_data_acceptance"]
    code, said = fuzz(open_to_all, tmp_path, "--seed", "1", "--max-examples", "3", *leave_out, headers={})
    assert code == 0, said


REFUSALS = {
    "/healthz": {"500", "503"},
    "/api/v1/ask": {"400", "401", "403", "408", "413", "422", "429", "500", "503"},
    "/api/v1/search": {"400", "401", "413", "422", "429", "500", "503"},
    "/api/v1/articles/{article_id}": {"401", "404", "410", "422", "500", "503"},
    "/api/v1/sites/{site}/ask": {"400", "401", "403", "413", "422", "429", "500", "503"},
    "/v1/chat/completions": {"400", "401", "403", "404", "413", "422", "429", "500", "503"},
}


@pytest.mark.parametrize("path", REFUSALS)
def test_what_may_be_refused_is_declared_with_its_shape(description, path):
    for operation in description["paths"][path].values():
        assert set(operation["responses"]) >= REFUSALS[path]
        for status in REFUSALS[path]:
            schema = operation["responses"][status]["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Error"}


def test_every_reference_leads_somewhere(description):
    schemas, waiting = description["components"]["schemas"], [description]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            if "$ref" in part:
                assert part["$ref"].removeprefix("#/components/schemas/") in schemas
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    assert "HTTPValidationError" not in schemas
