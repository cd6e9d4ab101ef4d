"""Articles in other languages and directions: in answers, sources, reader, kept answers and the list."""

import json

import pytest

from ingest.run import ingest
from qa.config import Settings
from qa.index.archive import Archive
from tests.browser.axe import violations
from tests.browser.conftest import ask
from tests.browser.test_chat import beside
from tests.servers import serving

URDU = "پل کی تعمیر پر کتنی لاگت آئی؟"
ARTICLES = [
    {
        "language": "ur",
        "title": "کراچی کی بندرگاہ پر نیا پل کھول دیا گیا",
        "publisher": "روزنامہ ساحل",
        "author": "عائشہ خان",
        "section": "شہر",
        "published_at": "2024-03-12",
        "text": "کراچی کی بندرگاہ پر نیا پل منگل کے روز کھول دیا گیا۔ "
        "وزیر نے کہا کہ اس پل کی تعمیر پر 42 کروڑ روپے لاگت آئی۔\n"
        "مقامی لوگوں نے Karachi Port Trust کا شکریہ ادا کیا۔",
    },
    {
        "language": "de",
        "title": "Hafenbrücke in Saltmere nach Überprüfung gesperrt",
        "publisher": "Küstenblatt",
        "author": "Änne Groß",
        "published_at": "2024-04-02",
        "text": "Die Hafenbrücke in Saltmere ist seit Dienstag für elf Wochen gesperrt. Die Reparatur kostet "
        "4,2 Millionen Euro.\n"
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaftsmitglieder klagten.",
    },
    {
        "language": "fr",
        "title": "Le vieux moulin de Quimper rouvre à l'été",
        "publisher": "L'Écho du Finistère",
        "published_at": "2024-05-20",
        "text": "Le vieux moulin de Quimper rouvrira ses portes le 21 juin, a annoncé la mairie.",
    },
]
ORDER = """where => {
    const range = document.createRange();
    const text = document.createTreeWalker(where, NodeFilter.SHOW_TEXT);
    const left = word => {
        text.currentNode = where;
        for (let node = text.nextNode(); node; node = text.nextNode()) {
            const at = node.data.indexOf(word);
            if (at < 0) continue;
            range.setStart(node, at);
            range.setEnd(node, at + word.length);
            return range.getBoundingClientRect().left;
        }
    };
    return [left("According to"), left("روزنامہ"), left("12 March"), left("2024")];
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A server over an archive in three languages, in the place of the usual one."""
    folder = tmp_path_factory.mktemp("languages")
    (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, ARTICLES)))
    with Archive.open(Settings(data_dir=folder / "data")) as archive:
        assert ingest([folder / "articles.jsonl"], archive).added == 3
    with serving(folder / "data") as running:
        yield running


def direction(place):
    return place.evaluate("element => getComputedStyle(element).direction")


def test_urdu_runs_from_right_to_left_and_turns_nothing_around_it(window):
    page = window.chat()
    answer = ask(page, URDU)
    assert direction(page.locator(".dl-question p")) == "rtl"
    claim = answer.locator(".dl-said p").first
    assert direction(claim) == "ltr", "the sentence is ours"
    places = claim.evaluate(ORDER)
    assert places == sorted(places), "a name from right to left does not turn the date after it"
    quote = claim.locator("bdi[lang=ur]")
    assert "42" in quote.inner_text()
    assert direction(quote) == "rtl"
    card = page.locator("#dl-panel .dl-card").first
    assert [direction(card.locator(part)) for part in ("h3", "blockquote p", ".dl-facts")] == ["rtl", "rtl", "ltr"]
    assert card.locator("blockquote").get_attribute("lang") == "ur"
    answer.locator(".dl-cite").first.focus()
    tip = page.get_by_role("tooltip").locator("q")
    assert (direction(tip), tip.get_attribute("lang")) == ("rtl", "ur")
    page.keyboard.press("Escape")
    answer.locator(".dl-cite").first.click()
    assert direction(beside(page)) == "rtl"
    frame = page.frame_locator("iframe[name=dl-reader]")
    assert frame.locator("main").get_attribute("lang") == "ur"
    assert [direction(frame.locator(part).first) for part in ("h1", "#text p", "dl")] == ["rtl", "rtl", "ltr"]
    page.locator("#dl-controls textarea").fill("پل")
    assert direction(page.locator("#dl-controls textarea")) == "rtl"
    page.goto(window.address + answer.get_by_role("link", name="Link").get_attribute("href"))
    places = page.locator(".dl-said p").first.evaluate(ORDER)
    assert places == sorted(places)
    assert direction(page.locator("h1")) == "rtl"
    assert violations(page) == []
    page.goto(f"{window.address}/articles?q=روزنامہ")
    assert page.locator(".articles a").get_attribute("lang") == "ur"


@pytest.mark.parametrize(
    ("question", "quote", "lang"),
    [
        ("Was kostet die Reparatur der Hafenbrücke in Saltmere?", "4,2 Millionen Euro", "de"),
        ("Quand le vieux moulin de Quimper rouvrira-t-il ses portes ?", "le 21 juin", "fr"),
    ],
)
def test_german_and_french_are_quoted_in_their_language_and_fit_a_phone(window, question, quote, lang):
    page = window.chat()
    page.set_viewport_size({"width": 360, "height": 760})
    answer = ask(page, question)
    assert quote in " ".join(answer.locator(f"bdi[lang={lang}]").all_inner_texts())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    answer.locator(".dl-cite").first.click()
    beside(page)
    frame = page.frame(name="dl-reader")
    assert frame.evaluate("document.documentElement.lang + ' ' + document.querySelector('main').lang") == f"en {lang}"
    assert frame.evaluate("document.documentElement.scrollWidth") <= 360
