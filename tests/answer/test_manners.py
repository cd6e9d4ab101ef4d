"""News manners: who said it, how sure, on which day; in both engines."""

from datetime import date

import pytest

from ingest.run import ingest
from qa.answer.manners import hedge_lost, resolved_days, unnamed
from qa.config import Settings
from qa.index.archive import Archive
from qa.pipeline import QAPipeline
from tests.answer.test_chat import Scripted


@pytest.mark.parametrize(
    "sentence",
    [
        "The sources said the aim was to restart the peace talks.",
        "“It will be expensive,” said one official who asked not to be identified.",
        "Two people with knowledge of the matter said the bank had been warned in May.",
        "A senior official, speaking on condition of anonymity, said talks would resume.",
        "The deal could be signed this week, sources told Reuters.",
        "A person briefed on the plans said the factory would close.",
        "According to sources close to the family, he left on Monday.",
        "An official who was not authorised to speak publicly confirmed the raid.",
        "The stewards asked us not to use their names.",
        "Police sources confirmed the arrest.",
        "Several employees, who spoke anonymously, described the pressure.",
        "One, who did not wish to be named, said that she had mentioned it.",
        "People familiar with the exchanges have said so.",
        "Sources in the administration expect a decision by June.",
        "It is based on an account by unnamed sources.",
    ],
)
def test_a_sentence_that_rests_on_people_without_a_name_is_known(sentence):
    assert unnamed(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The river has two sources in the hills.",
        "The source of the leak has not been found.",
        "The kitchen has been ruled out as the source.",
        "She was named chief executive in May.",
        "He asked to be named in the lawsuit.",
        "Renewable sources made up half of the power.",
        "The anonymous letter was read out in court.",
        "The officer, who is 29, was not named.",
        "The cup is named after an emigrant ship.",
        "Mr Varley, who is familiar with the harbour, said the figures were good.",
    ],
)
def test_other_sources_and_names_are_no_reason_to_warn(sentence):
    assert not unnamed(sentence)


@pytest.mark.parametrize(
    ("sentence", "published", "days"),
    [
        ("The ferry sank on Sunday.", "2024-04-01", {"Sunday": date(2024, 3, 31)}),
        ("It rained on Monday.", "2024-04-01", {"Monday": date(2024, 4, 1)}),
        ("It rained yesterday and today.", "2024-03-01", {"yesterday": date(2024, 2, 29), "today": date(2024, 3, 1)}),
        ("The vote on Tuesday night was 17 to 10.", "2024-02-21T07:00:00+00:00", {"Tuesday": date(2024, 2, 20)}),
        (
            "The wall, the board decided on Wednesday, will be raised.",
            "2024-06-13T06:30:00+01:00",
            {},
        ),
        ("He said on Wednesday that it would open on Saturday.", "2024-04-04", {"Wednesday": date(2024, 4, 3)}),
        ("“We leave tomorrow,” he said on Tuesday.", "2024-04-03", {"Tuesday": date(2024, 4, 2)}),
        ("“We leave tomorrow,” he said.", "2024-04-03", {"tomorrow": date(2024, 4, 4)}),
        # Anything else stays as printed.
        ("It rained on Monday.", None, {}),
        ("It rained on Monday.", "2024-04", {}),
        ("She resigned last Monday.", "2024-04-01", {}),
        ("The vote is next Friday.", "2024-04-01", {}),
        ("Talks resume on Thursday.", "2024-04-01", {}),
        ("Talks will resume on Thursday.", "2024-04-01", {}),
        ("He was due to speak on Friday.", "2024-04-04", {}),
        ("The order expires on Sunday.", "2024-04-04", {}),
        ("The shop was closed on Mondays.", "2024-04-01", {}),
        ("The Sunday Times reported it.", "2024-04-03", {}),
        ("Good Friday was warm, and Black Friday sales rose.", "2024-12-03", {}),
    ],
)
def test_a_day_that_is_told_in_the_past_is_counted_from_publication(sentence, published, days):
    assert dict(resolved_days(sentence, published)) == days


@pytest.mark.parametrize(
    ("claim", "source", "lost"),
    [
        ("The fire was arson.", "The fire may have been arson.", True),
        ("The fire might have been arson.", "The fire may have been arson.", False),
        ("Police said the fire was arson.", "The fire was reportedly arson.", False),
        ("The man stole the boat.", "The man allegedly stole the boat.", True),
        ("The bridge reopened on 3 May.", "The bridge reopened on 3 May.", False),
        ("Two men are believed to have drowned.", "Two men are believed to have drowned.", False),
    ],
)
def test_what_is_only_possible_is_not_told_as_sure(claim, source, lost):
    assert hedge_lost(claim, source) is lost


STRIKE = (
    "title,publisher,published_at,text\n"
    "Ferry strike looms,Coast Radio,2024-05-09,"
    '"Ferry crews voted on Tuesday to strike over night shifts. '
    "Two people with knowledge of the talks said the company had offered the crews a bonus of 300 crowns. "
    'The strike is to begin on Saturday."\n'
    "Ferry strike over,Valley Echo,,"
    '"The ferry strike over night shifts ended on Monday. The crews accepted a bonus of 450 crowns."\n'
)


@pytest.fixture(scope="module")
def strike(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strike")
    (folder / "strike.csv").write_text(STRIKE, "utf-8")
    with Archive.open(Settings(data_dir=folder / "data")) as archive:
        assert ingest([str(folder / "strike.csv")], archive).added == 2
        yield archive


def told(archive, question, reply=None):
    pipeline = QAPipeline(archive, model=Scripted(reply)) if reply else QAPipeline(archive)
    answer = pipeline.ask(question, engine="chat" if reply else "quotes", level="open")
    assert answer.run.engine == ("chat" if reply else "quotes")
    return answer


@pytest.mark.parametrize(
    ("reply", "words", "note"),
    [
        (
            "A bonus of 300 crowns was offered to the crews by the company.",
            "300 crowns",
            "Coast Radio, 9 May 2024 · rests on unnamed sources",
        ),
        (
            "On Tuesday the crews of the ferry voted for a strike over night shifts.",
            "voted",
            "Coast Radio, 9 May 2024 · “Tuesday” was 7 May 2024",
        ),
        ("The ferry strike over night shifts ended on Monday.", "ended", "Valley Echo, undated"),
        ("The strike starts on Saturday.", "begin on Saturday", "Coast Radio, 9 May 2024"),
    ],
)
def test_a_models_claim_is_told_with_its_report_its_sources_and_its_day(strike, reply, words, note):
    answer = told(strike, "What happened in the ferry strike over night shifts?", reply)
    assert [(claim.text, claim.note) for claim in answer.claims] == [(reply, note)]
    assert words in answer.citations[0].quote


def test_a_quote_is_told_with_its_report_its_sources_and_its_day(strike):
    answer = told(strike, "What bonus had the company offered the ferry crews, and when did the crews vote to strike?")
    notes = {answer.citations[claim.citations[0] - 1].quote: claim.note for claim in answer.claims}
    assert all(claim.text.startswith("According to ") for claim in answer.claims)
    assert notes["Ferry crews voted on Tuesday to strike over night shifts."] == "“Tuesday” was 7 May 2024"
    assert {note for quote, note in notes.items() if "with knowledge of" in quote} == {"rests on unnamed sources"}


def test_a_quote_of_an_undated_report_stays_as_printed(strike):
    answer = told(strike, "When did the ferry strike over night shifts end?")
    ended = next(claim for claim in answer.claims if "ended on Monday" in claim.text)
    assert ended.note is None
    assert ended.text.startswith("According to Valley Echo, undated: ")
