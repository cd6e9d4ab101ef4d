// One question of the conversation, and what stands under it while it is answered and afterwards.

class Turn {
  constructor(question) {
    this.question = question;
    this.text = "";
    this.body = make("div", { class: "answer" });
    this.element = make(
      "li",
      {},
      make("h3", { class: "hidden", text: TEXTS.you }),
      make("p", { class: "question", dir: "auto", text: question }),
      make("h3", { class: "hidden", text: TEXTS.answer }),
      this.body,
    );
  }

  begin() {
    this.end();
    this.text = "";
    this.waiting = make("p", { class: "state", text: TEXTS.states.searching });
    this.body.replaceChildren(this.waiting);
  }

  state(sentence) {
    this.waiting.textContent = sentence;
  }

  piece(piece) {
    this.waiting.before(pieceElement(piece));
  }

  finish(answer) {
    this.text = answer.text;
    this.body.replaceChildren(...answerElements(answer));
  }

  // Ends with a sentence and, where it may help, a button to ask again; what was shown before it stays.
  problem(sentence, { retry = null, retryAfter = 0, alert = true } = {}) {
    this.waiting.remove();
    const shown = make("div", { class: "problem", role: alert ? "alert" : null }, make("p", { text: sentence, dir: "auto" }));
    this.body.append(shown);
    if (retry) shown.append(this.#retryButton(retry, retryAfter));
  }

  end() {
    clearInterval(this.counting);
  }

  #retryButton(retry, seconds) {
    const again = button(TEXTS.again, "quiet", retry);
    const until = Date.now() + seconds * 1000;
    const count = () => {
      const left = Math.ceil((until - Date.now()) / 1000);
      again.disabled = left > 0;
      again.textContent = left > 0 ? `${TEXTS.again} (${left})` : TEXTS.again;
      if (left <= 0) this.end();
    };
    if (seconds) {
      count();
      this.counting = setInterval(count, 1000);
    }
    return again;
  }
}
