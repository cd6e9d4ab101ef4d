"""Word pieces with their places, through the model's own tokenizer."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import ModelUnavailable

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

MAX_PIECES = 256
"""all-MiniLM-L6-v2 silently ignores what comes after 256 word pieces, special ones included."""


def load_tokenizer(folder: Path) -> "Tokenizer":
    """Load the tokenizer with truncation and padding off: what does not fit must be seen, not cut."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as exc:  # the library raises bare Exception
        raise ModelUnavailable(f"The tokenizer in {folder} cannot be read.") from exc
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def token_spans(tokenizer: "Tokenizer", text: str) -> list[tuple[int, int]]:
    """Return the (start, end) of each word piece of a text of any length."""
    spans: list[tuple[int, int]] = tokenizer.encode(text, add_special_tokens=False).offsets
    return spans


def encode_query(tokenizer: "Tokenizer", text: str, most: int) -> tuple[list[int], list[tuple[int, int]]]:
    """Encode a question, keeping its first ``most`` pieces with the closing special piece, and return their places."""
    encoding: Encoding = tokenizer.encode(text)
    if len(encoding.ids) <= most:
        return encoding.ids, encoding.offsets
    kept = [*range(most - 1), len(encoding.ids) - 1]
    return [encoding.ids[at] for at in kept], [encoding.offsets[at] for at in kept]


def encode_checked(tokenizer: "Tokenizer", texts: Sequence[str], most: int) -> "list[Encoding]":
    """Encode texts that must fit the model whole.

    Raises:
        ValueError: A text is longer than the model reads; cutting it would lose words silently.
    """
    encodings: list[Encoding] = tokenizer.encode_batch(list(texts))
    longest = max((len(encoding.ids) for encoding in encodings), default=0)
    if longest > most:
        raise ValueError(f"a chunk of {longest} word pieces exceeds the model's {most}")
    return encodings
