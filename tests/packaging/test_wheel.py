"""The wheel works from another folder, with nothing of the checkout beside it."""

import json
from zipfile import ZipFile

from tests.packaging.conftest import ROOT

QUESTION = "what does Pakistan require for joint dialogue?"


def test_the_wheel_holds_code_prompts_and_sample_and_no_tests(wheel):
    names = ZipFile(wheel).namelist()
    tops = {name.split("/")[0] for name in names}
    assert {"app.py", "qa", "ingest", "prompts"} == {top for top in tops if not top.endswith(".dist-info")}
    assert "ingest/sample/articles.jsonl" in names
    assert "qa/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if "test" in name]


def test_every_file_that_is_not_code_is_in_the_wheel(wheel):
    """A data file that package-data does not name works in the checkout and fails for everybody else."""
    wanted = {
        str(path.relative_to(ROOT))
        for package in ("qa", "ingest", "prompts")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert wanted - set(ZipFile(wheel).namelist()) == set()


def test_an_installed_wheel_answers_from_another_folder_with_a_citation(installed, first_run, run, tmp_path):
    python, dateline = installed / "python", installed / "dateline"
    where = run(python, "-c", "import qa, ingest, app; print(qa.__file__)", cwd=tmp_path).stdout.strip()
    assert where.startswith(str(installed.parent))

    options = ("--json", "--data", first_run[0])
    answer = json.loads(run(dateline, "ask", QUESTION, *options, cwd=tmp_path).stdout)
    assert answer["status"] == "answered"
    assert "dialogue" in answer["citations"][0]["quote"]
    for citation in answer["citations"]:
        article = json.loads(run(dateline, "articles", "show", citation["article_id"], *options, cwd=tmp_path).stdout)
        assert article["text"][citation["start"] : citation["end"]] == citation["quote"]
