"""The fixed sentence splitter, and the cutter of articles into chunks that fit the embedding model.

Both work on spans: ``text[start:end]`` is the sentence, nothing is copied or changed. Change nothing here without a new
recipe: the sentences are what citations quote.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, groupby, pairwise
from typing import Any

from qa.types import ChunkDraft, Placed, Span, overlap

MAX_SENTENCE_CHARS = 400
MAX_WORD_PIECES = 200
"""Word pieces of a chunk: at 222 and 179 recall was best (0.90, 0.88); 99 lost eight points."""
MODEL_MAX_WORD_PIECES = 256
SPECIAL_TOKENS = 2
SMALL_CHUNK = 40
"""A last chunk under this many word pieces is evened out with the one before."""

_WINDOW = 4000  # nupunkt is quadratic on runs such as '."."."': 80,000 characters took 9 s, 4,000 take 0.03 s
_WRAP_WIDTHS = range(40, 101)
_CLOSERS = "\"'”’»›)]}）】」』〉》"
_TERMINALS = ".!?…。！？।॥؟۔"

_LINE = re.compile(r"[^\n]+")
_BULLET = re.compile(r"\s|[-*•–—·]\s")
_TITLES = r"(?:Dr|Mr|Mrs|Ms|Prof|Sen|Rep|Gov|Gen|Lt|Col|Maj|Capt|Sgt|Cpl|Adm|Cmdr|Brig|Rev|Hon|Messrs|Mme|Mlle)"
_NEVER_ENDS = re.compile(rf"(?:^|[\s(\"“]){_TITLES}\.$")
_BEFORE_NUMBER = re.compile(
    r"(?:^|[\s(])(?:No|Nos|no|nos|pp?|Fig|Art|Sec|Ch|[Vv]ol|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\.$"
)
_ENUMERATOR = re.compile(r"\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,4})[.)]")
_MISSED = re.compile(
    # "... he said so. | Dr. Smith ...", which nupunkt reads as an abbreviation before a title
    rf"(?:(?<=\s)(?!(?:vs|cf|retd?|al|ca)\.)[a-z]{{2,}}|\b(?:Inc|Corp|Ltd|Co))[.!?][\"”’)\]]*(?=\s+{_TITLES}\.\s+[A-Z])"
    # "... he said.|The man ...", the blank lost in scraping; not "Booking.Com"
    r"|(?<=\s)[a-z]{2,}[.!?][\"”’)\]]*(?=[\"“‘(]?[A-Z][a-z]*\s)"
    # scripts that end sentences without a blank
    r"|[。！？।॥؟۔][。！？।॥؟۔]*[\"'”’»›)\]}）】」』〉》]*"
)
_CLOSING = re.compile(rf"[{re.escape(_CLOSERS)}]+(?=\s|$)|\s[”»›)\]}}]+(?=\s|$)")
_CUTS = tuple(map(re.compile, (r";\s|；", r":\s|：", r",\s|[，、]|\s[-–—]{1,2}\s|—", r"\s")))


def split_sentences(text: str) -> list[Span]:
    """Split a text into its sentences, in order.

    Spans hold no outer white space, at most 400 characters each, and together every character that is not white space.
    A blank line always ends a sentence; a single newline does unless the text is hard-wrapped there.
    """
    return [
        piece
        for start, end in _segments(text)
        for sentence in _sentences_of(text, start, end)
        for piece in _cut_long(text, sentence)
    ]


# Lines -----------------------------------------------------------------------------------------------------------


def _segments(text: str) -> Iterator[tuple[int, int]]:
    """Yield the runs of lines that may hold several sentences, or parts of them."""
    blocks = list(_blocks(text))
    width = max((_wrap_width(text, block) for block in blocks), default=0)
    for block in blocks:
        start = block[0][0]
        for line, following in pairwise(block):
            if not _wraps(text, line, following, width):
                yield start, line[1]
                start = following[0]
        yield start, block[-1][1]


def _blocks(text: str) -> Iterator[list[tuple[int, int]]]:
    """Yield the lines of each run of lines that are not blank."""
    block: list[tuple[int, int]] = []
    for match in _LINE.finditer(text):
        start, end = match.span()
        blank = match.group().isspace()
        if block and (blank or block[-1][1] + 1 != start):
            yield block
            block = []
        if not blank:
            block.append((start, end))
    if block:
        yield block


def _wrap_width(text: str, block: list[tuple[int, int]]) -> int:
    """Return the width a block is hard-wrapped at, or 0.

    It is when its longest line has 40 to 100 characters and some full line runs on, without a full stop, into a
    lower-case letter.
    """
    width = max(end - start for start, end in block)
    if width not in _WRAP_WIDTHS:
        return 0
    runs_on = any(
        _is_full(text, line, following, width) and text[line[1] - 1] not in _TERMINALS and text[following[0]].islower()
        for line, following in pairwise(block)
    )
    return width if runs_on else 0


def _is_full(text: str, line: tuple[int, int], following: tuple[int, int], width: int) -> bool:
    word = re.match(r"\S*", text[following[0] : min(following[1], following[0] + width)])
    return line[1] - line[0] + 1 + (word.end() if word else 0) > 0.8 * width


def _wraps(text: str, line: tuple[int, int], following: tuple[int, int], width: int) -> bool:
    """Say whether a newline is only a wrap: the next word had no room, and no list item or indent follows."""
    if not width or line[1] - line[0] > width or following[1] - following[0] > width:
        return False
    return _is_full(text, line, following, width) and not _BULLET.match(text, following[0])


# Sentences -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _tokenizer() -> Any:
    from nupunkt import load  # not needed before the first article

    return load("default")


def _sentences_of(text: str, start: int, end: int) -> list[Span]:
    """Return the trimmed sentences of a segment."""
    ends = chain(_found_ends(text, start, end), (match.end() for match in _MISSED.finditer(text, start, end)))
    closed = {match.end() if (match := _CLOSING.match(text, stop, end)) else stop for stop in ends}
    bounds = sorted({start, end, *closed})
    pieces = [trimmed for left, right in pairwise(bounds) if (trimmed := _trim(text, left, right))]
    cased = any(character.isupper() for character in text[start:end])
    sentences: list[Span] = []
    for piece in pieces:
        if sentences and _belongs_together(text, sentences[-1], piece, cased):
            sentences[-1] = Span(sentences[-1].start, piece.end)
        else:
            sentences.append(piece)
    return sentences


def _found_ends(text: str, start: int, end: int) -> Iterator[int]:
    """Yield where nupunkt ends sentences, reading a window at a time."""
    while start < end:
        window = text[start : min(end, start + _WINDOW)]
        ends = [stop for _, stop in _tokenizer().span_tokenize(window)]
        last = start + _WINDOW >= end
        if not last and len(ends) > 1:
            ends.pop()  # the window's edge: read again from that sentence's start
        yield from (start + stop for stop in ends)
        start = end if last or not ends else start + max(ends[-1], 1)


def _trim(text: str, start: int, end: int) -> Span | None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return Span(start, end) if start < end else None


def _belongs_together(text: str, left: Span, right: Span, cased: bool) -> bool:
    """Say whether a boundary that was found is none, such as the one in ``Lt. | Gen.`` or ``“Really?” | he asked``."""
    first = text[right.start]
    tail = text[max(left.start, left.end - 12) : left.end]
    if cased and first.islower() and tail[-1] not in "。！？।॥؟۔":
        return True
    if left.end - left.start <= 6 and _ENUMERATOR.fullmatch(text[left.start : left.end]):
        return True
    return bool(_NEVER_ENDS.search(tail) and first.isupper()) or bool(_BEFORE_NUMBER.search(tail) and first.isdigit())


def _cut_long(text: str, sentence: Span) -> Iterator[Span]:
    """Yield a sentence whole, or in pieces of at most 400 characters cut at the best place near equal lengths."""
    start, end = sentence.start, sentence.end
    while end - start > MAX_SENTENCE_CHARS:
        stop = _best_cut(text, start, end)
        yield from filter(None, [_trim(text, start, stop)])
        rest = _trim(text, stop, end)
        if rest is None:
            return
        start = rest.start
    yield Span(start, end)


def _best_cut(text: str, start: int, end: int) -> int:
    parts = -(-(end - start) // MAX_SENTENCE_CHARS)  # 401 characters / 400 = 2 parts, ideally of 201 and 200
    ideal = start + (end - start) // parts
    low, high = start + (ideal - start) // 2, start + MAX_SENTENCE_CHARS
    for pattern in _CUTS:
        ends = [match.end() for match in pattern.finditer(text, low, high)]
        if ends:
            return min(ends, key=lambda stop: abs(stop - ideal))
    return _between_characters(text, low, high)


def _between_characters(text: str, low: int, high: int) -> int:
    """Return the last place in ``low < place <= high`` that does not part a letter from its marks or joiners."""
    for place in range(high, low, -1):
        joined = unicodedata.category(text[place])[0] == "M" or "\u200d" in text[place - 1 : place + 1]
        if not joined:
            return place
    return high


# Chunks ----------------------------------------------------------------------------------------------------------


class _Pieces:
    """Counts the word pieces of any span of a text, never too few."""

    def __init__(self, text: str, token_spans: Iterable[tuple[int, int]]) -> None:
        spans = sorted(span for span in token_spans if span[0] < span[1])
        self.text = text
        self.starts = [start for start, _ in spans]
        self.ends = sorted(end for _, end in spans)

    def count(self, span: Span) -> int:
        """Return the pieces that the span has on its own; a word cut in two counts a piece for each character."""
        inside = bisect_left(self.starts, span.end) - bisect_right(self.ends, span.start)
        return max(1, inside + self._part(span.start, span.end, 1) + self._part(span.end, span.start, -1))

    def _part(self, edge: int, limit: int, step: int) -> int:
        """Return how many characters of a word cut at ``edge`` lie in the span; 0 where no word is cut."""
        if not 0 < edge < len(self.text) or not (self._in_word(edge - 1) and self._in_word(edge)):
            return 0
        place = edge if step > 0 else edge - 1
        part = []
        while (place < limit if step > 0 else place >= limit) and self._in_word(place):
            part.append(self.text[place])
            place += step
        return len(unicodedata.normalize("NFD", "".join(part)))

    def _in_word(self, place: int) -> bool:
        return unicodedata.category(self.text[place])[0] not in "ZP" and not self.text[place].isspace()

    def middle(self, span: Span) -> int:
        """Return the token start nearest the span's middle, at a blank where there is one near."""
        half = (span.start + span.end) // 2
        near = self.starts[bisect_right(self.starts, span.start) : bisect_left(self.starts, span.end)]
        quarter = (span.end - span.start) // 4
        blanks = [place for place in near if abs(place - half) <= quarter and self.text[place - 1].isspace()]
        if blanks or near:
            return min(blanks or near, key=lambda place: abs(place - half))
        return _between_characters(self.text, span.start, half)


def cut(
    text: str,
    token_spans: Iterable[tuple[int, int]],
    apart: Sequence[Placed] = (),
    *,
    limit: int = MAX_WORD_PIECES,
) -> list[ChunkDraft]:
    """Cut an article into chunks: runs of whole consecutive sentences, in order, without overlap.

    Args:
        text: NFC, as it is stored.
        token_spans: (start, end) of every word piece of ``text``, from ``Embedder.token_spans``.
        apart: Places of suspicious passages. Their sentences get chunks of their own, and the others are cut as if
            nothing stood between them, so that what is planted in an article moves as little as it can.
        limit: Most word pieces of a chunk, the model's special tokens not counted. A single sentence over it is
            split at a word piece.

    Raises:
        ValueError: ``limit`` does not fit the model.
    """
    if not 8 <= limit <= MODEL_MAX_WORD_PIECES - SPECIAL_TOKENS:  # one letter can take 4 pieces when it decomposes
        raise ValueError(f"limit is {limit}, not between 8 and {MODEL_MAX_WORD_PIECES - SPECIAL_TOKENS}")
    pieces = _Pieces(text, token_spans)
    units = [unit for sentence in split_sentences(text) for unit in _fit(text, sentence, pieces, limit)]
    sizes = [pieces.count(unit) for unit in units]
    strange = [any(overlap(unit, one) for one in apart) for unit in units]
    own, others = _numbers(sizes, strange, limit), _numbers(sizes, [not one for one in strange], limit)
    labels = [(one, others[at] if one else own[at]) for at, one in enumerate(strange)]
    runs = [[unit for _, unit in run] for _, run in groupby(zip(labels, units, strict=True), lambda pair: pair[0])]
    return [ChunkDraft(run[0].start, run[-1].end, tuple(run)) for run in runs]


def _numbers(sizes: Sequence[int], left_out: Sequence[bool], limit: int) -> dict[int, int]:
    """Return the number of the chunk that each unit falls into, by its place, as if those left out were not there."""
    kept = [at for at, out in enumerate(left_out) if not out]
    bounds = _even_out(_greedy([sizes[at] for at in kept], limit), [sizes[at] for at in kept], limit)
    return {at: number for number, (start, stop) in enumerate(pairwise(bounds)) for at in kept[start:stop]}


def _fit(text: str, sentence: Span, pieces: _Pieces, limit: int) -> Iterator[Span]:
    """Yield a sentence whole, or halved until each part has at most ``limit`` pieces."""
    waiting = [sentence]
    while waiting:
        span = waiting.pop()
        if pieces.count(span) <= limit or span.end - span.start == 1:
            yield span
            continue
        middle = pieces.middle(span)
        waiting.extend(filter(None, [_trim(text, middle, span.end), _trim(text, span.start, middle)]))


def _greedy(sizes: Sequence[int], limit: int) -> list[int]:
    """Return where chunks start, and the end: ``[0, 3, 5]`` is two chunks of units 0-2 and 3-4."""
    bounds, total = [0] if sizes else [], 0
    for number, size in enumerate(sizes):
        if total and total + size > limit:
            bounds.append(number)
            total = 0
        total += size
    return [*bounds, len(sizes)] if sizes else []


def _even_out(bounds: list[int], sizes: Sequence[int], limit: int) -> list[int]:
    """Move sentences from the last chunk but one to a last chunk that is tiny, to where the two differ least."""
    if len(bounds) < 3 or sum(sizes[bounds[-2] :]) >= SMALL_CHUNK:
        return bounds
    start, _, stop = bounds[-3:]

    def difference(place: int) -> int:
        return abs(sum(sizes[start:place]) - sum(sizes[place:stop]))

    fitting = [place for place in range(start + 1, stop) if sum(sizes[place:stop]) <= limit]
    return [*bounds[:-2], min(fitting, key=difference), stop]
