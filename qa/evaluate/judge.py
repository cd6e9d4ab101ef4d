"""An optional model judge: off by default, kept to the verdicts it is offered, reported apart from every other figure.

The judge only compares an answer with the gold answers. It sees article text as data: the last verdict on a line of its
own counts, so that a verdict quoted from an article does not, and whatever is none of those offered is unscored.
"""

import re
from collections.abc import Callable

from qa import prompt
from qa.config import Settings
from qa.errors import ChatModelFailed, DatelineError, UsageError
from qa.evaluate.types import EvalQuestion, Json

CORRECT, INCORRECT = "CORRECT", "INCORRECT"
MOST_CHARS = 20_000
"""Of a reply: a verdict needs a word."""
_VERDICT = re.compile(rf"^\W*(?:verdict\W+)?({CORRECT}|{INCORRECT})\W*$", re.IGNORECASE | re.MULTILINE)
Model = Callable[[str, str], str]
"""Rules and text in, text out."""


def prompts() -> tuple[prompt.Prompt, prompt.Prompt]:
    """Return the rules and the prompt, whose variables are exactly those that are filled in."""
    return prompt.load("judge_rules"), prompt.load("judge", "question", "gold", "said")


def load_model(name: str, settings: Settings) -> Model:
    """Return a chat model by its LangChain name, ``provider:model``.

    The address and key of the settings are for their ``chat_model``; another provider's model gets neither.

    Raises:
        UsageError: There is no such model, or its package is not installed.
    """
    from qa import llm

    own = (settings.chat_model or name).partition(":")[0] == name.partition(":")[0]
    changes = {"chat_model": name} if own else {"chat_model": name, "chat_base_url": None, "chat_api_key": None}
    try:
        model = llm.load(settings.model_copy(update=changes))
    except ChatModelFailed as failed:
        raise UsageError(f"The judge {name!r} is not available: {failed.user_message}") from failed

    def call(rules: str, text: str) -> str:
        reply = ""
        for part in model.stream(rules, text):
            reply += part if isinstance(part, str) else ""
            if len(reply) > MOST_CHARS:
                return ""
        return reply

    return call


def judge(model: Model, question: EvalQuestion, line: Json) -> Json:
    """Return a result with the judge's verdict beside its own scores."""
    answer = line["answer"]
    if not question.answers or answer is None or answer["status"] != "answered":
        return line
    said = answer.get("text") or ""
    rules, ask = prompts()
    gold = "\n".join(map(prompt.inert, question.answers))
    text = ask.fill(question=prompt.inert(question.question), gold=gold, said=prompt.inert(said))
    try:
        found = verdict(model(rules.fill(), text))
    except ChatModelFailed as failed:
        return _unscored(line, f"the judge failed: {failed.user_message.rstrip('.')}")
    except DatelineError:
        raise
    except Exception as exc:  # a provider's errors have no common class; whatever fails is a failed measurement
        return _unscored(line, f"the judge failed: {type(exc).__name__}")
    if found is None:
        return _unscored(line, "the judge gave no verdict that was offered")
    return {**line, "scores": {**line["scores"], "judge_correct": found}}


def verdict(reply: str) -> float | None:
    r"""Return 1 or 0 for the last verdict that stands on a line of its own, None for anything else.

    >>> verdict("The text says CORRECT, but it differs.\nINCORRECT")
    0.0
    """
    found = _VERDICT.findall(reply)
    return float(found[-1].upper() == CORRECT) if found else None


def _unscored(line: Json, reason: str) -> Json:
    return {**line, "unscored": {**line["unscored"], "judge_correct": reason}}
