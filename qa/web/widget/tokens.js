// Short-lived tokens, for sites that ask for them. They come from the page's own server, never from Dateline's, and are
// kept in memory only.

const TOKEN = /^[\w-]{1,2000}\.[\w-]{1,4000}\.[\w-]{1,1000}$/;
const RENEW_BEFORE_MS = 30_000;
const TOKEN_WAIT_MS = 10_000;

// How long a token is good for. Its own two times are compared, since this device's clock may be wrong.
function lifetime(token) {
  try {
    const payload = JSON.parse(atob(token.split(".")[1].replace(/-/g, "+").replace(/_/g, "/")));
    const from = Number.isFinite(payload.iat) ? payload.iat * 1000 : Date.now();
    return payload.exp * 1000 - from;
  } catch {
    return NaN;
  }
}

class Tokens {
  #element;
  #source = null;
  #token = null;
  #renewAt = Infinity;
  #asking = null;
  #arrived = () => {};

  constructor(element) {
    this.#element = element;
  }

  // A token, or a function that returns one or promises one.
  set source(value) {
    this.#source = value;
    this.#token = null;
    this.#arrived();
  }

  get #url() {
    const given = this.#element.dataset.tokenUrl;
    return given ? new URL(given, location.href) : null;
  }

  get known() {
    return Boolean(this.#source || this.#url);
  }

  // The token to send now; ``refused`` is one that the server did not take.
  async get(refused = null) {
    if (this.#token && this.#token !== refused && Date.now() < this.#renewAt) return this.#token;
    if (!this.known && !refused) return null;
    this.#asking ||= this.#fresh(refused || this.#token).finally(() => (this.#asking = null));
    return this.#asking;
  }

  async #fresh(old) {
    const token = await this.#ask(old);
    if (!TOKEN.test(token || "")) throw new Problem(TEXTS.signedOut);
    const left = lifetime(token);
    this.#renewAt = Number.isFinite(left) ? Date.now() + Math.max(left - RENEW_BEFORE_MS, left / 2) : Infinity;
    this.#token = token;
    return token;
  }

  async #ask(old) {
    if (typeof this.#source === "function") return String((await this.#source()) || "").trim();
    if (this.#url) return this.#fetch(this.#url);
    if (this.#source && this.#source !== old) return this.#source;
    return this.#fromPage();
  }

  // With the page's own credentials, hence from the page's own origin only.
  async #fetch(url) {
    if (url.origin !== location.origin) throw new Problem(TEXTS.signedOut);
    let response;
    try {
      response = await fetch(url, { credentials: "same-origin", cache: "no-store", redirect: "error" });
    } catch {
      throw new Dropped();
    }
    if (!response.ok) throw new Problem(TEXTS.signedOut);
    const text = (await response.text()).trim();
    try {
      return String(JSON.parse(text).token || "");
    } catch {
      return text;
    }
  }

  // Tells the page that a token is wanted, and waits until it has set the property ``token``.
  async #fromPage() {
    this.#source = null;
    let timer;
    const waited = new Promise((resolve) => {
      this.#arrived = resolve;
      timer = setTimeout(resolve, TOKEN_WAIT_MS);
    });
    this.#element.dispatchEvent(new CustomEvent("dateline-token", { bubbles: true, composed: true }));
    if (!this.#source) await waited;
    clearTimeout(timer);
    return typeof this.#source === "function" ? this.#source() : this.#source;
  }
}
