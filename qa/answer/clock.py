"""Times of the day and stretches of hours, brought to one form before they are compared."""

import re

_HOURS = "one two three four five six seven eight nine ten eleven twelve".split()
_MINUTES = {word: value for value, word in enumerate(_HOURS, 1)} | {
    "quarter": 15,
    "twenty": 20,
    "twenty-five": 25,
    "half": 30,
}
_HOUR = rf"(?P<hour>{'|'.join(_HOURS)}|\d{{1,2}})"
_SPOKEN = re.compile(
    rf"\b(?:(?:a )?(?P<minutes>{'|'.join(sorted(_MINUTES, key=len, reverse=True))}|\d{{1,2}})(?: minutes)? past"
    rf"|(?:a )?(?P<left>quarter|twenty-five|twenty|\w+(?= minutes)|(?<=\b(?:at|by) )(?:five|ten))(?: minutes)? to) "
    rf"{_HOUR}\b(?: o['’]clock)?",
    re.IGNORECASE,
)
_FULL = re.compile(rf"\b{_HOUR} o['’]clock\b", re.IGNORECASE)
_NOON = re.compile(r"\b(noon|midday|midnight)\b", re.IGNORECASE)
_NO_TIME = (
    r"(?! ?(?:%|[-–]|(?:per|pc|percent|hundred|thousand|[mbt]r?illion|bn|times|points?|degrees|[\w-]*met(?:re|er)s?|km|"
    r"miles?|tonnes?|tons?|crowns?|dollars?|pounds?|euros?|kilos?|litres?|acres?|hectares?|hours?|feet)\b))"
)
"""After "at 2.30": what makes it a number of things."""
_DIGITS = re.compile(
    r"(?P<before>\b(?:at|by|until|till|from|before|after|about|around|shortly after|just before) )?"
    r"(?<![\d.,])(?P<hour>\d{1,2})(?:[.:](?P<minutes>[0-5]\d))?(?!\d|[,.]\d)(?:(?P<half> ?[ap]\.?m\b\.?)|"
    rf"(?(minutes)(?(before){_NO_TIME}(?=\W|$)|(?!))|(?!))|"
    r"(?=[,.;:)]|$| (?:in|on|this|that|and|after|before|when|as|to|until|local|today|tomorrow|yesterday)\b))",
    re.IGNORECASE,
)
_QUARTERS = {"a quarter": 15, "three-quarters": 45, "three quarters": 45, "half": 30}
_STRETCH = re.compile(r"\b(?P<part>a quarter|three-quarters|three quarters|half) (?:of )?an hour\b", re.IGNORECASE)
_LONGER = re.compile(
    r"\b(?P<hours>an|one|two|three|four|five|six) hours? and (?:a (?P<part>half|quarter)|(?P<minutes>\w+) minutes)\b",
    re.IGNORECASE,
)
_TENS = {"ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "five": 5}


def times(text: str) -> tuple[str, frozenset[int]]:
    """Return a text without its times of the day, and these as minutes after noon or midnight.

    >>> times("It left at half past two, or 14:30, not 2.35pm.")[1] == {150, 155}
    True
    """
    found: set[int] = set()

    def spoken(match: re.Match[str]) -> str:
        minutes = _number(match["minutes"]) if match["minutes"] else -_number(match["left"])
        found.add((60 * _number(match["hour"]) + minutes) % 720)
        return " "

    def full(match: re.Match[str]) -> str:
        found.add(60 * _number(match["hour"]) % 720)
        return " "

    def digits(match: re.Match[str]) -> str:
        hour, minutes = int(match["hour"]), match["minutes"]
        told = match["half"] or (minutes and (match["before"] or ":" in match.group(0)))
        if not told or hour > 24:
            return match.group(0)
        found.add((60 * hour + int(minutes or 0)) % 720)
        return " "

    def noon(match: re.Match[str]) -> str:
        found.add(0)
        return match.group(0)

    rest = _FULL.sub(full, _SPOKEN.sub(spoken, text))
    return _NOON.sub(noon, _DIGITS.sub(digits, rest)), frozenset(found)


def stretches(text: str) -> str:
    """Return a text with its half hours and the like in minutes.

    >>> stretches("It took an hour and ten minutes, then a quarter of an hour.")
    'It took 70 minutes, then 15 minutes.'
    """
    return _STRETCH.sub(lambda match: f"{_QUARTERS[match['part'].lower()]} minutes", _LONGER.sub(_longer, text))


def _longer(match: re.Match[str]) -> str:
    hours = 1 if match["hours"].lower() == "an" else _number(match["hours"])
    if match["part"]:
        return f"{60 * hours + _QUARTERS.get(match['part'].lower(), 15)} minutes"
    word = match["minutes"].lower()
    minutes = int(word) if word.isdigit() else _TENS.get(word)
    return match.group(0) if minutes is None else f"{60 * hours + minutes} minutes"


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _MINUTES.get(word.lower(), 0)
