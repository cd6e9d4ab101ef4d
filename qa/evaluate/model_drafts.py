"""Drafts of a question set written by a chat model: checked word by word, and dropped with a reason where they fail."""

import re
from collections import Counter
from collections.abc import Iterator

from qa import prompt
from qa.answer import names, numbers
from qa.answer.claims import unusable
from qa.errors import NothingUsable
from qa.evaluate.patterns import Asked, Story
from qa.types import ChatModel, Embedder

RULE = "model"
"""What ``rule`` says of such a draft."""
MOST_OF_A_STORY = 8
"""Sentences of one article that a model is asked about: its time is dear."""
LEAST_WORDS = 8
"""Of a sentence worth a question."""
LEAST_ALIKE = 0.37
"""Cosine of a question and its sentence; paraphrases of one sentence lie above it, other matters below."""
IN_VAIN = 24
"""So many replies in a row that cannot be used are no bad luck but a model that cannot do it."""
MOST_CHARS = 2_000
"""Of a reply; more is no draft."""
LEAST_WORDS_ASKED = 4
LONGEST_QUESTION, LONGEST_ANSWER = 200, 120
MOST_OF_THE_SENTENCE = 0.6
"""An answer that is most of its sentence answers nothing in particular."""
_LABEL = re.compile(r"\W{0,6}(question|answer)\W{0,3}:", re.IGNORECASE)
_AROUND = " *\"“”'`_"
_UNCLEAR = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|i|we|us|our|you|your|my|this|that|these|those|here|"
    r"today|tomorrow|yesterday|tonight|ago|the (?:sentence|article|text|passage))\b",
    re.IGNORECASE,
)
_FIRST = re.compile(r"(?P<type>who|whom|whose|what|when|where|why|how many|how much|how|which)\b", re.IGNORECASE)
_TYPES = {"whom": "who", "whose": "who", "how many": "how_many", "how much": "how_many", "how": "what", "which": "what"}


class ModelAsker:
    """Ask a chat model for one question to each sentence, and let only what can be checked through.

    ``dropped`` counts, by reason, the replies that cannot be used; ``asked`` all of them.
    """

    def __init__(self, model: ChatModel, embedder: Embedder) -> None:
        """Use a model, asked when a sentence comes, and what tells whether its question is about that sentence."""
        self.dropped: Counter[str] = Counter()
        self.asked = 0
        self._model = model
        self._embedder = embedder
        self._rules, self._ask = prompt.load("draft_rules"), prompt.load("draft", "sentence")
        self._story: Story | None = None
        self._of_story = self._in_vain = 0

    @property
    def prompt(self) -> str:
        """Name and hash of the prompt."""
        return prompt.version(self._rules, self._ask)

    def __call__(self, sentence: str, story: Story) -> Iterator[Asked]:
        """Yield the model's question to a sentence, if it passes.

        Raises:
            ChatModelFailed: The model is missing, slow or down.
            NothingUsable: Too many replies in a row could not be used.
        """
        if story is not self._story:
            self._story, self._of_story = story, 0
        if self._of_story >= MOST_OF_A_STORY or len(sentence.split()) < LEAST_WORDS:
            return
        self._of_story += 1
        self.asked += 1
        found = self._about(checked(self._reply(sentence), sentence, story.text), sentence)
        if isinstance(found, Asked):
            self._in_vain = 0
            yield found
            return
        self.drop(found)
        self._in_vain += 1
        if self._in_vain >= IN_VAIN:
            raise NothingUsable(f"{IN_VAIN} replies of the language model in a row could not be used.")

    def _about(self, found: Asked | str, sentence: str) -> Asked | str:
        """Refuse a question about something else."""
        if isinstance(found, str):
            return found
        likeness = float(self._embedder.embed_query(found.question) @ self._embedder.embed_query(sentence))
        return found if likeness >= LEAST_ALIKE else "about something else"

    def drop(self, reason: str) -> None:
        """Count a draft that cannot be used."""
        self.dropped[reason] += 1

    def _reply(self, sentence: str) -> str:
        reply = ""
        for part in self._model.stream(self._rules.fill(), self._ask.fill(sentence=prompt.inert(sentence))):
            reply += part if isinstance(part, str) else ""
            if len(reply) > MOST_CHARS:
                break
        return reply


def checked(reply: str, sentence: str, article: str) -> Asked | str:
    r"""Return the question of a reply, or why it cannot be used.

    >>> checked("Question: Who opened it in May?\nAnswer: Ada Brook", "Ada Brook opened the bridge in May.", "")
    'a pronoun that stands for something unnamed'
    >>> checked("Question: Who opened the new bridge?\nAnswer: the mayor", "Ada Brook opened the bridge.", "")
    'the answer is not in the sentence'
    """
    question, answer = _labelled(reply, "question").rstrip("?"), _labelled(reply, "answer")
    if not question or not answer:
        return "not two lines of question and answer"
    first = _FIRST.match(question)
    if first is None or len(question) > LONGEST_QUESTION or len(question.split()) < LEAST_WORDS_ASKED:
        return "no question"
    return (
        _misquoted(answer, sentence)
        or _unclear(question, first.end(), f"{sentence}\n{article}")
        or Asked(RULE, _type(first["type"].lower()), question[0].lower() + question[1:], (answer.rstrip("."),))
    )


def _labelled(reply: str, label: str) -> str:
    """Return the rest of the first line that begins with a label."""
    for line in reply.splitlines():
        found = _LABEL.match(line)
        if found is not None and found[1].lower() == label:
            return " ".join(line[found.end() :].split()).strip(_AROUND)
    return ""


def _misquoted(answer: str, sentence: str) -> str | None:
    if answer.rstrip(".") not in " ".join(sentence.split()):
        return "the answer is not in the sentence"
    if len(answer) > min(LONGEST_ANSWER, MOST_OF_THE_SENTENCE * len(sentence)):
        return "the answer is most of the sentence"
    return None


def _unclear(question: str, start: int, source: str) -> str | None:
    if unusable(f"{question}."):
        return "markup, or words to a model"
    if _UNCLEAR.search(question, start):
        return "a pronoun that stands for something unnamed"
    stray = numbers.missing(numbers.quantities(question), numbers.quantities(source))
    if stray or names.missing_names(question, source):
        return "a name or number that the article does not hold"
    return None


def _type(first: str) -> str:
    return _TYPES.get(first, first)
