// Where a question is typed, with one button that asks and, while an answer is made, stops it.

const NEARLY_FULL = 0.8;

class Composer {
  #busy = false;

  constructor(most, ask, stop) {
    this.most = most;
    this.onAsk = ask;
    this.box = make("textarea", {
      id: "box",
      rows: "1",
      dir: "auto",
      placeholder: TEXTS.hint,
      maxlength: String(most),
      autocomplete: "off",
      enterkeyhint: "send",
      "aria-describedby": "count",
    });
    this.count = make("span", { id: "count", class: "facts", hidden: true });
    this.send = button(TEXTS.ask, "send", () => (this.#busy ? stop() : this.submit()));
    const label = make("label", { for: "box", class: "hidden", text: TEXTS.label });
    this.element = make("div", { class: "composer" }, label, this.box, this.send, this.count);
    this.box.addEventListener("input", () => this.#resize());
    this.box.addEventListener("keydown", (event) => {
      // Enter also ends the choice of a character in many writing systems.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      if (!this.#busy) this.submit();
    });
  }

  set busy(value) {
    this.#busy = value;
    this.send.textContent = value ? TEXTS.stop : TEXTS.ask;
    this.send.classList.toggle("stop", value);
  }

  submit() {
    // Half of a character cannot be sent.
    const question = this.box.value.replace(/\p{Surrogate}/gu, "\ufffd").trim();
    if (question) this.onAsk(question);
    else this.focus();
  }

  clear() {
    this.box.value = "";
    this.#resize();
  }

  focus() {
    this.box.focus({ preventScroll: true });
  }

  #resize() {
    const { length } = this.box.value;
    this.count.hidden = length < this.most * NEARLY_FULL;
    this.count.textContent = this.count.hidden ? "" : TEXTS.counted(length, this.most);
    this.box.style.height = "auto";
    this.box.style.height = `${this.box.scrollHeight + 2}px`;
  }
}
