"""Answers, passages and articles as lines for a terminal. Hostile text cannot steer the terminal."""

import textwrap
import unicodedata
from collections.abc import Sequence

from qa.answer.spoken import aside, one_line, spoken_day
from qa.types import Answer, Article, ArticleSummary, Citation, Claim, SearchResult

WIDTH = 100


def plain(text: str) -> str:
    """Replace what a terminal would obey rather than show: control and bidirectional override characters."""
    return "".join(
        letter if letter == "\n" or unicodedata.category(letter) not in {"Cc", "Cs", "Cf"} else " " for letter in text
    )


def answer_lines(answer: Answer) -> str:
    """Show an answer with its numbered sources, or the abstention with what comes closest."""
    lines = [_claim_lines(claim) for claim in answer.claims] or [answer.message]
    if answer.run.fallback:
        lines = [_wrap(answer.run.fallback), "", *lines]
    if answer.citations:
        lines += ["", "Sources", *(_citation_lines(citation) for citation in answer.citations)]
    if answer.claims and not answer.citations:
        return plain("\n".join([*lines, "", f"{answer.message} As of {answer.as_of}."]))
    if answer.claims:
        lines += [f"\n{_wrap(remark)}" for remark in answer.remarks]
    newest = spoken_day(answer.coverage.newest_published_at)
    count = answer.coverage.articles
    held = f"{count} article{'' if count == 1 else 's'} searched" + (f", newest of {newest}" if newest else "")
    lines += [
        "",
        f"{in_words(answer.confidence)} confidence ({answer.confidence:.2f}) · {held} · as of {answer.as_of}",
    ]
    return plain("\n".join(lines))


def search_lines(results: Sequence[SearchResult]) -> str:
    """Show passages with rank, score and origin."""
    if not results:
        return "No passage fits."
    blocks = []
    for result in results:
        chunk = result.chunk
        origin = _origin(chunk.title, chunk.publisher, chunk.published_at)
        blocks.append(f"{result.rank}. {origin}  ({result.score:.3f})\n{_wrap(chunk.text, '   ')}")
    return plain("\n\n".join(blocks))


def list_lines(summaries: Sequence[ArticleSummary]) -> str:
    """Show one line per article."""
    rows = [
        f"{row.id}  {(row.published_at or 'undated')[:10]:10}  {_origin(row.title, row.publisher, None)}"
        for row in summaries
    ]
    return plain("\n".join([*rows, f"{len(summaries)} articles"]))


def article_lines(article: Article) -> str:
    """Show an article's metadata and its text as stored."""
    names = ("url", "external_id", "publisher", "author", "published_at", "updated_at", "section", "language")
    facts = [f"{name.replace('_', ' ')}: {getattr(article, name)}" for name in names if getattr(article, name)]
    return plain("\n".join([article.title or "(no title)", *facts, f"revision: {article.revision}", "", article.text]))


def _claim_lines(claim: Claim) -> str:
    said = _wrap(claim.cited_text)
    return f"{said}\n{_wrap(beside, '    ')}" if (beside := aside(claim.note)) else said


def note_lines(answer: Answer) -> list[str]:
    """Return what is told beside an answer and its claims, for where it can only stand below the text.

    What became of a language model comes first.
    """
    if not answer.claims:
        return []
    failed = [answer.run.fallback] if answer.run.fallback else []
    noted = [(claim, aside(claim.note)) for claim in answer.claims]
    lines = [" ".join([*(f"[{number}]" for number in claim.citations), beside]) for claim, beside in noted if beside]
    return [*failed, *lines, *answer.remarks]


def _citation_lines(citation: Citation) -> str:
    lines = [f"[{citation.number}] {_origin(citation.title, citation.publisher, citation.published_at)}"]
    for near in citation.context:
        where = "before" if near.start < citation.start else "after"
        lines.append(_wrap(f"the sentence {where} it: “{one_line(near.text)}”", "    "))
    if citation.also_published_by:
        lines.append(f"    also published by {', '.join(citation.also_published_by)}")
    place = f"revision {citation.revision}, characters {citation.start}-{citation.end}"
    lines.append(f"    {citation.url or citation.article_id} ({place})")
    return "\n".join(lines)


def _origin(title: str | None, publisher: str | None, published_at: str | None) -> str:
    return ", ".join(part for part in (one_line(title or "(no title)"), publisher, spoken_day(published_at)) if part)


def in_words(confidence: float) -> str:
    """Return a confidence as the word that people read."""
    return "High" if confidence >= 0.8 else "Fair" if confidence >= 0.5 else "Low"


def _wrap(text: str, indent: str = "") -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH, initial_indent=indent, subsequent_indent=indent)
