"""Prompts: files of the package ``prompts`` whose variables are checked when they are loaded."""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt and the hash that tells its versions apart."""

    name: str
    text: str
    digest: str

    def fill(self, **values: str) -> str:
        """Return the prompt with its variables filled in; a value is never a template."""
        return Template(self.text).substitute(values)


def inert(text: str) -> str:
    """Return a text on one line, without what could close the marks around it or pass for a key."""
    printable = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(printable.translate(str.maketrans("<>[]{}", "‹›()()")).split())


@cache
def load(name: str, *variables: str) -> Prompt:
    """Return a prompt that has exactly these variables.

    Raises:
        ValueError: It has others, or a `$` that is none.
    """
    text = files("prompts").joinpath(f"{name}.md").read_text("utf-8").strip()
    template = Template(text)
    if not template.is_valid() or set(template.get_identifiers()) != set(variables):
        raise ValueError(f"the prompt {name!r} has other variables than {', '.join(variables) or 'none'}")
    return Prompt(name, text, hashlib.sha256(text.encode()).hexdigest()[:12])


def version(*prompts: Prompt) -> str:
    """Return the name of the first prompt with one hash over all of them."""
    whole = hashlib.sha256("".join(prompt.digest for prompt in prompts).encode()).hexdigest()[:12]
    return f"{prompts[0].name}@{whole}"
