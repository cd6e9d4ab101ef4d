// The way to the server: requests with a token where one is wanted, events as they come, and one plain sentence for
// whatever goes wrong.

const SILENCE_MS = 90_000;
const TICK_MS = 5_000;
const SLEPT_MS = 30_000;
const CLOSING_MS = 3_000;
const MOST_EVENT_CHARS = 4_000_000;
const LONGEST_MESSAGE = 400;
const MOST_SECONDS = 3600;

class Problem extends Error {
  constructor(sentence, { retryAfter = 0, mayRetry = true } = {}) {
    super(sentence);
    this.retryAfter = retryAfter;
    this.mayRetry = mayRetry;
  }
}

// The network failed, the server went away, or the device slept: asking again may help.
class Dropped extends Error {}

// Calls ``lost`` when nothing has come in for long, or when the device slept: a connection that died meanwhile says
// nothing. Timers of a hidden page are slowed down by the browser, so that its gaps mean nothing.
class Watchdog {
  constructor(lost) {
    this.heard();
    let before = Date.now();
    let seen = !own("hidden");
    this.timer = setInterval(() => {
      const now = Date.now();
      const slept = seen && !own("hidden") && now - before > SLEPT_MS;
      if (slept || now - this.last > SILENCE_MS) lost();
      before = now;
      seen = !own("hidden");
    }, TICK_MS);
  }

  heard() {
    this.last = Date.now();
  }

  end() {
    clearInterval(this.timer);
  }
}

class Connection {
  // ``base`` is where the script came from; nothing else is ever asked.
  constructor(base, site, tokens) {
    this.site = site;
    this.path = new URL(`api/v1/sites/${encodeURIComponent(site)}`, base);
    this.tokens = tokens;
  }

  async config() {
    try {
      return await (await this.#request(this.path, {})).json();
    } catch (error) {
      throw error instanceof Problem ? error : new Dropped();
    }
  }

  // Yields ``{name, data}`` for each event of one answer; the last is named ``answer``.
  async *ask(body, stopped) {
    const own = new AbortController();
    const stop = () => own.abort();
    const watchdog = new Watchdog(stop);
    stopped.addEventListener("abort", stop);
    if (stopped.aborted) stop();
    let closing = null;
    let whole = false;
    try {
      const response = await this.#request(new URL(`${this.path}/ask`), {
        method: "POST",
        headers: { accept: "text/event-stream", "content-type": "application/json" },
        body,
        signal: own.signal,
      });
      for await (const event of events(response, watchdog)) {
        if (closing) continue;
        if (event.name === "error") throw told(event.data, 500);
        // The server closes at once; cutting the connection ourselves would look like a failure in the page's tools.
        if (event.name === "answer") closing = setTimeout(stop, CLOSING_MS);
        yield event;
      }
      whole = true;
      if (!closing) throw new Dropped();
    } catch (error) {
      if (closing) return;
      throw error instanceof Problem ? error : new Dropped();
    } finally {
      watchdog.end();
      clearTimeout(closing);
      stopped.removeEventListener("abort", stop);
      if (!whole) stop();
    }
  }

  async #request(url, options) {
    let token = await this.tokens.get();
    let response = await this.#send(url, options, token);
    if (response.status === 401) {
      token = await this.tokens.get(token || "none");
      response = await this.#send(url, options, token);
    }
    if (!response.ok) throw await problemOf(response);
    return response;
  }

  #send(url, options, token) {
    const headers = { accept: "application/json", ...options.headers };
    if (token) headers.authorization = `Bearer ${token}`;
    return fetch(url, { ...options, headers, mode: "cors", credentials: "omit", cache: "no-store", redirect: "error" });
  }
}

async function problemOf(response) {
  const wait = Number.parseInt(response.headers.get("retry-after"), 10);
  let body = {};
  try {
    body = await response.json();
  } catch {
    // The sentence for the status is enough.
  }
  return told(body, response.status, wait);
}

// The problem that a status stands for; the server's own sentence where it says more.
function told(body, status, wait = NaN) {
  const error = (body && body.error) || {};
  const said = typeof error.message === "string" ? error.message.slice(0, LONGEST_MESSAGE) : "";
  if (status === 401) return new Problem(TEXTS.signedOut);
  if (status === 403 || status === 404 || status === 421) return new Problem(TEXTS.notHere, { mayRetry: false });
  if (status === 429 || status === 503) {
    const seconds = Math.min(Math.max(Number.isFinite(wait) ? wait : 10, 1), MOST_SECONDS);
    return new Problem(TEXTS.busy(seconds), { retryAfter: seconds });
  }
  return new Problem(said || TEXTS.failed, { mayRetry: status >= 500 });
}

// Server-sent events as the HTML standard reads them, from a stream of bytes.
async function* events(response, watchdog) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let left = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    watchdog.heard();
    left += decoder.decode(value, { stream: true });
    const blocks = left.split(/\r\n\r\n|\n\n|\r\r/);
    left = blocks.pop();
    if (left.length > MOST_EVENT_CHARS) throw new Problem(TEXTS.unreadable);
    for (const block of blocks) {
      const event = parsed(block);
      if (event) yield event;
    }
  }
}

function parsed(block) {
  let name = "message";
  const data = [];
  for (const line of block.split(/\r\n|\n|\r/)) {
    const [, field, value] = /^([^:]*):? ?(.*)$/s.exec(line);
    if (field === "event") name = value;
    else if (field === "data") data.push(value);
  }
  if (!data.length) return null;
  try {
    return { name, data: JSON.parse(data.join("\n")) };
  } catch {
    throw new Problem(TEXTS.unreadable);
  }
}
