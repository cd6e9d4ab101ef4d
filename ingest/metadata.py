"""What articles say about themselves, brought to one form; what cannot be read stays unknown."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from ingest.text import clean_line

MAX_URL = 2000
MAX_NAME = 200

# Dates -----------------------------------------------------------------------------------------------------------

_MONTHS = {name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_ZONES = {  # RFC 822's; other names, such as IST or ET, stand for several offsets and are left out
    **dict.fromkeys(("Z", "UTC", "GMT", "UT"), "Z"),
    **{"EST": "-05:00", "EDT": "-04:00", "CST": "-06:00", "CDT": "-05:00"},
    **{"MST": "-07:00", "MDT": "-06:00", "PST": "-08:00", "PDT": "-07:00", "CET": "+01:00", "CEST": "+02:00"},
}
_TIME = (
    r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,12}))?)?"
    r"(?:\s?(?P<half>[ap])\.?m\.?)?\s?(?P<zone>[+-]\d{1,2}:?(?:\d{2})?|\(?[A-Z]{1,5}\)?)?(?:\s\([A-Z]{2,5}\))?"
)
_MONTH = r"(?P<name>[A-Za-z]{3,9})\.?"
_DATES = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"(?P<year>\d{{4}})(?P<mark>[-/.])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})(?:[T\s]\s?{_TIME})?",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})"
        r"(?:T?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?",
        rf"(?:[A-Z]{{3,9}},?\s)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s-]{_MONTH},?[\s-](?P<year>\d{{4}}|\d{{2}})(?:,?\s(?:at\s)?{_TIME})?",
        rf"(?:[A-Z]{{3,9}},?\s)?{_MONTH}\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})(?:,?\s(?:at\s)?{_TIME})?",
        rf"(?P<first>\d{{1,2}})[/.](?P<second_part>\d{{1,2}})[/.](?P<year>\d{{4}})(?:,?\s{_TIME})?",
    )
)
_YEARS = range(1600, 2200)
_EPOCHS = ("1970-01-01T00:00:00", "1900-01-01T00:00:00", "1899-12-30T00:00:00", "1899-12-31T00:00:00")


def parse_date(value: Any) -> str | None:
    """Return a date as ISO 8601, with the time, fraction and zone that it had, or None where it cannot be read.

    A date without a time stays one and no zone is invented. ``03/04/2024`` is two dates and so none.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_epoch(value)
    if not isinstance(value, str) or len(value) > 100:
        return None
    text = " ".join(value.split())
    for pattern in _DATES:
        if match := pattern.fullmatch(text):
            return _from_parts(match.groupdict())
    return None


def _from_epoch(value: float) -> str | None:
    seconds = value / 1000 if 1e11 <= value < 1e13 else value  # feeds give seconds or milliseconds
    if not 1e8 <= seconds < 7e9:
        return None
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _from_parts(parts: dict[str, str | None]) -> str | None:
    try:
        year, month, day = _calendar_day(parts)
        moment = datetime(year, month, day, *_clock(parts))
    except (ValueError, KeyError):
        return None
    if year not in _YEARS:
        return None
    if parts.get("hour") is None:
        return moment.date().isoformat()
    zone = _zone(parts.get("zone"))
    stamp = moment.isoformat()
    placeholder = stamp in _EPOCHS and zone in ("", "Z", "+00:00")
    return None if zone is None or placeholder else stamp + zone


def _calendar_day(parts: dict[str, str | None]) -> tuple[int, int, int]:
    year = int(parts["year"] or "")
    if len(parts["year"] or "") == 2:
        year += 2000 if year < 69 else 1900  # as POSIX reads two digits
    if parts.get("name"):
        return year, _month(parts["name"] or ""), int(parts["day"] or "")
    if parts.get("first") is None:
        return year, int(parts["month"] or ""), int(parts["day"] or "")
    first, second = int(parts["first"] or ""), int(parts["second_part"] or "")
    if first <= 12 and second <= 12 and first != second:
        raise ValueError("day or month first: it cannot be told")
    return (year, second, first) if first > 12 else (year, first, second)


def _month(name: str) -> int:
    full = "january february march april may june july august september october november december".split()
    number = _MONTHS[name.lower()[:3]]
    if not full[number - 1].startswith(name.lower()) and name.lower() != "sept":
        raise ValueError("no month")
    return number


def _clock(parts: dict[str, str | None]) -> tuple[int, int, int, int]:
    hour, minute, second = (int(parts.get(name) or 0) for name in ("hour", "minute", "second"))
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            raise ValueError("no hour of a half day")
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    fraction = (parts.get("fraction") or "")[:6].ljust(6, "0")  # nanoseconds are cut to microseconds
    return hour, minute, min(second, 59) if second == 60 else second, int(fraction)


def _zone(name: str | None) -> str | None:
    """Return the ISO offset, "" where none is known, or None where it is none that exists."""
    name = (name or "").strip("()").upper()
    if name == "-0000":  # RFC 5322: UTC, place unknown
        return "Z"
    if not name or name[0] not in "+-":
        return _ZONES.get(name, "")
    digits = name[1:].replace(":", "")
    hours, minutes = int(digits[:-2] if len(digits) > 2 else digits), int(digits[-2:] if len(digits) > 2 else 0)
    return f"{name[0]}{hours:02}:{minutes:02}" if hours <= 14 and minutes < 60 else None


# Addresses and names ---------------------------------------------------------------------------------------------

_TRACKING = re.compile(
    r"utm_\w*|fbclid|[gdy]clid|msclkid|gclsrc|[wg]braid|twclid|ttclid|mc_[ce]id|igsh(?:id)?|mkt_tok|vero_id|_ga|_hsenc"
    r"|_hsmi|cmpid|ocid|ncid|s_cid|xtor|at_(?:medium|campaign|custom\d|link_\w+|bbc_team|ptr_name|format)|wt\.mc_id|smid",
    re.IGNORECASE,
)
_NO_NAME = re.compile(r"(?:unknown|n/?a|none|null|nan|undefined|not available|-+|\?+|\.+)", re.IGNORECASE)
_PORTS = {"http": 80, "https": 443}


def normalise_url(value: Any) -> str | None:
    """Return an http or https address in its one form, or None where it is none.

    Scheme and host in lower case; default port, fragment and tracking parameters left out; the rest as it was.
    """
    if not isinstance(value, str):
        return None
    text = value.strip().replace(" ", "%20")
    if not text or len(text) > MAX_URL or re.search(r"[\s\x00-\x1f\x7f-\x9f\\<>\"\ud800-\udfff]", text):
        return None
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _PORTS or not host or "@" in parts.netloc:  # user@host deceives readers
        return None
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != _PORTS[scheme]:
        netloc += f":{port}"
    query = "&".join(part for part in parts.query.split("&") if part and not _TRACKING.fullmatch(part.split("=")[0]))
    return urlunsplit((scheme, netloc, parts.path or "/", query, ""))


def clean_name(value: Any) -> str | None:
    """Return a publisher's or author's name on one line, or None for blanks and words such as "unknown".

    An address becomes its host without ``www.``; a list of names is joined with commas.
    """
    if isinstance(value, list):
        names = [name for name in map(clean_name, value[:20]) if name]
        return clean_line(", ".join(names), MAX_NAME)
    line = clean_line(value, MAX_NAME) if isinstance(value, str) else None
    if line is None:
        return None
    if url := normalise_url(line):
        line = urlsplit(url).netloc
    line = re.sub(r"^www\.(?=\S+$)", "", line.strip("\"' ")).rstrip(" ,;|")
    return None if not line or _NO_NAME.fullmatch(line) else line


def clean_author(value: Any) -> str | None:
    """Return an author's name without a leading "By"."""
    name = clean_name(value)
    return re.sub(r"^by\s+(?=\S)", "", name, flags=re.IGNORECASE) if name else None


def clean_language(value: Any) -> str | None:
    """Return a language tag such as ``en`` or ``en-GB``, or the name of a language as it was given."""
    line = clean_line(value, 35) if isinstance(value, str) else None
    if line is None or _NO_NAME.fullmatch(line):
        return None
    if re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*", line):
        first, *rest = re.split(r"[-_]", line)
        return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])
    return line


# Datelines -------------------------------------------------------------------------------------------------------

_DATELINE = re.compile(
    r"(?P<place>[^\W\d_][^\n()\d:;!?]{1,58}?)(?:,\s(?P<date>[A-Z][a-z]{2,8}\.?\s\d{1,2}))?"
    r"(?:\s?\((?P<agency>[^\n()]{2,40})\))?\s?(?:--?|[–—])\s"
)


@dataclass(frozen=True, slots=True)
class Dateline:
    """The place and agency that a report opens with; the report goes on at ``text[end:]``."""

    place: str
    agency: str | None
    end: int


def find_dateline(text: str) -> Dateline | None:
    """Return the dateline a text opens with, such as ``ISLAMABAD - `` or ``PARIS (Reuters) — ``."""
    match = _DATELINE.match(text)
    if match is None:
        return None
    place, agency = match["place"].strip(), match["agency"]
    city = place.split(",")[0]
    capitals = city.isupper() or (agency is not None and all(word[0].isupper() for word in city.split()))
    return Dateline(place, agency, match.end()) if capitals and len(city) > 2 else None
