"""Which language a question or a passage is in, where that is clear; the only owner of py3langid.

Clear is: in another script than Latin, or a question without one unmistakably English word that the classifier is sure
of. Names, keywords and short questions are often taken for another language, so doubt means "not known". The classifier
takes 0.4 s of a processor and 100 MB to load and is loaded only for what no list of words decides.
"""

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from qa.lexicon import ordinary
from qa.retrieve.understand import FUNCTION_WORDS, split_words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

NAMES = {
    "af": "Afrikaans", "am": "Amharic", "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian",
    "bn": "Bengali", "bs": "Bosnian", "ca": "Catalan", "cs": "Czech", "cy": "Welsh", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "eu": "Basque", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "gl": "Galician", "gu": "Gujarati", "he": "Hebrew", "hi": "Hindi",
    "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian", "id": "Indonesian", "is": "Icelandic", "it": "Italian",
    "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "km": "Khmer", "kn": "Kannada", "ko": "Korean",
    "lt": "Lithuanian", "lv": "Latvian", "mk": "Macedonian", "ml": "Malayalam", "mr": "Marathi", "ms": "Malay",
    "ne": "Nepali", "nl": "Dutch", "no": "Norwegian", "pa": "Punjabi", "pl": "Polish", "ps": "Pashto",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "si": "Sinhala", "sk": "Slovak", "sl": "Slovenian",
    "sq": "Albanian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai",
    "tl": "Tagalog", "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""The languages that are told apart, by ISO 639 code; small ones would take sureness from their big neighbours."""
UNKNOWN = "und"
"""Surely not the Latin script, and nobody knows which language."""
_ALSO_ELSEWHERE = frozenset(
    """a all also am an are as be by can die do has he her him i in is it its man me more most my no nor of on or over
    per please same she so some such then to under up us was we will would you""".split()
)
_ENGLISH = (FUNCTION_WORDS - _ALSO_ELSEWHERE) | frozenset("isn't doesn't didn't what's who's".split())
LEAST_WORDS = 3
SURE = 0.7
"""Of 5,816 English development questions without such a word, none came nearer than 0.5."""
SURE_WITHOUT_MARK = 0.85
NAMED = 0.5
READ = 1000
"""Characters of a passage that are read."""
LEAST_LETTERS = 60
ENGLISH_SHARE = 0.08
"""From so many English function words among its words a passage is English."""
LONG = 4
"""Shorter words are words of several languages."""
DICTIONARY_SHARE = 0.7
"""Of 6,000 sentences of English news 244 have too few function words, and of those with three long words nine in ten
have a larger share in the dictionary; of some twenty sentences in thirteen other languages none has more than 0.6."""


@lru_cache(256)
def language_of_question(text: str) -> str | None:
    """Return the ISO 639 code of a question's language where it is clearly not English, else None.

    >>> language_of_question("Where did the ferry sink?"), language_of_question("Bayern Munich Champions League")
    (None, None)
    """
    words = split_words(text)
    if _foreign_script(text):
        return _named(text)
    if len(words) < LEAST_WORDS or _ENGLISH & {word.casefold() for word in words}:
        return None
    lower = sum(word[0].islower() for word in words)
    if lower < (1 if "?" in text else LEAST_WORDS):
        return None  # capitals alone are names
    needed = SURE if "?" in text else SURE_WITHOUT_MARK
    code, sureness = _classified(text)
    return code if code != "en" and sureness >= needed else None


@lru_cache(2_000)
def language_of_passage(text: str, given: str | None = None, article: str = "") -> str | None:
    """Return the ISO 639 code of a passage's language where it is clear.

    Args:
        text: The passage.
        given: What its article says of itself; believed only where the text leaves doubt, since many sites name one
            language for all they print.
        article: The text that it is from: where that is English, so is a passage of it that nothing speaks against.
    """
    read = text[:READ]
    words = split_words(read)
    if not _foreign_script(read):
        if _has_english_words(read) or _in_dictionary(read):
            return "en"
        if article and _has_english_words(article[:READ]) and not _in_no_dictionary(read):
            return "en"
        if sum(map(len, words)) < LEAST_LETTERS or (read.isascii() and _only_names(read)):
            return _code(given)
    code, sureness = _classified(read)
    return code if sureness >= SURE else _code(given) or (UNKNOWN if _foreign_script(read) else None)


def _has_english_words(text: str) -> bool:
    words = split_words(text)
    return sum(word.casefold() in _ENGLISH for word in words) >= ENGLISH_SHARE * len(words) > 0


def _in_dictionary(text: str) -> bool:
    """Say whether the words of a text, short ones and capitals aside, are in an English dictionary."""
    words = _long_words(text)
    return len(words) >= LEAST_WORDS and sum(map(ordinary, words)) >= DICTIONARY_SHARE * len(words)


def _in_no_dictionary(text: str) -> bool:
    """Say whether a text has several such words, and most of them are not English."""
    words = _long_words(text)
    return len(words) >= LEAST_WORDS and 2 * sum(map(ordinary, words)) < len(words)


def _long_words(text: str) -> list[str]:
    return [word for word in split_words(text) if word[0].islower() and len(word) >= LONG]


def _only_names(text: str) -> bool:
    return sum(word[0].islower() for word in split_words(text)) < LEAST_WORDS


def spoken(code: str) -> str:
    """Name a language."""
    return NAMES.get(code, "another language")


def _code(given: str | None) -> str | None:
    code = (given or "").split("-")[0].casefold()
    return code if code in NAMES else None


def _foreign_script(text: str) -> bool:
    """Say whether most of a text's letters are of another script than Latin."""
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(letter.isascii() or "LATIN" in unicodedata.name(letter, "") for letter in letters)
    return 2 * latin < len(letters)


def _named(text: str) -> str:
    code, sureness = _classified(text)
    return code if sureness >= NAMED and code != "en" else UNKNOWN


def _classified(text: str) -> tuple[str, float]:
    code, sureness = _identifier().classify(text)
    return str(code), float(sureness)


@lru_cache(1)
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages(list(NAMES))
    return found
