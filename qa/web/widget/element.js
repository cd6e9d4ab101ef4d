// <dateline-chat data-site="NAME">: the widget in the page. A script tag with ``data-site`` adds a floating one.

const SHEET = new CSSStyleSheet();
SHEET.replaceSync(STYLE);
const DARK = matchMedia("(prefers-color-scheme: dark)");
const SITE = /^[a-z0-9][a-z0-9-]{0,62}$/;
const KEYS = ["keydown", "keyup", "keypress"];

function configOf(value) {
  const given = typeof value === "object" && value !== null ? value : {};
  return {
    title: textOf(given.title, 300) || "Dateline",
    greeting: textOf(given.greeting, 300),
    examples: listOf(given.examples, 6).map((example) => textOf(example, 300)).filter(Boolean),
    theme: given.theme === "light" || given.theme === "dark" ? given.theme : "auto",
    accent: textOf(given.accent, 7),
    most: Number.isInteger(given.max_question_chars) && given.max_question_chars > 0 ? given.max_question_chars : 2000,
  };
}

class DatelineChat extends HTMLElement {
  static observedAttributes = ["data-theme"];

  // Where this widget's server is; set by the script that adds it, never by an attribute, which is easier to smuggle in.
  static #bases = new WeakMap();
  #tokens = new Tokens(this);
  #config = configOf();
  #frame = null;
  #chat = null;
  #floating = null;
  #repaint = () => this.#paint();

  static add(base, settings) {
    const element = make("dateline-chat");
    DatelineChat.#bases.set(element, base);
    for (const [name, value] of Object.entries(settings)) element.dataset[name] = value;
    element.dataset.float = "";
    own("body").append(element);
  }

  constructor() {
    super();
    // A page may have set the property before this script came.
    if (Object.hasOwn(this, "token")) {
      const { token } = this;
      delete this.token;
      this.token = token;
    }
  }

  set token(value) {
    this.#tokens.source = value;
  }

  connectedCallback() {
    DARK.addEventListener("change", this.#repaint);
    if (this.#frame) this.#floating?.connect();
    else this.#start();
  }

  disconnectedCallback() {
    DARK.removeEventListener("change", this.#repaint);
    this.#floating?.disconnect();
    // Moved within the page, it is back at once, and goes on.
    queueMicrotask(() => this.isConnected || this.#chat?.leave());
  }

  attributeChangedCallback() {
    this.#paint();
  }

  #start() {
    const kind = this.dataset.float === undefined ? "inline" : "float";
    this.#frame = make("div", { class: `dl ${kind}`, lang: "en", dir: "ltr", "data-side": this.dataset.side });
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [SHEET];
    root.append(this.#frame);
    // What is typed here is not meant for the page's keyboard shortcuts.
    for (const name of KEYS) this.#frame.addEventListener(name, (event) => event.stopPropagation());
    this.#paint();
    this.#load();
  }

  async #load() {
    const site = this.dataset.site || "";
    const base = DatelineChat.#bases.get(this) || BASE;
    const connection = new Connection(base, site, this.#tokens);
    try {
      if (!SITE.test(site)) throw new Problem(TEXTS.notHere, { mayRetry: false });
      this.#config = configOf(await connection.config());
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#paint();
    this.#show(connection, { base, site, answered: () => this.#floating?.answered() });
  }

  #show(connection, where) {
    this.#chat = new Chat(connection, this.#config, where);
    if (this.dataset.float === undefined) {
      this.#frame.replaceChildren(this.#chat.element);
      return;
    }
    this.#floating = new Floating(this.#frame, this.#chat, this.#config.title, this.#repaint);
    if (this.isConnected) this.#floating.connect();
  }

  // A floating widget that cannot work is not shown; one that a page made room for says why.
  #fail(error) {
    const sentence = error instanceof Problem ? error.message : TEXTS.unreachable;
    console.warn(`Dateline: ${sentence}`);
    const later = () => this.#frame.childElementCount === 0 && this.isConnected && this.#load();
    if (this.dataset.float !== undefined) {
      if (error instanceof Dropped) addEventListener("online", later, { once: true });
      return;
    }
    const retry = button(TEXTS.reload, "quiet", () => {
      this.#frame.replaceChildren();
      this.#load();
    });
    const shown = make("div", { class: "problem", role: "alert" }, make("p", { text: sentence }));
    if (!(error instanceof Problem) || error.mayRetry) shown.append(retry);
    this.#frame.replaceChildren(shown);
  }

  #paint() {
    if (!this.#frame) return;
    const wanted = [this.dataset.theme, this.#config.theme].find((name) => name === "light" || name === "dark");
    const theme = wanted || (pageIsDark(DARK.matches) ? "dark" : "light");
    this.#frame.dataset.theme = theme;
    for (const [name, value] of Object.entries(palette(this.#config.accent, theme))) {
      this.#frame.style.setProperty(name, value);
    }
  }
}

const SCRIPT = own("currentScript") instanceof HTMLScriptElement ? own("currentScript") : null;
const BASE = SCRIPT && new URL(".", SCRIPT.src);

function begin() {
  if (!BASE) {
    console.error("Dateline: widget.js has to be a plain script tag, not a module or part of another script.");
    return;
  }
  if (!customElements.get("dateline-chat")) customElements.define("dateline-chat", DatelineChat);
  const { site, tokenUrl, theme, side } = SCRIPT.dataset;
  if (site === undefined) return;
  const settings = Object.entries({ site, tokenUrl, theme, side }).filter(([, value]) => value !== undefined);
  const add = () => customElements.get("dateline-chat").add(BASE, Object.fromEntries(settings));
  if (own("body")) add();
  else addEventListener("DOMContentLoaded", add, { once: true });
}

begin();
