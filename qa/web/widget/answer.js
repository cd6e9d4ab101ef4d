// An answer as it is shown. What the server sends is read field by field into a shape of our own, so that whatever else
// stands in it, or stands in the place of a field, goes no further.

const MOST_CLAIMS = 500;
const MOST_CITATIONS = 200;
const MOST_CHARS = 20_000;
const MOST_LABEL = 500;

function textOf(value, most = MOST_LABEL) {
  return typeof value === "string" ? value.slice(0, most) : "";
}

function listOf(value, most) {
  return Array.isArray(value) ? value.slice(0, most) : [];
}

// The address of a place in this site's reader, or null: no answer can lead anywhere else.
function readerAddress(value, base, site) {
  if (typeof value !== "string" || !value.startsWith("/")) return null;
  let url;
  try {
    url = new URL(`.${value}`, base);
  } catch {
    return null;
  }
  const home = new URL(`sites/${encodeURIComponent(site)}/articles/`, base);
  const ours = url.origin === home.origin && url.pathname.startsWith(home.pathname);
  return ours && /^https?:$/.test(url.protocol) ? url.href : null;
}

function citationOf(row, base, site) {
  return {
    number: row.number,
    title: textOf(row.title),
    publisher: textOf(row.publisher),
    day: spokenDay(textOf(row.published_at)),
    quote: textOf(row.quote, MOST_CHARS),
    beside: listOf(row.context, 4).map((near) => textOf(near && near.text, MOST_CHARS)).filter(Boolean),
    also: listOf(row.also_published_by, 50).map((name) => textOf(name)).filter(Boolean),
    address: readerAddress(row.reader_url, base, site),
  };
}

function claimOf(row, known) {
  const numbers = listOf(row.citations, MOST_CITATIONS).filter((number) => known.has(number));
  const note = textOf(row.note, MOST_CHARS).trim();
  return { text: textOf(row.text, MOST_CHARS), numbers, supported: row.supported !== false, note };
}

function answerOf(value, base, site) {
  if (typeof value !== "object" || value === null) throw new Problem(TEXTS.unreadable);
  const rows = (list, most) => listOf(list, most).filter((row) => typeof row === "object" && row !== null);
  const numbered = rows(value.citations, MOST_CITATIONS).filter((row) => Number.isInteger(row.number) && row.number > 0);
  const citations = new Map(numbered.map((row) => [row.number, citationOf(row, base, site)]));
  const claims = rows(value.claims, MOST_CLAIMS).map((row) => claimOf(row, citations)).filter((claim) => claim.text);
  const coverage = value.coverage || {};
  return {
    claims,
    citations: [...citations.values()],
    text: textOf(value.text, MOST_CHARS),
    message: textOf(value.message, MOST_CHARS) || TEXTS.abstained,
    remarks: [(value.run || {}).fallback, ...listOf(value.remarks, 20)].map((remark) => textOf(remark, MOST_CHARS)).filter(Boolean),
    question: textOf(value.question, MOST_CHARS),
    understood: textOf(value.standalone_question, MOST_CHARS),
    confidence: Number.isFinite(value.confidence) ? value.confidence : null,
    articles: Number.isInteger(coverage.articles) ? coverage.articles : null,
    newest: spokenDay(textOf(coverage.newest_published_at)),
  };
}

// Showing --------------------------------------------------------------------------------------------------------------

// A piece of a streamed answer; the numbers after it become links once it is known where they lead.
function pieceParts(piece) {
  const [, text, numbers] = /^(.*?)((?:\s*\[\d{1,3}\])*)\s*$/s.exec(piece.slice(0, MOST_CHARS));
  return { text: text.trim(), numbers: numbers.match(/\d+/g) || [] };
}

function pieceElement(piece) {
  const { text, numbers } = pieceParts(piece);
  const marks = numbers.map((number) => make("span", { class: "cite", text: number, "aria-hidden": "true" }));
  return make("p", { dir: "auto" }, apart(text), ...marks.flatMap((mark) => [" ", mark]));
}

function answerElements(answer) {
  const cards = new Map(answer.citations.map((citation) => [citation.number, card(citation)]));
  const said = answer.claims.map((claim) => claimElement(claim, answer, cards));
  const shown = said.length ? said : [make("p", { class: "abstained", text: answer.message, dir: "auto" })];
  if (answer.understood && answer.question.trim() && answer.understood.trim() !== answer.question.trim()) {
    const asked = make("p", { class: "facts" }, `${TEXTS.understood} `, isolated(answer.understood));
    shown.unshift(asked);
  }
  if (said.length) shown.push(...answer.remarks.map((text) => make("p", { class: "facts", text, dir: "auto" })));
  if (cards.size) shown.push(make("ol", { class: "sources", "aria-label": TEXTS.sources(cards.size) }, ...cards.values()));
  return [...shown, ...facts(answer)];
}

function claimElement(claim, answer, cards) {
  const links = claim.numbers.flatMap((number) => [" ", citeButton(number, answer, cards.get(number))]);
  const element = make("p", { dir: "auto", class: claim.supported ? null : "unsupported" }, apart(claim.text), ...links);
  if (!claim.supported) element.append(" ", make("span", { class: "facts", text: TEXTS.unsupported }));
  if (claim.note) element.append(" ", make("bdi", { class: "facts", text: `(${claim.note})` }));
  return element;
}

// Opens the source below and goes there.
function citeButton(number, answer, shownCard) {
  const { title } = answer.citations.find((citation) => citation.number === number);
  const label = TEXTS.source(number, title || TEXTS.untitled);
  const open = () => {
    const details = shownCard.querySelector("details");
    details.open = true;
    details.querySelector("summary").focus({ preventScroll: true });
    details.scrollIntoView({ block: "nearest" });
  };
  const cite = button(String(number), "cite", open);
  cite.setAttribute("aria-label", label);
  cite.title = label;
  return cite;
}

function card(citation) {
  const heading = make("span", { class: "title", dir: "auto", text: citation.title || TEXTS.untitled });
  const from = make("span", { class: "facts" });
  if (citation.publisher) from.append(isolated(citation.publisher), " · ");
  from.append(isolated(citation.day || TEXTS.undated));
  const number = make("span", { class: "number", text: String(citation.number) });
  const summary = make("summary", {}, number, make("span", { class: "about" }, heading, from));
  return make("li", {}, make("details", {}, summary, make("div", { class: "quoted" }, ...quoted(citation))));
}

function quoted(citation) {
  const shown = [make("blockquote", { dir: "auto", text: citation.quote })];
  if (citation.beside.length) {
    const near = citation.beside.map((text) => make("q", { dir: "auto", text }));
    shown.push(make("p", { class: "facts" }, `${TEXTS.beside} `, ...near.flatMap((quote) => [quote, " "])));
  }
  if (citation.also.length) {
    const names = citation.also.flatMap((name, at) => [at ? ", " : " ", isolated(name)]);
    shown.push(make("p", { class: "facts" }, TEXTS.also, ...names));
  }
  if (citation.address) shown.push(make("p", {}, readerLink(citation)));
  return shown;
}

function readerLink(citation) {
  const where = { href: citation.address, target: "_blank", rel: "noopener noreferrer nofollow" };
  return make("a", where, TEXTS.read, hidden(` ${TEXTS.newTab}`));
}

function facts(answer) {
  const told = [];
  if (answer.confidence !== null) {
    const word = answer.confidence >= 0.8 ? "High" : answer.confidence >= 0.5 ? "Fair" : "Low";
    told.push(TEXTS.confidence[word]);
  }
  if (answer.articles !== null) told.push(TEXTS.searched(answer.articles));
  if (answer.articles && answer.newest) told.push(`${TEXTS.newest} ${answer.newest}`);
  return told.length ? [make("p", { class: "facts", text: told.join(" · ") })] : [];
}
