// The conversation: what is asked, in which order, and what happens when the way to the server fails.

const RETRY_MS = [1_000, 4_000];
const MOST_TURNS = 30;
const MOST_EXCHANGES = 10;
const MOST_HISTORY_CHARS = 8_000; // six bytes each at worst, so that a request stays below the server's 64 kB
const DOUBLE_CLICK_MS = 500;
const ROOM_ABOVE = 12;

class Chat {
  #turns = [];
  #stopper = null;
  #began = 0;
  #follows = true;

  constructor(connection, config, where) {
    this.connection = connection;
    this.config = config;
    this.where = where; // {base, site, answered}
    this.list = make("ol", { class: "turns" });
    this.welcome = this.#welcome();
    this.log = make(
      "div",
      { class: "log", role: "region", "aria-label": TEXTS.conversation, tabindex: "0" },
      this.welcome,
      this.list,
    );
    this.status = make("div", { class: "hidden", role: "status", "aria-live": "polite" });
    this.tools = make("div", { class: "tools" }, iconButton("fresh", TEXTS.fresh, () => this.fresh()));
    this.heading = make("h2", { class: "name", dir: "auto", text: config.title, id: "name" });
    this.composer = new Composer(config.most, (question) => this.ask(question), () => this.stop());
    this.element = make(
      "section",
      { class: "chat", "aria-labelledby": "name" },
      make("header", {}, this.heading, this.tools),
      this.log,
      this.status,
      this.composer.element,
    );
    for (const kind of ["wheel", "touchmove", "keydown"]) {
      this.log.addEventListener(kind, () => (this.#follows = false), { passive: true });
    }
  }

  get busy() {
    return this.#stopper !== null;
  }

  ask(question) {
    if (this.busy) return;
    const turn = new Turn(question);
    this.#turns.push(turn);
    this.list.append(turn.element);
    if (this.#turns.length > MOST_TURNS) this.#turns.shift().element.remove();
    this.welcome.hidden = true;
    this.composer.clear();
    this.#run(turn);
  }

  stop() {
    if (Date.now() - this.#began > DOUBLE_CLICK_MS) this.#stopper?.abort();
  }

  // Ends whatever is under way, without a word.
  leave() {
    this.#stopper?.abort();
  }

  fresh() {
    this.leave();
    for (const turn of this.#turns) turn.end();
    this.#turns = [];
    this.list.replaceChildren();
    this.status.replaceChildren();
    this.welcome.hidden = false;
    this.composer.focus();
  }

  focus() {
    // A keyboard that jumps up on a touch screen would cover what is to be read first.
    if (matchMedia("(pointer: coarse)").matches) this.log.focus();
    else this.composer.focus();
  }

  #welcome() {
    const { greeting, examples } = this.config;
    const tries = examples.map((example) => {
      const choose = button(example, "try", () => {
        this.focus();
        this.ask(example);
      });
      choose.dir = "auto";
      return make("li", {}, choose);
    });
    return make(
      "div",
      { class: "welcome" },
      greeting && make("p", { text: greeting, dir: "auto" }),
      tries.length ? make("h3", { text: TEXTS.tries }) : null,
      tries.length ? make("ul", {}, ...tries) : null,
    );
  }

  async #run(turn) {
    const stopper = new AbortController();
    this.#stopper = stopper;
    this.#began = Date.now();
    this.#follows = true;
    this.composer.busy = true;
    try {
      await this.#untilAnswered(turn, stopper.signal);
    } catch (error) {
      this.#say(turn, error, stopper.signal.aborted);
    }
    if (this.#stopper === stopper) {
      this.#stopper = null;
      this.composer.busy = false;
      this.#settle(turn);
    }
  }

  #say(turn, error, stopped) {
    const retry = () => {
      if (this.busy) return;
      this.focus();
      this.#run(turn);
    };
    if (stopped) {
      turn.problem(TEXTS.stopped, { retry, alert: false });
      this.#announce(TEXTS.stopped);
    } else if (error instanceof Problem) {
      turn.problem(error.message, { retry: error.mayRetry ? retry : null, retryAfter: error.retryAfter });
    } else {
      turn.problem(TEXTS.unreadable, { retry });
      console.error("Dateline:", error);
    }
  }

  async #untilAnswered(turn, stopped) {
    for (let attempt = 0; ; ) {
      try {
        return await this.#once(turn, stopped);
      } catch (error) {
        if (stopped.aborted || !(error instanceof Dropped)) throw error;
      }
      const offline = navigator.onLine === false;
      if (!offline && attempt >= RETRY_MS.length) throw new Problem(TEXTS.unreachable);
      turn.begin();
      this.#state(turn, offline ? TEXTS.offline : TEXTS.dropped);
      await (offline ? online(stopped) : pause(RETRY_MS[attempt++], stopped));
    }
  }

  async #once(turn, stopped) {
    turn.begin();
    this.#state(turn, TEXTS.states.searching);
    this.#settle(turn);
    let said = false;
    for await (const { name, data } of this.connection.ask(this.#body(turn), stopped)) {
      if (name === "state") turn.state(TEXTS.states[data.state] || TEXTS.states.searching);
      if (name === "text" && typeof data.text === "string") {
        turn.piece(data.text);
        this.#announce(pieceParts(data.text).text, said);
        said = true;
      }
      if (name === "answer") this.#finish(turn, answerOf(data, this.where.base, this.where.site), said);
      this.#settle(turn);
    }
  }

  #finish(turn, answer, said) {
    turn.finish(answer);
    const { claims, citations } = answer;
    const rest = claims.length ? TEXTS.sources(citations.length) : answer.message;
    if (!said) for (const claim of claims) this.#announce(claim.text, claim !== claims[0]);
    this.#announce(rest, claims.length > 0);
    this.where.answered();
  }

  #state(turn, sentence) {
    turn.state(sentence);
    this.#announce(sentence);
  }

  // Tells screen readers, once and in order; what is on the screen is not read to them a second time.
  #announce(sentence, more = false) {
    if (!more) this.status.replaceChildren();
    this.status.append(make("p", { text: sentence }));
  }

  // The question stays in sight: an answer is read from its beginning.
  #settle(turn) {
    if (this.#follows) this.log.scrollTop = turn.element.offsetTop - ROOM_ABOVE;
  }

  #body(turn) {
    const answered = this.#turns.slice(0, this.#turns.indexOf(turn)).filter((before) => before.text);
    const history = [];
    let room = MOST_HISTORY_CHARS;
    for (const { question, text } of answered.slice(-MOST_EXCHANGES).reverse()) {
      room -= question.length + text.length;
      if (room < 0) break;
      history.unshift({ role: "user", text: question }, { role: "assistant", text });
    }
    return json({ question: turn.question, history });
  }
}

// Some pages still load libraries that give every array and object a ``toJSON`` of their own, which would spoil ours.
function json(value) {
  for (const held of [value, value.history, ...value.history]) Object.defineProperty(held, "toJSON", { value: undefined });
  return JSON.stringify(value);
}

function pause(milliseconds, stopped) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
    stopped.addEventListener("abort", resolve, { once: true });
  });
}

function online(stopped) {
  return new Promise((resolve) => {
    addEventListener("online", resolve, { once: true });
    stopped.addEventListener("abort", resolve, { once: true });
  });
}
