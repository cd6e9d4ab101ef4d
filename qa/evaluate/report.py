"""``report.html``: one self-contained file, made of escaped text, that opens from disk with the network off.

Whatever a question, an answer or an article holds is shown and never obeyed: no attribute but our own names takes
their text unquoted, there are no event handlers, and the content policy allows our one script and nothing else.
"""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from importlib.resources import files

from qa.answer.quotes import spoken_day
from qa.evaluate import plots
from qa.evaluate.collect import Bad, Collected
from qa.evaluate.gate import Verdict
from qa.evaluate.metrics import METRICS
from qa.evaluate.shelf import Shelf
from qa.evaluate.stats import Figure, Paired
from qa.evaluate.types import Json
from qa.render import plain
from qa.types import Article, Span

SHOWN_CONTEXTS = 5
CONTEXT_LENGTH = 300
AROUND = 500
"""Characters of the article shown on either side of a sentence."""
SLICE_METRICS = ("right", "recall@5", "evidence@10", "contains_gold", "abstained_answerable", "abstained_unanswerable")
PLOTTED_SLICES = 16


@dataclass(frozen=True, slots=True)
class Facts:
    """What the report says of the run itself, as (name, value) lines."""

    title: str
    lines: Sequence[tuple[str, str]]


@dataclass(slots=True)
class Places:
    """The places in articles that the report links to, each shown once."""

    shelf: Shelf
    anchors: dict[tuple[str, int | None, int, int], str] = field(default_factory=dict)

    def link(self, article_id: str, revision: int | None, span: Span, text: str) -> str:
        """Return a link to a place, or the bare text where the archive has no such place."""
        article = self.shelf.article(article_id, revision)
        if article is None or not 0 <= span.start < span.end <= len(article.text):
            return f"<span>{shown(text)}</span>"
        anchor = self.anchors.setdefault((article_id, revision, span.start, span.end), f"place-{len(self.anchors) + 1}")
        return f'<a href="#{anchor}">{shown(text)}</a>'


Slices = list[tuple[str, str, dict[str, Figure]]]


def render(
    facts: Facts,
    summary: dict[str, Figure],
    slices: Slices,
    collected: Collected,
    shelf: Shelf,
    verdict: Verdict | None,
) -> str:
    """Return the whole page."""
    script, style = _static("report.js"), _static("report.css")
    allowed = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{allowed}'; "
        "base-uri 'none'; form-action 'none'"
    )
    places = Places(shelf)
    worst = "".join(_case(bad, places) for bad in collected.worst)
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{shown(facts.title)}</title><style>{style}</style></head><body>",
        '<a class="skip" href="#worst">Skip to the questions</a>',
        f"<header><h1>{shown(facts.title)}</h1>{_facts(facts.lines)}</header><main>",
        _verdict(verdict),
        _headline(summary),
        _summary(summary, collected.paired),
        _plots(summary, slices, collected),
        _slices(slices),
        f'<section id="worst" tabindex="-1"><h2>The questions that went wrong</h2>{_filters(collected.worst)}{worst}',
        "</section>",
        _places(places),
        f"</main><script>{script}</script></body></html>\n",
    ]
    return "".join(parts)


def shown(text: object) -> str:
    """Return text escaped, without what would steer the reading direction or a terminal it is copied to."""
    return escape(plain(str(text)), quote=True)


def _static(name: str) -> str:
    return files("qa.evaluate").joinpath("static", name).read_text("utf-8")


def _facts(lines: Iterable[tuple[str, str]]) -> str:
    return "<p>" + "<br>".join(f"<strong>{shown(name)}:</strong> {shown(value)}" for name, value in lines) + "</p>"


def _verdict(verdict: Verdict | None) -> str:
    if verdict is None:
        return ""
    if verdict.ok:
        return '<p class="good"><strong>The gate holds.</strong></p>'
    failures = "".join(f"<li>{shown(failure)}</li>" for failure in verdict.failures)
    return f'<section class="bad"><h2>The gate fails</h2><ul>{failures}</ul></section>'


HEADLINE = (
    "right",
    "recall@5",
    "citation_verbatim",
    "abstained_unanswerable",
    "abstained_answerable",
    "latency_p50_ms",
)


def _headline(summary: dict[str, Figure]) -> str:
    """Return what a reader wants to know first."""
    tiles = "".join(
        f"<li><strong>{number(found.value)}</strong><span>{shown(METRICS[name].about)}</span>"
        f"<small>{number(found.low)} to {number(found.high)}, n = {found.n}</small></li>"
        for name in HEADLINE
        if (found := summary.get(name))
    )
    return f'<ul class="tiles">{tiles}</ul>' if tiles else ""


# Figures -----------------------------------------------------------------------------------------------------------


def _summary(summary: dict[str, Figure], compared: dict[str, Paired]) -> str:
    heads = [
        "figure",
        "value",
        "95 % interval",
        "questions",
        "unscored",
        *(["baseline", "difference", "p"] * bool(compared)),
    ]
    rows, group = [], ""
    for name, metric in METRICS.items():
        if name not in summary:
            continue
        if metric.group != group:
            group = metric.group
            rows.append(f'<tr class="group"><th scope="rowgroup" colspan="{len(heads)}">{shown(group)}</th></tr>')
        rows.append(_row(name, summary[name], compared.get(name), with_baseline=bool(compared)))
    head = "".join(f'<th scope="col"{"" if at == 0 else _NUMBER}>{name}</th>' for at, name in enumerate(heads))
    return (
        '<section><h2>Figures</h2><div class="wide" tabindex="0" role="region" aria-label="Figures"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div></section>"
    )


_NUMBER = ' class="n"'


def _row(name: str, found: Figure, pair: Paired | None, *, with_baseline: bool) -> str:
    metric = METRICS[name]
    lower = ", lower is better" if metric.lower_is_better else ""
    interval = f"{number(found.low)} to {number(found.high)}{_bar(found)}"
    cells = [number(found.value), interval, f"{found.n}", f"{found.unscored or ''}"]
    row = f'<tr><th scope="row">{shown(name)}<br><small>{shown(metric.about)}{lower}</small></th>'
    row += "".join(f'<td class="n">{cell}</td>' for cell in cells)
    if with_baseline and pair is None:
        row += '<td class="n">-</td>' * 3
    elif with_baseline and pair is not None:
        row += f'<td class="n">{number(pair.baseline)}</td><td class="n {_judge(pair, metric.lower_is_better)}">'
        row += f'{pair.difference:+.3f} ({pair.low:+.3f} to {pair.high:+.3f})</td><td class="n">{pair.p:.3f}</td>'
    return row + "</tr>"


def _bar(found: Figure) -> str:
    """Draw a share with its interval; a time has no bar."""
    if found.high > 1 or found.low < 0:
        return ""
    at, left, wide = (f"{100 * part:.1f}%" for part in (found.value, found.low, found.high - found.low))
    return (
        f'<span class="bar" aria-hidden="true"><i style="left:{left};width:{wide}"></i><b style="left:{at}"></b></span>'
    )


def _judge(pair: Paired, lower_is_better: bool) -> str:
    if pair.p >= 0.05 or not pair.difference:
        return ""
    return "good" if (pair.difference > 0) != lower_is_better else "bad"


def number(value: float) -> str:
    """Return a figure as people read it."""
    return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3f}"


def _plots(summary: dict[str, Figure], slices: Slices, collected: Collected) -> str:
    chosen = next((name for name in SLICE_METRICS if any(name in found for _, _, found in slices)), "right")
    # The types of the questions first: they say more than the months of their articles.
    ordered = sorted(slices, key=lambda row: row[0] != "type")
    by_type = [(f"{name}: {value}", found[chosen]) for name, value, found in ordered if chosen in found]
    drawn = {
        "Risk and coverage: how many answers are wrong, the surest first": plots.risk_coverage(collected.table),
        "Recall by the number of articles looked at": plots.recall_by_k(summary),
        "Time for an answer": plots.latency(collected.table),
        f"Slices: {chosen}": plots.slices(by_type[:PLOTTED_SLICES], chosen),
    }
    figures = "".join(
        f'<figure><img alt="{shown(title)}" src="data:image/svg+xml;base64,{_base64(svg)}">'
        f"<figcaption>{shown(title)}</figcaption></figure>"
        for title, svg in drawn.items()
        if svg
    )
    return f'<section><h2>Plots</h2><div class="plots">{figures}</div></section>'


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8")).decode("ascii")


def _slices(slices: Slices) -> str:
    names = [name for name in SLICE_METRICS if any(name in found for _, _, found in slices)]
    if not names:
        return ""
    heads = "".join(f'<th scope="col" class="n">{shown(name)}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row">{shown(field_name)}: <bdi>{shown(value)}</bdi></th>'
        + "".join(f'<td class="n">{_with_interval(found.get(name))}</td>' for name in names)
        + "</tr>"
        for field_name, value, found in slices
    )
    return (
        '<section><h2>Slices</h2><div class="wide" tabindex="0" role="region" aria-label="Slices"><table>'
        f'<thead><tr><th scope="col">slice</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div></section>'
    )


def _with_interval(found: Figure | None) -> str:
    if found is None:
        return "-"
    return f"{number(found.value)}<br><small>{number(found.low)} to {number(found.high)}, n = {found.n}</small>"


# Questions ---------------------------------------------------------------------------------------------------------


def _filters(worst: Sequence[Bad]) -> str:
    if not worst:
        return "<p>None did.</p>"
    types = sorted({bad.question.fields.get("type", "") for bad in worst} - {""})
    statuses = sorted({_status(bad.line) for bad in worst})
    return (
        '<form><label>Words <input id="words" type="search" autocomplete="off"></label>'
        f"{_select('Type', 'type', types)}{_select('Outcome', 'status', statuses)}"
        '<output id="shown" aria-live="polite"></output></form>'
    )


def _select(label: str, by: str, values: Sequence[str]) -> str:
    options = "".join(f'<option value="{shown(value)}">{shown(value)}</option>' for value in values)
    return f'<label>{label} <select data-by="{by}"><option value="">all</option>{options}</select></label>'


def _status(line: Json) -> str:
    if line["answer"] is None:
        return "failed"
    return "wrongly answered" if line["answer"]["status"] == "answered" else "wrongly left alone"


def _case(bad: Bad, places: Places) -> str:
    question, line = bad.question, bad.line
    kind, status = question.fields.get("type", ""), _status(line)
    answer = line["answer"]
    confidence = "" if answer is None else f", confidence {float(answer.get('confidence', 0)):.2f}"
    history = "".join(f"<p><small>{shown(turn.role)}: {shown(turn.text)}</small></p>" for turn in question.history)
    body = [history, "<h3>Expected</h3>", *_expected(bad, places)]
    if answer is None:
        body += ["<h3>Failed</h3>", f"<p>{shown((line.get('error') or {}).get('message', ''))}</p>"]
    else:
        body += ["<h3>Said and cited</h3>", *_said(answer, places), "<h3>Retrieved</h3>", _retrieved(answer, places)]
    body += ["<h3>Scores</h3>", f"<p>{_scores(line)}</p>"]
    return (
        f'<details class="case" data-type="{shown(kind)}" data-status="{shown(status)}">'
        f"<summary><bdi>{shown(question.question)}</bdi> <small>({shown(question.id)}; {shown(kind or 'no type')}; "
        f"{shown(status)}{confidence})</small></summary>{''.join(body)}</details>"
    )


def _expected(bad: Bad, places: Places) -> Iterator[str]:
    question = bad.question
    if question.answerable is False:
        yield "<p>No answer: the archive does not hold it.</p>"
        return
    if question.answers:
        yield f"<p>{' · '.join(f'<bdi>{shown(answer)}</bdi>' for answer in question.answers)}</p>"
    for gold in question.evidence:
        found = places.shelf.place(gold)
        if found:
            yield f"<blockquote>{places.link(found[0], None, found[1], gold.text or '')}</blockquote>"
        else:
            yield f"<blockquote>{shown(gold.text or gold.article or '')}</blockquote>"


def _said(answer: Json, places: Places) -> Iterator[str]:
    yield f"<p>{shown(answer.get('text') or answer.get('message') or '')}</p>"
    for row in answer["citations"]:
        link = places.link(row["article_id"], row["revision"], Span(row["start"], row["end"]), row["quote"])
        yield f"<blockquote>[{shown(row.get('number', ''))}] {link} {_origin(row)}</blockquote>"


def _retrieved(answer: Json, places: Places) -> str:
    items = []
    for row in answer["contexts"][:SHOWN_CONTEXTS]:
        article = places.shelf.article(row["article_id"])
        title = article.title if article and article.title else row["article_id"]
        text = row["text"][:CONTEXT_LENGTH] + ("…" if len(row["text"]) > CONTEXT_LENGTH else "")
        items.append(f"<li><strong>{shown(title)}</strong> {shown(text)}</li>")
    return f"<ol>{''.join(items)}</ol>"


def _scores(line: Json) -> str:
    values = [f"{shown(name)} {number(float(value))}" for name, value in line["scores"].items()]
    return " · ".join([*values, *(f"{shown(name)} unscored ({shown(why)})" for name, why in line["unscored"].items())])


def _origin(row: Json) -> str:
    parts = [
        str(row.get("title") or ""),
        str(row.get("publisher") or ""),
        spoken_day(row.get("published_at")) or "undated",
    ]
    return f"<small>{', '.join(shown(part) for part in parts if part)}</small>"


def _places(places: Places) -> str:
    if not places.anchors:
        return ""
    entries = "".join(
        _place(anchor, article, Span(start, end))
        for (article_id, revision, start, end), anchor in places.anchors.items()
        if (article := places.shelf.article(article_id, revision))
    )
    return f"<section><h2>The sentences in their articles</h2>{entries}</section>"


def _place(anchor: str, article: Article, span: Span) -> str:
    first, last = max(0, span.start - AROUND), min(len(article.text), span.end + AROUND)
    before, inside, after = (
        shown(article.text[a:b]) for a, b in ((first, span.start), (span.start, span.end), (span.end, last))
    )
    about = {"title": article.title, "publisher": article.publisher, "published_at": article.published_at}
    return (
        f'<article class="place" id="{anchor}" tabindex="-1"><p>{_origin(about)}'
        f"{f' <small>{shown(article.url)}</small>' if article.url else ''}</p>"
        f'<p dir="auto">{"… " * (first > 0)}{before}<mark>{inside}</mark>{after}'
        f"{' …' * (last < len(article.text))}</p></article>"
    )
