"""An optional model judge: off by default, kept to the verdicts it is offered, reported apart from every other figure.

The judge only compares an answer with the gold answers. It sees article text as data: the last verdict on a line of its
own counts, so that a verdict quoted from an article does not, and whatever is none of those offered is unscored.
"""

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from string import Template

from qa.errors import DatelineError, UsageError
from qa.evaluate.types import EvalQuestion, Json

CORRECT, INCORRECT = "CORRECT", "INCORRECT"
_VERDICT = re.compile(rf"^\W*(?:verdict\W+)?({CORRECT}|{INCORRECT})\W*$", re.IGNORECASE | re.MULTILINE)
Model = Callable[[str], str]
"""Text in, text out."""


@cache
def prompt() -> Template:
    """Return the prompt, whose variables are exactly those that are filled in."""
    template = Template(files("prompts").joinpath("judge.md").read_text("utf-8"))
    if set(template.get_identifiers()) != {"question", "gold", "said"} or not template.is_valid():
        raise ValueError("the judge's prompt has other variables than question, gold and said")
    return template


def load_model(name: str) -> Model:
    """Return a chat model by its LangChain name, ``provider:model``.

    Raises:
        UsageError: LangChain has no such model, or its package is not installed.
    """
    from langchain.chat_models import init_chat_model

    try:
        model = init_chat_model(name, temperature=0)
    except (ValueError, ImportError) as exc:
        reason = str(exc).splitlines()[0] if str(exc) else "it is unknown"
        raise UsageError(f"The judge {name!r} is not available: {reason.rstrip('.')}.") from exc
    return lambda text: str(model.invoke(text).text)


def judge(model: Model, question: EvalQuestion, line: Json) -> Json:
    """Return a result with the judge's verdict beside its own scores."""
    answer = line["answer"]
    if not question.answers or answer is None or answer["status"] != "answered":
        return line
    said = answer.get("text") or ""
    text = prompt().substitute(question=question.question, gold="\n".join(question.answers), said=said)
    try:
        found = verdict(model(text))
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
