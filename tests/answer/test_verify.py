"""Whether what a model wrote stands in the evidence: on paraphrases and their altered twins, and case by case."""

import json
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from qa.answer import grave
from qa.answer.clock import stretches, times
from qa.answer.counted import all_for_some, exchanged, swapped
from qa.answer.polarity import contradict
from qa.answer.undone import undone
from qa.answer.verify import RuleVerifier, Sentence, sentences
from qa.retrieve.evidence import evidence
from qa.types import Evidence, Filters

EVALS = Path(__file__).parents[1] / "evals"


@pytest.fixture(scope="module")
def verifier(sample):
    return RuleVerifier(sample.archive)


@pytest.fixture(scope="module")
def read_of(sample):
    """What an article's title retrieves, read by the verifier.

    All of the article's own sentences are there: whether they are found is the search's matter, not the verifier's.
    """

    @cache
    def read(article):
        own = sample.ids[article]
        title = sample.archive.article(own).title
        ranked = sample.pipeline._rank(title, Filters(article_ids=(own,)))[1]
        ranked += sample.pipeline._rank(title, Filters(exclude_article_ids=(own,)))[1]
        return sentences(ranked, evidence(ranked, title))

    return read


@pytest.fixture(scope="module")
def judge(read_of, verifier):
    """What the verifier says of every paraphrase of a set and of its twins."""

    def judged(half):
        found = []
        name = f"paraphrases-{half}.jsonl" if half in {"third", "fourth"} else "paraphrases.jsonl"
        for row in map(json.loads, (EVALS / name).read_text("utf-8").splitlines()):
            if row["half"] != half:
                continue
            read = read_of(row["article"])
            verdict = verifier.check(row["claim"], read)
            cited = {read[at].text for at in verdict.cited}
            caught = {kind: verifier.check(twin, read).reason is not None for kind, twin in row["altered"].items()}
            found.append((bool(cited & set(row.get("sources") or [row["source"]])), caught))
        return found

    return judged


def shares(judged):
    caught, all_of = Counter(), Counter()
    for _, twins in judged:
        caught.update(kind for kind, seen in twins.items() if seen)
        all_of.update(list(twins))
    kept = sum(right for right, _ in judged) / len(judged)
    return {"kept": kept} | {kind: caught[kind] / all_of[kind] for kind in all_of}


# When the checks first met the third set they kept 0.788 of it and caught 0.724 of its lost denials; what it showed
# (times of the day, stretches of hours, clauses that two sentences make together) was mended. The fourth, of 81
# sentences, was written after that: at the first meeting 0.901 of it were kept, and 0.786 of the lost denials, 0.971 of
# the names and all numbers and dates caught. Its floors are what was asked of sentences that nobody has seen.
@pytest.mark.parametrize(
    ("half", "kept", "negation", "name"),
    [
        ("dev", 0.93, 0.88, 0.95),
        ("held-out", 0.9, 0.85, 0.95),
        ("third", 0.85, 0.85, 0.95),
        ("fourth", 0.85, 0.75, 0.85),
    ],
)
def test_true_paraphrases_are_kept_and_altered_ones_caught(judge, half, kept, negation, name):
    found = shares(judge(half))
    assert found["kept"] >= kept
    assert found["negation"] >= negation
    assert found["name"] >= name
    assert min(found["number"], found["date"]) >= 0.95


# 160 claims that their articles do not make, in words like theirs, and 80 that they make, by two writers who knew
# neither the verifier nor each other's. At the first meeting 0.48 of the development half and 0.56 of the other were
# caught; rules for grave words, causes, added clauses and what numbers count were written on the first half only.
# Swapped roles ("the sea breeze won" for "the land wind won") need a reader of grammar; most are not caught.
@pytest.mark.parametrize(("half", "caught"), [("dev", 0.62), ("held-out", 0.68)])
def test_claims_that_the_article_does_not_make_are_caught(read_of, verifier, half, caught):
    rows = [json.loads(line) for line in (EVALS / "invented.jsonl").read_text("utf-8").splitlines()]
    invented = [row for row in rows if row["half"] == half and not row["true"]]
    assert len(invented) == 80
    found = [verifier.check(row["claim"], read_of(row["article"])).reason is not None for row in invented]
    assert sum(found) / len(found) >= caught


# Case by case


SOURCES = (
    "The ferry Alma sank off Port Ellen on Sunday morning.",
    "All 34 passengers were rescued by two fishing boats from Dunmarrow.",
    "The operator, Coast Lines, said that the pumps had been repaired in May.",
)


def held(verifier, texts=SOURCES):
    embed = verifier._support._archive.embedder.embed_query
    place, found = 0, []
    for text in texts:
        one = Evidence("c", "a", 1, place, place + len(text), text, 1.0)
        found.append(Sentence(one, embed(text)))
        place += len(text) + 1
    return found


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("The Alma went down near Port Ellen on Sunday.", (0,)),
        ("Two Dunmarrow fishing boats saved all 34 people on board.", (1,)),
        ("On Sunday the Alma sank, and two fishing boats rescued everybody on board.", (0, 1)),
        ("After the Alma sank off Port Ellen, 34 passengers were rescued by fishing boats.", (0, 1)),
        ("Coast Lines said the pumps were mended in May.", (2,)),
        ("The Alma sank off Port Ellen; all 34 passengers were rescued by fishing boats.", (0, 1)),
    ],
)
def test_a_claim_is_matched_to_the_sentences_that_say_it(verifier, claim, cited):
    verdict = verifier.check(claim, held(verifier))
    assert (verdict.reason, set(verdict.cited)) == (None, set(cited))


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("The Alma went down near Port Ellen on Sunday, and the operator was fined a large sum.", "meaning"),
        ("The Alma went down near Port Ellen on Sunday, after which its captain resigned.", "meaning"),
        ("On Sunday the Alma sank, and three fishing boats rescued everybody on board.", "number"),
        ("The Alma sank off Dunmarrow on Sunday morning.", "name"),
        ("The ferry Alma sank, and Fenby fishing boats rescued all the passengers.", "name"),
        ("Not one of the 34 passengers was rescued by the fishing boats.", "negation"),
        ("Coast Lines denied that the pumps had been repaired in May.", "negation"),
    ],
)
def test_a_claim_that_says_more_or_otherwise_is_not_supported(verifier, claim, reason):
    assert verifier.check(claim, held(verifier)).reason == reason


@pytest.mark.parametrize(
    ("claim", "word"),
    [
        ("The mayor was arrested.", "arrested"),
        ("The mayor resigned.", None),
        ("Mr Holt confessed to the jury.", "confessed"),
        ("The clerk stole it.", "stole"),
        ("The mayor quit.", None),
        ("Two people lost their lives.", None),
        ("Mr Holt was acquitted.", None),
    ],
)
def test_a_word_that_could_wrong_somebody_must_be_in_the_report(claim, word):
    report = "The mayor stepped down. Two were killed. Mr Holt was found not guilty."
    assert grave.unborne(claim, report) == word


@pytest.mark.parametrize(
    ("claim", "text", "differ"),
    [
        ("They counted 1,408 pups.", "They counted 1,408 harbour seals, among them 188 pups.", True),
        ("They counted 188 pups.", "They counted 1,408 harbour seals, among them 188 pups.", False),
        ("The town pays 9 million and the region 6.", "The region pays 9 million and the town 6 million.", True),
        ("The region pays 9 million and the town 6.", "The region pays 9 million and the town 6 million.", False),
        ("All seven pupils passed.", "The seven did well to pass, all but one.", True),
        ("All pupils passed except one.", "The seven did well to pass, all but one.", False),
        ("All the rooms are open.", "All of the rooms are open, and most of them are full.", False),
    ],
)
def test_numbers_count_what_they_count_in_the_report(claim, text, differ):
    assert (exchanged(claim, text) or swapped(claim, text) or all_for_some(claim, text)) is differ


@pytest.mark.parametrize(
    ("claim", "text", "open_"),
    [
        ("The region has bought a ferry.", "The region set money aside for a ferry, to be bought in 2026.", True),
        ("The region has bought a ferry.", "The region bought a ferry and is to buy another.", False),
        ("The region has to buy a ferry.", "The region is to buy a ferry.", False),
        ("The police have charged a witness.", "The police may examine whether he should be charged.", True),
    ],
)
def test_what_is_still_to_be_done_is_not_told_as_done(claim, text, open_):
    assert undone(claim, text) is open_


def test_a_reason_that_the_report_does_not_give_takes_the_claim_out(verifier):
    true = "All 34 passengers were rescued by two fishing boats"
    assert verifier.check(f"{true}.", held(verifier)).reason is None
    assert verifier.check(f"{true} because the captain had sent a signal.", held(verifier)).reason == "meaning"


def test_of_a_text_much_shorter_than_the_claim_all_counts_for_less(verifier):
    compare, claim = verifier._support, "Nutmeg farmers have had an easy year in the islands."
    short, long = "They are farmers.", "They are farmers, and nutmeg in the islands has had an easy year."
    cosine = {text: float(compare._vector(claim) @ compare._vector(text)) for text in (short, long)}
    beyond = {text: compare.between(claim, text) - cosine[text] for text in (short, long)}
    assert beyond[short] < 0.3 < beyond[long], "one word, which is all of the text, is not half of what can be shared"


def test_without_evidence_nothing_is_supported(verifier):
    assert verifier.check("The Alma sank.", []).reason == "meaning"


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("The engines could not be started.", "The engines failed to start."),
        ("He refused to comment.", "He declined to comment on the report."),
        ("The plan was thrown out.", "The council did not approve the plan."),
        ("The road is closed.", "The road is not open yet."),
        ("She had no objection.", "She did not object to the budget."),
        ("The bridge reopens on Monday.", "The bridge will not reopen until Monday."),
        ("He has been jobless for a year.", "He has been without a job for a year."),
        ("The flat is out of use.", "The flat cannot be used."),
        ("The crane has yet to enter service.", "The crane is still not in service."),
        ("At most two visitors are let in at a time.", "Not more than two visitors at a time are let in."),
        ("The council paid, and the region gave nothing.", "The council paid but nothing came from the region."),
    ],
)
def test_the_same_said_with_and_without_not_is_no_contradiction(claim, sentence):
    assert not contradict(claim, sentence)


@pytest.mark.parametrize(
    ("claim", "sentence"),
    [
        ("The engines did not fail to start.", "The engines failed to start."),
        ("He agreed to the plan.", "He did not agree to the plan."),
        ("The council approved the plan.", "The council threw out the plan."),
        ("The road is open.", "The road is closed to traffic."),
        ("Nobody was hurt.", "Everybody was hurt."),
        ("Prices fell in May.", "Prices rose in May."),
        ("The hospital has not lacked beds.", "The hospital has been short of beds."),
        (
            "The subsidy has not been extended until summer.",
            "The subsidy, which was to end in June, goes on until summer.",
        ),
        ("Fewer pups were born.", "More pups were born than last year."),
    ],
)
def test_a_denial_without_its_like_and_an_opposite_are_contradictions(claim, sentence):
    assert contradict(claim, sentence)


def test_no_sentence_of_the_sample_contradicts_itself():
    rows = [*(EVALS / "paraphrases.jsonl").read_text("utf-8").splitlines()]
    texts = [json.loads(row)["source"] for row in rows]
    assert [text for text in texts if contradict(text, text)] == []


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("It left at half past two.", {150}),
        ("It left around 2.30 in the morning.", {150}),
        ("It left at 14:30.", {150}),
        ("It left at 2.30pm, not at twenty to three.", {150, 160}),
        ("The last landed at ten minutes past six.", {370}),
        ("They closed at five o'clock.", {300}),
        ("The vote was ten to two.", set()),
        ("It cost about 2.30 crowns, a rise of 2.5 per cent.", set()),
        ("They won 2-1 before 3,140 people.", set()),
    ],
)
def test_a_time_of_the_day_is_one_however_it_is_written(text, minutes):
    assert times(text)[1] == minutes


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("It took an hour and ten minutes.", "It took 70 minutes."),
        ("It took two hours and a half.", "It took 150 minutes."),
        ("He was away for a quarter of an hour.", "He was away for 15 minutes."),
        ("It took two hours.", "It took two hours."),
    ],
)
def test_a_stretch_of_hours_is_told_in_minutes(text, same):
    assert stretches(text) == same
