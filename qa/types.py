r"""Every type that crosses a module boundary: pure values, frozen, with no behaviour but their JSON form.

Offsets count code points of the stored article text (NFC, ``\n`` line ends). Dates are ISO 8601 strings as the
article gave them; a date without a time stays one; unknown is None.
"""

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import InitVar, asdict, dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from qa.errors import BadFilter, QuoteNotVerbatim

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]
    """One embedding, shape (dimension,), unit length."""
    Matrix = NDArray[np.float32]
    """Embeddings, shape (rows, dimension), each row unit length."""

Level = Literal["strict", "balanced", "open"]
EngineName = Literal["quotes", "chat"]


# Articles --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A passage of an article that speaks to a machine and not to a reader: ``text[start:end]``."""

    start: int
    end: int
    code: str
    """What kind of speech it is, such as ``override`` or ``boundary``."""


@dataclass(frozen=True, slots=True)
class ArticleDraft:
    r"""An article as ingestion hands it over: cleaned text and metadata, not yet known to the archive.

    ``text`` is NFC with ``\n`` line ends. ``corpus`` and ``external_id`` identify an article that has no URL.
    """

    text: str
    title: str | None = None
    url: str | None = None
    """The http(s) address as it was given, for links."""
    url_key: str | None = None
    """Its normalised form, by which the article is known; the address itself where it is None."""
    external_id: str | None = None
    corpus: str | None = None
    publisher: str | None = None
    author: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    retrieved_at: str | None = None
    language: str | None = None
    section: str | None = None
    correction: str | None = None
    """What the text itself says was corrected in it."""
    suspicions: tuple[Suspicion, ...] = ()
    """Its passages that speak to a machine; they are kept, and not quoted as an answer."""
    source: str | None = None
    """Where it was read: a file's absolute path or a URL; what ``--sync`` goes by."""


@dataclass(frozen=True, slots=True)
class Article:
    """One stored revision of an article."""

    id: str
    revision: int
    text: str
    title: str | None = None
    url: str | None = None
    external_id: str | None = None
    publisher: str | None = None
    author: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    retrieved_at: str | None = None
    language: str | None = None
    section: str | None = None
    correction: str | None = None
    """What the text itself says was corrected in it."""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form that ``dateline articles show`` prints."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """One line of the list of articles."""

    id: str
    url: str | None
    external_id: str | None
    title: str | None
    publisher: str | None
    published_at: str | None
    revision: int

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form that ``dateline articles list`` prints."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a text: ``text[start:end]``."""

    start: int
    end: int


class Placed(Protocol):
    """Anything with a place in a text."""

    @property
    def start(self) -> int:
        """Where it begins."""
        ...

    @property
    def end(self) -> int:
        """Where it ends."""
        ...


def overlap(one: Placed, other: Placed) -> bool:
    """Say whether two places in a text share a character."""
    return one.start < other.end and other.start < one.end


@dataclass(frozen=True, slots=True)
class ChunkDraft:
    """A run of whole sentences of one article that fits the embedding model.

    ``sentences`` are spans in the article's text; ``start`` and ``end`` enclose them.
    """

    start: int
    end: int
    sentences: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class EmbeddedChunk:
    """A chunk with the embedding of its text and of each of its sentences, from one forward pass."""

    draft: ChunkDraft
    vector: "Vector"
    sentence_vectors: "Matrix"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready to be stored; without chunks where only its metadata changed."""

    draft: ArticleDraft
    chunks: tuple[EmbeddedChunk, ...] = ()
    sketch: tuple[int, ...] = ()
    """Keys, signed and of 64 bits, under which copies of the article find it."""
    copy_of: str | None = None
    """The id of an article that it is a near copy of."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What comparing needs of an article that the archive holds."""

    article_id: str
    text: str
    published_at: str | None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive knows about the identity and the text of a draft.

    ``metadata`` is the same text with other metadata, ``removed`` an identity that was removed and stays so.
    ``duplicate_of`` is an article of another identity with the same text.
    """

    article_id: str
    state: Literal["new", "changed", "metadata", "unchanged", "removed"]
    duplicate_of: str | None = None
    source: str | None = None
    """Where the stored article was read."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of an article: ``text == article.text[start:end]``."""

    id: str
    article_id: str
    revision: int
    text: str
    start: int
    end: int
    url: str | None = None
    title: str | None = None
    publisher: str | None = None
    published_at: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the chunk as plain values."""
        return asdict(self)


# Questions -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation."""

    role: Literal["user", "assistant"]
    text: str


def _as_day(value: "date | str | None", name: str) -> "date | None":
    if value is None or type(value) is date:
        return value
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError:
        raise BadFilter(f"The {name} date {str(value)[:40]!r} is not a date like 2024-03-31.") from None


@dataclass(frozen=True, slots=True)
class Filters:
    """What the user limits a question to; everything empty means the whole archive.

    Args:
        publishers: Names, compared without regard to case.
        published_from: First day, inclusive, in the article's own offset; a date or an ISO 8601 string.
        published_to: Last day, inclusive.
        article_ids: Only these articles; an empty tuple allows none.
        exclude_article_ids: Never these articles.
    """

    publishers: tuple[str, ...] = ()
    published_from: "date | str | None" = None
    published_to: "date | str | None" = None
    article_ids: tuple[str, ...] | None = None
    exclude_article_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Bring lists and date strings to their one form."""
        if any(isinstance(given, str) for given in (self.publishers, self.article_ids, self.exclude_article_ids)):
            raise BadFilter("Publishers and article ids are given as lists.")
        object.__setattr__(self, "publishers", tuple(self.publishers))
        object.__setattr__(self, "published_from", _as_day(self.published_from, "first"))
        object.__setattr__(self, "published_to", _as_day(self.published_to, "last"))
        if self.article_ids is not None:
            object.__setattr__(self, "article_ids", tuple(self.article_ids))
        object.__setattr__(self, "exclude_article_ids", tuple(self.exclude_article_ids))

    @property
    def first_day(self) -> str | None:
        """The first allowed day as YYYY-MM-DD."""
        return self.published_from.isoformat() if isinstance(self.published_from, date) else None

    @property
    def last_day(self) -> str | None:
        """The last allowed day as YYYY-MM-DD."""
        return self.published_to.isoformat() if isinstance(self.published_to, date) else None

    def __bool__(self) -> bool:
        """Say whether anything is limited at all."""
        return bool(
            self.publishers
            or self.published_from
            or self.published_to
            or self.article_ids is not None
            or self.exclude_article_ids
        )


# Retrieval -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A chunk with its rank (1 is best) and score (higher is better)."""

    rank: int
    score: float
    chunk: Chunk

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form of one search result."""
        return {"rank": self.rank, "score": round(self.score, 6), "chunk": self.chunk.as_dict()}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence of a retrieved chunk, scored against the question."""

    article_id: str
    revision: int
    chunk_id: str
    start: int
    end: int
    text: str
    score: float


# Answers ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A sentence beside a quote that it should not be read without: what "he" refers to, or who denies it."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered place in an article. It cannot be made unless the quote stands there word for word.

    Args:
        source_text: The stored text of that article and revision, only looked at, not kept.

    Raises:
        QuoteNotVerbatim: ``source_text[start:end]`` is not ``quote``.
    """

    number: int
    article_id: str
    revision: int
    quote: str
    start: int
    end: int
    source_text: InitVar[str]
    url: str | None = None
    title: str | None = None
    publisher: str | None = None
    author: str | None = None
    published_at: str | None = None
    updated_at: str | None = None
    retrieved_at: str | None = None
    also_published_by: tuple[str, ...] = ()
    context: tuple[Neighbour, ...] = ()
    """Neighbouring sentences that the quote should not be read without, shown apart from it."""

    def __post_init__(self, source_text: str) -> None:
        """Compare the quote and its neighbours with the text they are said to stand in."""
        places = [(self.start, self.end, self.quote), *((near.start, near.end, near.text) for near in self.context)]
        if any(not quote or start < 0 or source_text[start:end] != quote for start, end, quote in places):
            raise QuoteNotVerbatim("A quote did not match its article and was not shown.")

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form of a citation."""
        names = (
            "number article_id revision url title publisher author published_at updated_at retrieved_at quote start end"
        )
        values = {name: getattr(self, name) for name in names.split()}
        return {
            **values,
            "also_published_by": list(self.also_published_by),
            "context": [asdict(near) for near in self.context],
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of an answer with the numbers of the citations it rests on."""

    text: str
    citations: tuple[int, ...]
    supported: bool = True
    note: str | None = None
    """What we add for the reader: whose report it is, its date, what it rests on, which day a weekday was."""

    @property
    def cited_text(self) -> str:
        """The claim followed by its citation numbers, as it stands in ``Answer.text``."""
        return "".join([self.text, *(f" [{number}]" for number in self.citations)])


@dataclass(frozen=True, slots=True)
class Context:
    """A retrieved passage that the answer was looked for in."""

    chunk_id: str
    article_id: str
    start: int
    end: int
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the archive held when it was asked, after the filters."""

    articles: int
    newest_published_at: str | None


@dataclass(frozen=True, slots=True)
class Run:
    """How an answer was made."""

    engine: str
    fallback: str | None = None
    model: str | None = None
    prompt: str | None = None
    recipe: str | None = None
    timings_ms: dict[str, float] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    """Sentences that a model wrote and nobody may see, counted by the reason."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The one answer type of every door: claims with citations, or an honest abstention."""

    question: str
    standalone_question: str
    status: Literal["answered", "abstained"]
    reason: str | None
    message: str
    as_of: str
    confidence: float
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    contexts: tuple[Context, ...]
    coverage: Coverage
    run: Run
    remarks: tuple[str, ...] = ()
    """What the reader must know beside the claims, a sentence each: reports that differ, words taken for others, the
    date of what was found. ``message`` tells them too, for who shows nothing else."""

    @property
    def text(self) -> str:
        """The claims in order, each followed by its citation numbers; empty when abstained."""
        return " ".join(claim.cited_text for claim in self.claims)

    def as_dict(self) -> dict[str, Any]:
        """Return the one JSON shape of an answer."""
        return {
            "question": self.question,
            "standalone_question": self.standalone_question,
            "status": self.status,
            "reason": self.reason,
            "message": self.message,
            "remarks": list(self.remarks),
            "text": self.text,
            "as_of": self.as_of,
            "confidence": round(self.confidence, 4),
            "claims": [{**asdict(claim), "citations": list(claim.citations)} for claim in self.claims],
            "citations": [citation.as_dict() for citation in self.citations],
            "contexts": [asdict(context) for context in self.contexts],
            "coverage": asdict(self.coverage),
            "run": asdict(self.run),
        }


@dataclass(frozen=True, slots=True)
class State:
    """What the pipeline is doing now: ``searching``, ``reading`` or ``checking``."""

    name: Literal["searching", "reading", "checking"]


class TextPiece(str):
    """A verified piece of the answer's text; the pieces joined are ``Answer.text``."""

    __slots__ = ()

    @property
    def text(self) -> str:
        """The piece as a plain string."""
        return str(self)


Event = State | TextPiece | Answer


# Ingestion -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Skipped:
    """One input that was not taken in, with the reason in one plain sentence."""

    input: str
    line: int | None
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """An article that repeats one the archive holds under another identity, word for word or nearly so."""

    input: str
    line: int | None
    article_id: str
    of: str
    kind: Literal["exact", "near"] = "exact"


@dataclass(frozen=True, slots=True)
class Suspicious:
    """A passage that speaks to a machine, in an article that was taken in; it is stored, and not quoted."""

    input: str
    line: int | None
    article_id: str
    start: int
    end: int
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a long job is; ``seconds_left`` is None while it cannot be told."""

    done: int
    total: int | None
    words_per_second: float
    seconds_left: float | None
    unit: str = "articles"


ProgressCallback = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What became of every input of one ingestion."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0
    embedded: int = 0
    """Chunks that were embedded; 0 when nothing changed."""
    words: int = 0
    lost_characters: int = 0
    """In the articles added or updated: replacement characters, and question marks in the place of letters."""
    seconds: float = 0.0
    skipped: list[Skipped] = field(default_factory=list)
    duplicates: list[Duplicate] = field(default_factory=list)
    suspicious: list[Suspicious] = field(default_factory=list)
    dry_run: bool = False

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form that ``dateline ingest`` prints."""
        return asdict(self)


class Ingestor(Protocol):
    """Take articles in; what ``qa.web`` and ``qa.evaluate`` receive from ``app.py``."""

    def __call__(
        self,
        inputs: Sequence[str],
        *,
        mapping: dict[str, str] | None = None,
        progress: ProgressCallback | None = None,
        publisher: str | None = None,
        corpus: str | None = None,
        sync: str | None = None,
        dry_run: bool = False,
    ) -> IngestReport:
        """Ingest files, folders or URLs and report on each."""
        ...


# Seams -----------------------------------------------------------------------------------------------------------


@runtime_checkable
class Embedder(Protocol):
    """Turn text into unit vectors; any embedding model fits behind it."""

    @property
    def name(self) -> str:
        """The model's name and digest, part of the recipe."""
        ...

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        ...

    @property
    def calls_at_once(self) -> int:
        """How many calls of ``embed_chunks`` are worth making at the same time, from threads."""
        ...

    def token_spans(self, text: str) -> Sequence[tuple[int, int]]:
        """Return the (start, end) of each word piece of a text of any length."""
        ...

    def embed_chunks(self, texts: Sequence[str], sentences: Sequence[Sequence[Span]]) -> "list[tuple[Vector, Matrix]]":
        """Embed each text and each of its sentences (spans within that text) in one pass."""
        ...

    def embed_query(self, text: str) -> "Vector":
        """Embed one question."""
        ...

    def embed_question(self, text: str, parts: Sequence[Sequence[Span]] = ()) -> "Matrix":
        """Embed a question and parts of it (spans within it) in one pass; row 0 is the whole."""
        ...

    def word_vectors(self, words: Sequence[str]) -> "Matrix | None":
        """Return a unit row for each word, without a pass through the model; None if the model cannot."""
        ...


class PairScorer(Protocol):
    """Read a question and a passage together; any cross-encoder fits behind it."""

    @property
    def name(self) -> str:
        """The model's name and digest, part of the recipe of the answers it had a hand in."""
        ...

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """Return one score for each passage; higher is better."""
        ...


class EntailmentJudge(Protocol):
    """Say whether a statement follows from a text; any model of natural language inference fits behind it."""

    @property
    def name(self) -> str:
        """The model's name and digest."""
        ...

    def judge(self, texts: Sequence[str], statement: str) -> list[tuple[float, float]]:
        """Return for each text how surely (0 to 1) it entails and how surely it contradicts a statement."""
        ...


@dataclass(frozen=True, slots=True)
class Tokens:
    """How many tokens a chat model read and wrote."""

    input: int
    output: int


@dataclass(frozen=True, slots=True)
class CutOff:
    """A reply that may end in the middle of a sentence.

    Args:
        why: The provider's own word for it, such as ``length``; None where nothing tells how the reply ended.
    """

    why: str | None = None


class ChatModel(Protocol):
    """Reply to a system and a user message; any language model fits behind it."""

    @property
    def name(self) -> str:
        """The name that goes on the answer."""
        ...

    def stream(self, system: str, user: str) -> "Generator[str | Tokens | CutOff, None, None]":
        """Yield the reply as it comes, then what is known of its end and cost; closing it stops the model.

        A reply without a ``CutOff`` is whole.

        Raises:
            ChatModelFailed: It is missing, down, slow, refuses or breaks off.
        """
        ...


Articles = Iterable[ArticleDraft]
