"""Articles and questions in languages that the embedding model does not read: found by their words, and said so."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.run import ingest
from qa.config import Settings
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from qa.retrieve import foreign
from qa.retrieve.language import language_of_passage, language_of_question

ARTICLES = [
    {
        "id": "brücke",
        "title": "Hafenbrücke wird elf Wochen gesperrt",
        "publisher": "Elbtaler Bote",
        "published_at": "2024-03-01",
        "text": "Die Hafenbrücke in Elbtal wird ab Montag für elf Wochen gesperrt, teilte die Stadt mit. "
        "Prüfer hatten im "
        "Februar Risse in zwei Lagern entdeckt. „Wir sperren sie lieber, als zu beten“, sagte Bauleiterin Änne Groß. "
        "Die Reparatur kostet 3,8 Millionen Euro. Busse fahren über die alte Fährstraße.",
    },
    {
        "id": "wahl",
        "title": "Jens Ohlendorf wird Bürgermeister",
        "publisher": "Elbtaler Bote",
        "published_at": "2024-05-12",
        "text": "Jens Ohlendorf ist am Sonntag zum Bürgermeister von Elbtal gewählt worden. Er erhielt in der "
        "Stichwahl "
        "54 Prozent der Stimmen. Seine Gegnerin Marta Vogt gratulierte ihm noch am Abend.",
    },
    {
        "id": "festival",
        "title": "Le festival de Saint-Aubry attire la foule",
        "publisher": "La Gazette de Saint-Aubry",
        "published_at": "2024-07-08",
        "text": "Le festival de musique de Saint-Aubry a accueilli douze mille spectateurs pendant le "
        "week-end, a annoncé la "
        "mairie lundi. La chanteuse Éloïse Mercœur a donné le dernier concert sous une pluie battante. L’entrée était "
        "gratuite pour les enfants de moins de dix ans.",
    },
    {
        "id": "bridge-urdu",
        "title": "دریا کا پل دوبارہ کھل گیا",
        "publisher": "روزنامہ ساحل",
        "published_at": "2024-04-02",
        "text": "نورآباد میں دریا کا پل دس دن کی مرمت کے بعد پیر کو دوبارہ کھل گیا۔ ضلعی انتظامیہ کے مطابق "
        "مرمت پر چالیس "
        "لاکھ روپے خرچ ہوئے۔ انجینئر سلمیٰ قریشی نے کہا کہ پل اب محفوظ ہے۔",
    },
    {
        "id": "ferry",
        "title": "Ferry Alma sinks off Port Ellen",
        "publisher": "Harbour Post",
        "published_at": "2024-03-31",
        "text": "The ferry Alma sank off Port Ellen on Sunday morning in thick fog. All 42 passengers were "
        "rescued by fishing "
        "boats within an hour. The operator rejected a claim that her pumps had failed.",
    },
    {
        "id": "library",
        "title": "Library stays in the mill",
        "publisher": "Harbour Post",
        "published_at": "2024-05-13",
        "language": "de",  # many sites name one language for all they print
        "text": "The library keeps its branch in the old mill open until March 2025. The council voted 9 to 4 "
        "after a debate "
        "that lasted until midnight.",
    },
]


def opened(folder, **settings):
    return Archive.open(Settings(data_dir=folder, **settings), read_only=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("foreign")
    (made / "articles.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ARTICLES), "utf-8")
    with Archive.open(Settings(data_dir=made / "data")) as archive:
        assert ingest([str(made / "articles.jsonl")], archive).added == len(ARTICLES)
    return made / "data"


@pytest.fixture(scope="module")
def pipeline(folder):
    with opened(folder) as archive:
        yield QAPipeline(archive)


@pytest.mark.parametrize(
    ("question", "language", "quote"),
    [
        ("Wie lange wird die Hafenbrücke in Elbtal gesperrt?", "German", "elf Wochen gesperrt"),
        ("Wie lange wird die HAFENBRÜCKE in Elbtal gesperrt?", "German", "elf Wochen gesperrt"),
        ("Wie lange wird die Hafenbrucke in Elbtal gesperrt?", "German", "elf Wochen gesperrt"),
        ("Wer ist zum Bürgermeister von Elbtal gewählt worden?", "German", "Jens Ohlendorf"),
        ("Combien de spectateurs le festival de Saint-Aubry a-t-il accueilli ?", "French", "douze mille spectateurs"),
        ("Qui a donné le dernier concert du festival ?", "French", "Éloïse Mercœur"),
        ("پل کی مرمت پر کتنے روپے خرچ ہوئے؟", "Urdu", "چالیس"),
    ],
)
def test_a_question_in_the_language_of_its_article_is_answered_in_its_words(pipeline, question, language, quote):
    answer = pipeline.ask(question)
    assert answer.status == "answered"
    assert quote in answer.citations[0].quote
    assert f"The question is in {language}, which the search does not read: it was looked up by its words alone." in (
        answer.message
    )
    assert answer.confidence <= foreign.MOST
    assert answer.standalone_question == question


@pytest.mark.parametrize(
    ("question", "said"),
    [
        (
            "Wo ist die Fähre Alma gesunken?",
            "German, which the search does not read: it was looked up by its words alone",
        ),
        (
            "Combien de passagers du ferry ont été sauvés ?",
            "French, which the search does not read: it was looked up by",
        ),
        ("کشتی کہاں ڈوبی؟", "Urdu, which the search does not read, and no passage has its words"),
        ("大桥何时重新开放？", "Chinese, which the search does not read, and no passage has its words"),
    ],
)
def test_matching_a_name_or_a_word_of_an_english_article_is_not_taken_for_an_answer(pipeline, question, said):
    answer = pipeline.ask(question)
    assert answer.status == "abstained"
    assert said in answer.message


def test_only_passages_that_share_a_word_are_found(pipeline):
    found = pipeline.search("Wo ist die Fähre Alma gesunken?")
    assert [result.chunk.title for result in found] == ["Ferry Alma sinks off Port Ellen"]


def test_an_english_question_that_finds_another_language_says_so_and_is_not_sure(pipeline):
    answer = pipeline.ask("What did Änne Groß say about the Hafenbrücke in Elbtal?", level="open")
    assert "Änne Groß" in answer.text
    assert "What is quoted is in German, which the search does not read, only its words." in answer.message
    assert answer.confidence <= foreign.MOST


@pytest.mark.parametrize(
    "question", ["Where did the ferry Alma sink?", "Until when does the library keep its branch in the mill open?"]
)
def test_english_is_answered_as_ever(pipeline, folder, question):
    answer = pipeline.ask(question)
    assert "does not read" not in answer.message
    with opened(folder, languages=()) as archive:
        assert QAPipeline(archive).ask(question).confidence == answer.confidence


def test_words_alone_are_never_sure(pipeline):
    assert pipeline.ask("Wie lange wird die Hafenbrücke in Elbtal gesperrt?", level="strict").status == "abstained"


def test_a_model_that_reads_the_language_is_asked_for_its_meaning(folder):
    with opened(folder, languages=("en", "de")) as archive:
        answer = QAPipeline(archive).ask("Wo ist die Fähre Alma gesunken?", level="open")
    assert "does not read" not in answer.message
    assert len(answer.contexts) == len(ARTICLES)


# What is taken for which language


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("Wer wurde Bürgermeister?", "de"),
        ("Pourquoi le ministre a-t-il démissionné ?", "fr"),
        ("¿Quién ganó las elecciones?", "es"),
        ("پل کب کھلا؟", "ur"),
        ("متى أعيد فتح الميناء؟", "ar"),
        ("大桥何时重新开放？", "zh"),
        ("Где затонул паром?", "und"),  # Russian, Ukrainian and Belarusian would all say so
        ("Путин", "und"),
        ("Who is the mayor?", None),
        ("Who wrote „Der Zauberberg“?", None),
        ("Did Einstürzende Neubauten play the Deutsche Oper?", None),
        ("São Paulo Rio de Janeiro", None),
        ("Deutsche Bank Frankfurt", None),
        ("Bayern München Borussia Dortmund", None),
        ("Côte d'Ivoire", None),
        ("Aung San Suu Kyi", None),
        ("harbour bridge closure date", None),
        ("ferry alma", None),
        ("annual maximum 401k", None),
        ("opec quotas riyadh", None),
        ("1987?", None),
        ("", None),
    ],
)
def test_a_question_is_taken_for_another_language_only_where_that_is_clear(question, language):
    assert language_of_question(question) == language


def test_no_english_question_of_ours_is_taken_for_another_language():
    rows = (Path(__file__).parents[1] / "evals" / "questions.jsonl").read_text("utf-8").splitlines()
    asked = [json.loads(row)["question"] for row in rows]
    assert len(asked) > 100
    assert [question for question in asked if language_of_question(question)] == []


def test_no_english_article_of_ours_is_taken_for_another_language():
    rows = (Path(__file__).parents[2] / "ingest" / "sample" / "articles.jsonl").read_text("utf-8").splitlines()
    texts = [json.loads(row)["text"] for row in rows]
    assert {language_of_passage(text) for text in texts} == {"en"}


@pytest.mark.parametrize(
    ("text", "given", "language"),
    [
        (ARTICLES[0]["text"], "en", "de"),
        (ARTICLES[2]["text"], None, "fr"),
        (ARTICLES[3]["text"], None, "ur"),
        (ARTICLES[4]["text"], "de", "en"),
        ("Tor!", "de-AT", "de"),
        ("Goal!", None, None),
        ("", None, None),
    ],
)
def test_a_passage_speaks_for_itself_before_its_article_does(text, given, language):
    assert language_of_passage(text, given) == language


ENGLISH_WITH_FEW_SMALL_WORDS = [
    "In China, concerns continued over heavily indebted real estate developer Evergrande.",
    "Mary Knox, a villainous sorcerer in fantasy series, delights audiences everywhere despite critics complaining.",
    "Sheffield United 0-0 Lincoln City, Wrexham 4-2 Bristol City, Derby County 0-2 Blackpool, Exeter City 2-1 Crawley",
]
OTHER_WITH_ENGLISH_WORDS = [
    ("Film, Sport, Musik und Marketing waren gestern die beherrschenden Themen der großen Messe in Hannover.", "de"),
    ("La situation politique du gouvernement reste stable malgré une question nationale importante.", "fr"),
    ("Het water in de rivier steeg tot vier meter boven normaal en honderden mensen werden geëvacueerd.", "nl"),
    ("O ministro disse que a reforma da ponte vai custar quatro milhões de euros aos contribuintes.", "pt"),
]


@pytest.mark.parametrize(("text", "language"), OTHER_WITH_ENGLISH_WORDS)
def test_english_words_in_another_language_do_not_make_it_english(text, language):
    assert language_of_passage(text) == language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Ben Chilwell, Carney Chukwuemeka, Christopher Nkunku, Wesley Fofana and Trevoh Chalobah unavailable.", "en"),
        (ARTICLES[0]["text"][:120], "de"),
        ("Estudios previos sobre el calor urbano han utilizado datos satelitales para estimar temperaturas.", "es"),
    ],
)
def test_a_passage_is_of_its_articles_language_unless_its_words_speak_against_it(text, language):
    assert language_of_passage(text, article=ARTICLES[4]["text"]) == language


def test_the_classifier_is_not_loaded_for_english_sentences_of_long_words_or_names():
    code = (
        "import sys; from qa.retrieve.language import language_of_passage as found; "
        "print([found(text) for text in sys.argv[1:]], 'py3langid' in sys.modules)"
    )
    command = [sys.executable, "-c", code, *ENGLISH_WITH_FEW_SMALL_WORDS]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['en', 'en', None] False"


def test_the_classifier_is_not_loaded_for_plain_english(small_folder):
    code = (
        "import sys, app; app.main(['ask', 'Where did the ferry Alma sink?', '--data', sys.argv[1]]); "
        "print('py3langid' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(small_folder)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "False"
