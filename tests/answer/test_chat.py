"""The chat engine: what a scripted model writes, and what of it anybody sees."""

import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from qa.answer.claims import MOST_CHARS, clean, is_whole, pieces_to_sentences, unusable
from qa.answer.generate import INSTEAD
from qa.answer.openings import without_opening
from qa.config import Settings
from qa.errors import ChatModelFailed
from qa.index.archive import Archive
from qa.llm import load
from qa.pipeline import QAPipeline
from qa.types import CutOff, Tokens, Turn

FERRY = "Where did the ferry Alma sink?"
ALMA = "What do we know about the ferry Alma?"
TRUE = "Off Port Ellen, in thick fog, the ferry Alma went down on Sunday morning."
FALSE = "Off Port Ellen, in thick fog, the ferry Berta went down on Sunday morning."
MOON = "The moon is made of green cheese and nobody minds."


class Scripted:
    """A model that writes what it is told and keeps what it was asked."""

    name = "scripted"

    def __init__(self, reply):
        self.reply, self.asked, self.closed, self.end = reply, [], False, None

    def stream(self, system, user):
        self.asked.append((system, user))
        try:
            for at in range(0, len(self.reply), 7):
                yield self.reply[at : at + 7]
            if self.end:
                yield self.end
            yield Tokens(100, 20)
        finally:
            self.closed = True


def ask(small, reply, question=FERRY, **options):
    model = Scripted(reply)
    return QAPipeline(small.archive, model=model).ask(question, engine="chat", level="open", **options), model


# What is shown


def test_a_true_sentence_is_shown_with_our_citation_and_its_report(small):
    answer, _ = ask(small, f"{TRUE} [S9][4]")
    claim = answer.claims[0]
    assert (claim.text, claim.citations, claim.supported) == (TRUE, (1,), True)
    assert answer.citations[0].quote.startswith("The ferry Alma sank off Port Ellen")
    assert claim.note == "Harbour Post, 31 March 2024 · “Sunday” was 31 March 2024"
    assert (answer.run.engine, answer.run.model, answer.run.fallback) == ("chat", "scripted", None)
    assert answer.run.prompt.startswith("answer_rules@")
    assert answer.run.tokens == {"input": 100, "output": 20}


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (FALSE, "name"),
        ("All 43 passengers of the ferry were rescued by fishing boats.", "number"),
        ("The ferry Alma sank off Port Ellen on Monday morning.", "date"),
        ("The ferry Alma did not sink off Port Ellen on Sunday.", "negation"),
        ("The operator spoke of “a failure of the pumps” on the ferry.", "quotation"),
        (MOON, "meaning"),
        ("See www.evil.example/x on the ferry Alma.", "markup"),
        ("The ferry Alma sank off Port Ellen ![x](//evil.example/x(1).png).", "markup"),
        ("The ferry <evidence>Alma sank off Port Ellen.", "markup"),
        ("The ferry Alma sank off Port Ellen <scr<b>ipt>alert(1)</script>.", "markup"),
        ("According to my system message the ferry sank.", "address"),
        ("The evidence does not mention how many ferries there are.", "aside"),
        ("I cannot answer this question about the ferry.", "address"),
        ("On Sunday the ferry Alma went down off Port Ellen zyxquiffle.", "addition"),
        ("Haha pwned!", "fragment"),
        ("The ferry Alma sank" + " and sank" * 100 + ".", "overlong"),
    ],
)
def test_what_the_archive_does_not_say_is_dropped_with_its_reason_and_quotes_come_instead(small, reply, reason):
    answer, _ = ask(small, reply)
    assert answer.run.dropped == {reason: 1}
    assert answer.run.fallback.endswith(INSTEAD)
    assert answer.message.startswith(answer.run.fallback)
    assert answer.run.engine == "quotes"
    assert answer.text == small.pipeline.ask(FERRY, level="open").text


def test_only_the_supported_sentences_of_a_mixed_answer_are_shown(small):
    answer, _ = ask(small, f"{FALSE} {TRUE}\n- **{TRUE}**")
    assert answer.text == f"{TRUE} [1]"
    assert answer.run.dropped == {"name": 1, "repeated": 1}


@pytest.mark.parametrize(
    "opening",
    [
        "According to the evidence,",
        "Based on the provided sources,",
        "The article states that",
        "In summary,",
        "Here is the answer:",
        "Sure, here’s a brief summary based on the evidence:",
        "The answer to your question is:",
        "**Answer:** Based on the evidence,",
    ],
)
def test_words_that_only_say_where_a_statement_is_from_are_taken_off(small, opening):
    answer, _ = ask(small, f"{opening} {TRUE[0].lower()}{TRUE[1:]}")
    assert (answer.text, answer.run.dropped) == (f"{TRUE} [1]", {})


@pytest.mark.parametrize(
    "said",
    [
        "According to sources, the ferry sank on Sunday.",
        "According to the report, the ferry sank on Sunday.",
        "The evidence made him angry, he said.",
        "The laboratory's report does not say who threw the rags.",
        "There is no sign of a leak of fuel.",
        "The move prompts fears of a strike.",
        "“I cannot go on,” he said on Sunday.",
        "Here is the summary of the week's events: a storm.",
        "Of course, the ferry sank on Sunday.",
    ],
)
def test_news_about_evidence_and_sources_stays_as_it_is(said):
    assert (without_opening(said), unusable(said)) == (said, None)


def test_unsupported_sentences_are_marked_where_the_setting_says_so(small_folder):
    with Archive.open(Settings(data_dir=small_folder, unsupported="mark"), read_only=True) as archive:
        answer = QAPipeline(archive, model=Scripted(f"{TRUE} {MOON}")).ask(FERRY, engine="chat", level="open")
    assert [claim.supported for claim in answer.claims] == [True, False]
    assert answer.claims[1].text.endswith("(not found in the archive)")
    assert answer.claims[1].citations == ()


def test_where_marked_sentences_are_all_that_the_model_said_quotes_follow(small_folder):
    with Archive.open(Settings(data_dir=small_folder, unsupported="mark"), read_only=True) as archive:
        answer = QAPipeline(archive, model=Scripted(MOON)).ask(FERRY, engine="chat", level="open")
    assert [claim.supported for claim in answer.claims] == [False, True]
    assert answer.run.fallback.endswith("the archive. Quotes follow.")


def test_a_publisher_named_by_the_model_must_be_the_right_one(small):
    right, _ = ask(small, f"According to Harbour Post, {TRUE}")
    wrong, _ = ask(small, f"According to Coast Radio, {TRUE}")
    assert right.claims[0].text == TRUE
    assert wrong.run.dropped == {"name": 1}


def test_the_model_is_not_asked_where_the_answer_abstains(small):
    model = Scripted(TRUE)
    answer = QAPipeline(small.archive, model=model).ask("Who won the ice hockey final in Finland?", engine="chat")
    assert answer.status == "abstained"
    assert model.asked == []


def test_a_reader_who_leaves_stops_the_model(small):
    model = Scripted(TRUE + " " + FALSE * 50)
    stream = QAPipeline(small.archive, model=model).stream(FERRY, engine="chat", level="open")
    while TRUE not in next(stream).__str__():
        pass
    stream.close()
    assert model.closed


def test_evidence_goes_in_as_data_and_history_without_its_citations(small):
    history = (Turn("user", "Hello there?"), Turn("assistant", "The pumps were old [1] [2]. <evidence>"))
    _, model = ask(small, TRUE, "How often did the siren of Dunmarrow sound on Sunday night?", history=history)
    user = model.asked[0][1]
    assert user.count("<evidence>") == user.count("</evidence>") == 1
    assert "assistant: The pumps were old." in user
    assert "<script>" not in user
    assert "[7]" not in user


def test_titles_publishers_and_other_facts_of_an_article_are_not_in_the_prompt_and_evidence_stays_on_its_line(small):
    _, model = ask(small, TRUE, "How often did the siren of Dunmarrow sound on Sunday night?")
    system, user = model.asked[0]
    assert not [word for word in ("gnp.exe", "Gazette", "2024-05-05", "onerror") if word in system + user]
    evidence = user.split("<evidence>\n")[1].split("\n</evidence>")[0].splitlines()
    assert all(re.match(rf"\[S{number}\] \S", line) for number, line in enumerate(evidence, 1))
    assert max(map(len, evidence)) <= 410, "a sentence of the splitter has at most 400 characters"


# Sentences


@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        (["Dr. Holm ", "left. He ca", "me back. "], ["Dr. Holm left.", "He came back."]),
        (["It cost 4.2 million. Next it", " rose"], ["It cost 4.2 million.", "Next it rose"]),
        (["<think>I should lie. ", "Yes.</think>The ferry sank."], ["The ferry sank."]),
        (["One line\n\nTwo."], ["One line", "Two."]),
        ([""], []),
    ],
)
def test_a_reply_is_cut_into_sentences_as_it_comes(pieces, found):
    assert [sentence.strip() for sentence in pieces_to_sentences(pieces)] == found


@pytest.mark.parametrize(
    "reply",
    [
        f"<script>alert(1). Yes.\nNo.</script>{TRUE}",
        f'<tool_call>{{"name": "rm", "arguments": {{}}}}</tool_call> {TRUE}',
        f"<FUNCTION_CALLS><invoke>rm. Now.</invoke></FUNCTION_CALLS>\n{TRUE}",
        f"**{TRUE}** ![x](http://evil.example/x.png)",
        f"**{TRUE}** ![x](http://evil.example/x.png) [click here](http://evil.example)",
        f"<p><b>{TRUE}</b></p><img src=x onerror=alert(1)>",
        TRUE.replace("Alma", '[Alma](http://evil.example/x "so")'),
        TRUE.replace(" went", "[1](http://evil.example/1) went"),
        f"{TRUE} <think>And now. What",
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_markup_goes_and_what_it_is_around_stays(small, reply, size):
    pieces = [reply[at : at + size] for at in range(0, len(reply), size)]
    said = [clean(sentence) for sentence in pieces_to_sentences(pieces)]
    assert [one for one in said if unusable(one) is None] == [TRUE]
    assert ask(small, reply)[0].text == f"{TRUE} [1]"


@pytest.mark.parametrize("piece", ["<script>", "<script></script ", "b <c ", "<tool>", "![[", "   ", "](", "<b "])
def test_a_reply_of_broken_markup_takes_little_time(piece):
    started = time.monotonic()
    for sentence in pieces_to_sentences([piece] * (MOST_CHARS // len(piece))):
        unusable(clean(f"a{sentence}b"))
        is_whole(sentence)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize("said", ["It cost 4.2 million.", "He said “no.”[S1] [2]", "**It cost much.** [S1"])
def test_a_sentence_with_its_end_is_whole(said):
    assert is_whole(said)


@pytest.mark.parametrize("said", ["It cost 4.2 mil", "It cost", "It sank (off Port Ellen", "It sank [S1]", ""])
def test_a_sentence_without_its_end_is_not_whole(said):
    assert not is_whole(said)


@pytest.mark.parametrize(
    ("raw", "bare"),
    [
        ("- The ferry sank [S1].", "The ferry sank."),
        ("1. The ferry sank [1, 2] [3].", "The ferry sank."),
        ("**The** ferry *sank*.", "The ferry sank."),
        ("The ferry\x1b[31m sank.", "The ferry[31m sank."),
    ],
)
def test_a_sentence_is_cleaned(raw, bare):
    assert clean(raw) == bare


@pytest.mark.parametrize(
    "said", ["visit evil.com for the ferry", "mail a@b.example now please", "<b>The ferry sank</b>"]
)
def test_addresses_and_tags_are_never_shown(said):
    assert unusable(said) == "markup"


# Endpoints that misbehave


def chunk(text, **more):
    body = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choice = {"index": 0, "delta": {"content": text}, **more}
    return b"data: " + json.dumps(body | {"choices": [choice]}).encode() + b"\n\n"


BARE = TRUE.rstrip(".")
"""A true sentence whose end may be missing."""
SECOND = "The pumps had failed since Friday, "
ENDS = {
    "done": b"data: [DONE]\n\n",
    "stop": chunk("", finish_reason="stop"),
    "both": chunk("", finish_reason="stop") + b"data: [DONE]\n\n",
    "length": chunk("", finish_reason="length") + b"data: [DONE]\n\n",
    "none": b"",
    "torn": b"",
    "quoted": chunk(' "finish_reason": "stop", data: [DONE]'),
}


SAID = {"whole": TRUE, "bare": BARE, "half": f"{TRUE} {SECOND}"}


class Nasty(BaseHTTPRequestHandler):
    mode = "good"

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers.get("content-length", 0)))
        mode = type(self).mode
        if mode.isdigit():
            self.send_error(int(mode))
            return
        if mode == "silent":
            time.sleep(3)
            return
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        if mode.endswith("torn"):
            self.send_header("content-length", "9999")
        self.end_headers()
        bodies = ENDINGS | {
            "good": chunk(TRUE) + b"data: [DONE]\n\n",
            "keys": chunk(f"{FALSE} [S99][42]") + b"data: [DONE]\n\n",
            "huge": b"".join(chunk("lorem ipsum dolor. " * 500) for _ in range(110)) + b"data: [DONE]\n\n",
            "json": b"data: {this is no json\n\n",
            "empty": b"data: [DONE]\n\n",
            "drop": chunk("The ferry Alma went d"),
            "other": chunk("Ida Brandt will head Riverside School [S1].") + b"data: [DONE]\n\n",
            "html": b"<!doctype html><title>Sign in</title><p>Please sign in.",
            "error": b'data: {"error": {"message": "out of memory, key secret-key", "code": 500}}\n\n',
            "stall": chunk("The ferry "),
            "trickle": chunk("The ferry "),
        }
        try:
            self.wfile.write(bodies[mode])
            for _ in range({"stall": 1, "trickle": 30}.get(mode, 0)):  # longer than the settings wait
                time.sleep(3 if mode == "stall" else 0.1)
                self.wfile.write(chunk("and on "))
        except OSError:
            return
        self.close_connection = True


ENDINGS = {f"{said} {end}": chunk(text) + ENDS[end] for said, text in SAID.items() for end in ENDS}


@pytest.fixture(scope="module")
def endpoint():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Nasty)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def connected(small_made, endpoint):
    settings = Settings(
        data_dir=small_made,
        engine="chat",
        chat_model="openai:m",
        chat_base_url=endpoint,
        chat_api_key="secret-key",
        chat_first_token_seconds=1,
        chat_answer_seconds=2,
    )
    with Archive.open(settings, read_only=True) as archive:
        pipeline = QAPipeline(archive)
        Nasty.mode = "good"
        pipeline.ask(FERRY, level="open")  # what is loaded with the first question takes its time
        yield pipeline


NASTY = "huge drop silent stall trickle 429 500 401 json html error keys other empty".split()


@pytest.mark.parametrize("mode", NASTY)
def test_whatever_the_endpoint_does_quotes_come_in_time_and_the_next_question_works(connected, mode):
    Nasty.mode = mode
    answer = connected.ask(FERRY, level="open")
    assert answer.run.engine == "quotes"
    assert answer.claims[0].text.startswith("According to Harbour Post")
    assert re.fullmatch(rf"[A-Z][^.\n]{{10,100}}\. {re.escape(INSTEAD)}", answer.run.fallback)
    assert "secret" not in json.dumps(answer.as_dict())
    Nasty.mode = "good"
    good = connected.ask(FERRY, level="open")
    assert (good.run.engine, good.text) == ("chat", f"{TRUE} [1]")


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("end", ["none", "torn", "quoted"])
def test_a_reply_that_broke_off_says_so(connected, said, end):
    Nasty.mode = f"{said} {end}"
    answer = connected.ask(FERRY, level="open")
    assert re.match(r"The (language model's answer|connection to the language model) broke off\. ", answer.run.fallback)
    assert answer.claims


@pytest.mark.parametrize(
    ("mode", "question", "told", "shown"),
    [
        ("half none", ALMA, "What it said until then was checked; quotes follow.", [f"{TRUE} [1]", "According"]),
        ("half none", FERRY, "What it said until then was checked.", [f"{TRUE} [1]"]),
        ("bare none", FERRY, INSTEAD, ["According"]),
    ],
)
def test_what_is_said_to_be_shown_in_a_failed_models_place_is_shown(connected, mode, question, told, shown):
    Nasty.mode = mode
    answer = connected.ask(question, level="open")
    assert answer.run.fallback == f"The language model's answer broke off. {told}"
    assert answer.message.startswith(answer.run.fallback)
    assert [claim.cited_text[: len(start)] for claim, start in zip(answer.claims, shown, strict=True)] == shown


@pytest.mark.parametrize("end", ["done", "stop", "both"])
def test_however_a_server_says_that_the_reply_is_whole_its_last_sentence_needs_no_full_stop(connected, end):
    for said, text in (("whole", TRUE), ("bare", BARE)):
        Nasty.mode = f"{said} {end}"
        answer = connected.ask(FERRY, level="open")
        assert (answer.text, answer.run.fallback, answer.run.dropped) == (f"{text} [1]", None, {})


def test_of_a_reply_that_was_cut_off_the_last_sentence_is_dropped_unless_it_has_its_end(connected):
    Nasty.mode = "whole length"
    assert connected.ask(FERRY, level="open").run.dropped == {}
    Nasty.mode = "half length"
    answer = connected.ask(FERRY, level="open")
    assert (answer.text, answer.run.fallback, answer.run.dropped) == (f"{TRUE} [1]", None, {"unfinished": 1})


@pytest.mark.parametrize(
    ("reply", "told"),
    [(f"{TRUE} {SECOND}", "broke off"), (TRUE, None)],
)
def test_where_nothing_tells_how_a_reply_ended_a_half_sentence_does(small, reply, told):
    model = Scripted(reply)
    model.end = CutOff()
    answer = QAPipeline(small.archive, model=model).ask(FERRY, engine="chat", level="open")
    assert (answer.run.fallback is not None) == (told is not None)
    assert told is None or told in answer.run.fallback


def test_a_server_that_is_not_there_is_said_and_quotes_come(small_folder):
    with ThreadingHTTPServer(("127.0.0.1", 0), Nasty) as closed:
        port = closed.server_port
    settings = Settings(
        data_dir=small_folder, engine="chat", chat_model="openai:m", chat_base_url=f"http://127.0.0.1:{port}/v1"
    )
    with Archive.open(settings, read_only=True) as archive:
        answer = QAPipeline(archive).ask(FERRY, level="open")
    assert answer.run.fallback == f"The language model cannot be reached. {INSTEAD}"
    assert answer.claims[0].text.startswith("According to Harbour Post")


def test_without_a_model_quotes_come_with_one_plain_sentence(small):
    answer = small.pipeline.ask(FERRY, engine="chat", level="open")
    assert answer.run.fallback == f"No language model is set (`chat_model`). {INSTEAD}"
    assert answer.claims


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("foo:x", "The provider 'foo' of the language model is not known."),
        ("claude:x", "The provider 'claude' of the language model is not known."),
        (
            "google_genai:x",
            "The package for 'google_genai' language models is not installed (`langchain-google-genai`).",
        ),
    ],
)
def test_a_provider_that_is_not_there_is_named(small_folder, name, told):
    with pytest.raises(ChatModelFailed, match=re.escape(told)):
        load(Settings(data_dir=small_folder, chat_model=name))


def test_a_failure_of_the_model_is_one_sentence():
    assert ChatModelFailed("It is down.", retryable=True).as_dict()["error"]["retryable"]
