"""Every part of the benchmark runs, over tiny sets in the shapes of the public ones."""

import gzip
import json
from dataclasses import replace
from pkgutil import resolve_name

import pytest

from tests.benchmarks import ablation, abstention, chunking, data, fivew, speed
from tests.benchmarks.__main__ import main
from tests.benchmarks.names import BASELINE, DATELINE, KEYWORDS
from tests.benchmarks.parts import PARTS, Job
from tests.benchmarks.systems import Dateline, opened
from tests.browser.conftest import chromium

HARBOUR = (
    "The harbour of Saltmere moved 438,900 tonnes of cargo in the spring, the port authority said.\n"
    "Its director, Maren Holt, called it the best spring in six years.\n"
    "Timber from Pellin Island made up a third of it."
)
FERRY = (
    "The ferry Island Rose lost power on Sunday night because water had come into a fuel tank.\n"
    "A tug brought its 212 passengers to Dunmarrow by midnight.\n"
    "Captain Aurelia Stone said that nobody was hurt."
)
MILL = (
    "The paper mill of Ostrand will close in October, its owner Brennick Paper said on Tuesday.\n"
    "About 340 people work there; the union leader Tobias Wren spoke of betrayal.\n"
    "The mill has made newsprint since 1911."
)
BRIDGE = (
    "Engineers found cracks in the Corvan bridge, and the road over it was shut in March 2024.\n"
    "Repairs will cost 4.2 million crowns, the council of Corvan estimates.\n"
    "Buses go round by Westerlea, which takes twenty minutes more."
)
NEWS = (
    (
        "Cargo at a record",
        "Saltmere Courier",
        "2024-03-04",
        HARBOUR,
        "How much cargo did the harbour of Saltmere move?",
    ),
    ("Ferry without power", "Coast Radio", "2024-03-11", FERRY, "Who is the captain of the ferry Island Rose?"),
    ("Paper mill to close", "Saltmere Courier", "2024-04-02", MILL, "When will the paper mill of Ostrand close?"),
    (
        "Bridge shut",
        "Coast Radio",
        "2024-03-20",
        BRIDGE,
        "What did Coast Radio report about the Corvan bridge in 2024?",
    ),
)
ANSWERS = ("438,900 tonnes", "Aurelia Stone", "October", "Engineers found cracks")


@pytest.fixture
def job(tmp_path, monkeypatch):
    """Tiny sets where the public ones would be, and a folder for their archives."""
    root = tmp_path / "sets"
    news = [
        {"title": title, "source": source, "url": f"https://news.example/{at}", "published_at": f"{day}T08:00:00+00:00",
         "category": "news", "author": "", "body": text}
        for at, (title, source, day, text, _) in enumerate(NEWS)
    ]  # fmt: skip
    facts = [text.split("\n")[1 if at == 1 else 0] for at, (_, _, _, text, _) in enumerate(NEWS)]
    facts[1] = "Captain Aurelia Stone said that nobody was hurt."
    _write(root / "multihop-rag" / "corpus", news)
    _write(
        root / "multihop-rag" / "queries",
        [
            *(_multihop(news[at], facts[at], NEWS[at][4], ANSWERS[at]) for at in range(4)),
            {"query": "What did the zoo of Lindholm pay for its giraffe?", "answer": "Insufficient information.",
             "question_type": "null_query", "evidence_list": []},
        ],
    )  # fmt: skip
    _write(root / "squad2" / "articles", [_squad("Saltmere", HARBOUR, 0), _squad("Ferries", FERRY, 1)])
    _write(
        root / "mtrag" / "passages",
        [{"id": f"p{at}", "title": row["title"], "text": row["body"]} for at, row in enumerate(news)],
    )
    _write(
        root / "mtrag" / "tasks", [_task("Which ferry lost power?", "The Island Rose.", "Who is its captain?", "p1")]
    )
    corpora = root / "chunking-eval" / "corpora"
    corpora.mkdir(parents=True)
    long = "\n\n".join([HARBOUR, FERRY, MILL, BRIDGE])
    (corpora / "coast.md").write_text(long, "utf-8")
    place = {"content": facts[3], "start_index": long.index(facts[3])}
    asked = {"question": NEWS[3][4], "references": json.dumps([place]), "corpus_id": "coast"}
    _write(root / "chunking-eval" / "questions", [asked])
    marked = [
        _marked("f1", "Ferry Island Rose without power", "The ferry Island Rose"),
        _marked("f2", "Ferry towed", None),
    ]
    _write(root / "giveme5w1h" / "gold", marked)
    monkeypatch.setenv(data.VARIABLE, str(root))
    return Job(tmp_path / "work", baseline=False)


def _write(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with gzip.open(f"{path}.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row) + "\n" for row in rows)


def _multihop(row, fact, question, answer):
    evidence = {key: row[key] for key in ("title", "source", "url", "published_at", "category", "author")}
    return {"query": question, "answer": answer, "question_type": "inference_query",
            "evidence_list": [{**evidence, "fact": fact}]}  # fmt: skip


def _squad(title, text, at):
    qas = [
        {"id": f"{title}-1", "question": NEWS[at][4], "is_impossible": False,
         "answers": [{"text": ANSWERS[at], "answer_start": text.index(ANSWERS[at])}]},
        {"id": f"{title}-2", "question": "Who paid for the giraffe?", "is_impossible": True, "answers": []},
    ]  # fmt: skip
    return {"title": title, "paragraphs": [{"context": text, "qas": qas}]}


def _task(first, reply, last, passage):
    said = [("user", first), ("agent", reply), ("user", last)]
    return {"task_id": f"t<::>{passage}", "contexts": [{"document_id": passage}], "answerability": ["ANSWERABLE"],
            "input": [{"speaker": speaker, "text": text} for speaker, text in said]}  # fmt: skip


def _marked(article_id, title, who):
    gold: dict[str, list[dict]] = {kind: [] for kind in fivew.ASKS}
    gold["who"] = [{"coderPhraseCount": 3, "text": who}] if who else []
    gold["when"] = [{"coderPhraseCount": 3, "parsed": "2024-03-10"}]  # a day without words answers nothing
    return {
        "id": article_id,
        "category": "ferry",
        "publisher": "coast",
        "date": "2024-03-11 08:00:00",
        "title": title,
        "text": FERRY,
        "gold": gold,
    }


def told(name, results):
    """Return a part's rows by what they tell, once everything is told from what a file would hold."""
    kept = json.loads(json.dumps(results))
    assert all(isinstance(line, str) for line in PARTS[name].notes(kept))
    return {row.what: row for row in PARTS[name].rows(kept)}


def test_chunking(job):
    rows = told("chunking", chunking.run(job))
    assert rows["recall at 5"].values[DATELINE] == 1.0
    assert 0.1 < rows["IoU at 5"].values[DATELINE] < 0.9
    assert rows["mean length of a chunk, word pieces"].values[DATELINE] <= 256


def test_what_chunks_cover_is_counted_in_characters():
    asked = chunking.Asked("?", "a", ((4, "two\nthree"),))
    hit = type("Hit", (), {"key": "a", "start": 4, "text": "two "})
    other = type("Hit", (), {"key": "b", "start": 0, "text": "xx"})
    assert chunking.score([hit, hit, other], asked, "one two three four") == (4 / 9, 4 / (9 + 6 - 4))
    assert chunking.score([hit], chunking.Asked("?", "a", ((0, "lost"),)), "one two") == (0.0, 0.0)
    assert chunking.span_of("so", "so it is, and so", 14) == range(14, 16)


def test_five_w(job):
    results = fivew.run(job)
    assert results["questions"] == {"who": 1, "what": 0, "when": 0, "where": 0, "why": 0, "how": 0}
    rows = told("fivew", results)
    assert rows["who: quotes hold a marked phrase"].values == {DATELINE: 1.0, KEYWORDS: 1.0}
    assert rows["who: above the plain BM25 pipeline"].holds is False


def test_abstention(job):
    results = abstention.run(job)
    rows = told("abstention", results)
    assert set(results["without"]) == set(abstention.FEATURES)
    assert results["auroc"]["stripped"] is not None
    assert all(value is None or 0.0 <= value <= 1.0 for value in results["auroc"].values())
    assert rows["AUROC: MultiHop-RAG, evidence articles removed"].aim is not None


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("What did The Saltmere Courier say in March 2024?", "What did say?"),
        ("Between Coast Radio's report on 3 October 2023 and Monday, who won?", "Between report and, who won?"),
        ("Who may march on Rome?", "Who on Rome?"),
    ],
)
def test_words_for_publishers_and_dates_are_stripped(question, left):
    assert abstention.stripped(question, ["Saltmere Courier", "Coast Radio"]) == left


def test_conversation(job):
    from tests.benchmarks import conversation

    rows = told("conversation", conversation.run(job))
    assert rows["recall@5 with history"].values[DATELINE] == 1.0
    assert 0.0 <= rows["SQuAD 2 behind another article's turn: questions unchanged"].values[DATELINE] <= 1.0


def test_typos(job):
    from tests.benchmarks import typos

    rows = told("typos", typos.run(job))
    assert rows["MultiHop-RAG: hit@5, the name as it is written"].values[DATELINE] == 1.0


def test_ablation(job):
    results = ablation.run(job)
    assert [*results["multihop"]["parts"]] == [part.name for part in ablation.PARTS]
    assert all(0.0 <= part["touched"] <= 1.0 for found in results.values() for part in found["parts"].values())
    assert told("ablation", results) == {}


def test_a_part_is_off_only_while_it_is_measured(job):
    with opened(data.load("squad2"), job.folder) as archive:
        dateline = Dateline(archive)
        for part in ablation.PARTS:
            before = [resolve_name(target) for target, _ in part.instead]
            with ablation.without(part, dateline):
                assert [resolve_name(target) for target, _ in part.instead] == [value for _, value in part.instead]
                assert archive.settings.keyword_search == part.keyword_search
            assert [resolve_name(target) for target, _ in part.instead] == before
            assert archive.settings.keyword_search


def test_a_part_that_brings_nothing_anywhere_is_named():
    gains = {"low": 0.0, "high": 0.1, "brings": 0.05}
    more = {**gains, "low": 0.01}
    one = {"parts": {"a": {"touched": 0.1, "brings": {"x": gains}}, "b": {"touched": 0.2, "brings": {"x": gains}}}}
    two = {
        "parts": {"a": {"touched": 0.3, "brings": {"x": gains, "y": gains}}, "b": {"touched": 0, "brings": {"x": more}}}
    }
    assert ablation.idle({"one": one, "two": two}) == {"a": 0.3}


def test_speed(job):
    bench = data.load("multihop")
    with opened(bench, job.folder) as archive:
        searches = speed.filtered_searches(Dateline(archive), [query.text for query in bench.queries])
    calls = speed.processes(job.folder, bench.queries[0].text, baseline=True)
    taken = speed.in_turns({name: calls[name] for name in ("ask", "help", "serve")}, rounds=1)
    results = {"set": "x", "articles": 4, "rounds": 1, "questions": 5, "search_ms": searches}
    rows = told("speed", {**results, "process_s": {**taken, "imports": 1.0, "baseline": 1.0}})
    assert rows["`--help`: part of that script's time"].values[DATELINE] == taken["help"]
    assert all(row.values[DATELINE] > 0 for row in rows.values())


def test_the_chat_page(job):
    chromium()
    rows = told("page", PARTS["page"].run(replace(job, queries=2)))
    assert rows["answer on screen after Enter, in the time of its `ask`"].values[DATELINE] > 1.0


def test_own_questions(job):
    rows = told("own", PARTS["own"].run(replace(job, articles=12)))
    assert rows["questions of these kinds"].values[DATELINE] > 0
    assert rows["right article first: all of these"].values[DATELINE] >= 0.5


def test_sets_beside_the_other_systems_through_the_command(job, tmp_path, monkeypatch, capsys):
    pytest.importorskip("langchain_chroma")  # of the bench extra, which `make test` installs
    monkeypatch.setattr("sys.argv", ["bench", "--sets", "multihop,squad2", "--out", str(tmp_path / "out")])
    assert main() == 0
    printed = capsys.readouterr().out
    assert printed == (tmp_path / "out" / "bench.md").read_text("utf-8") + "\n"
    figures = json.loads((tmp_path / "out" / "bench.json").read_text("utf-8"))["parts"]["multihop"]["figures"]
    assert set(figures["search"]) == {DATELINE, "dense only", KEYWORDS, BASELINE}
    assert figures["search"][DATELINE]["hits@10"] == 1.0
    assert "| right paragraph first |" in printed


def test_an_unknown_set_is_named(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bench", "--sets", "nonsense"])
    assert main() == 2
    assert "There is no set 'nonsense'" in capsys.readouterr().err


def test_a_set_that_is_not_there_is_named(job, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(data.VARIABLE, str(tmp_path / "nowhere"))
    monkeypatch.setattr("sys.argv", ["bench", "--sets", "fivew", "--out", str(tmp_path / "out")])
    assert main() == 2
    assert "gold.jsonl.gz" in capsys.readouterr().err
