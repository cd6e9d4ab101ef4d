// The button in the corner of a page and the panel that it opens. Both stand in the browser's top layer where there is
// one, so that nothing of the page's can lie over them or move them.

const PHONE = "(max-width: 40rem)";
const FOCUSABLE = "button, a[href], textarea, summary, [tabindex='0']";

class Floating {
  static #all = new Set();

  constructor(frame, chat, title, repaint) {
    this.frame = frame;
    this.repaint = repaint;
    this.chat = chat;
    this.title = title;
    this.launcher = make(
      "button",
      { type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false", click: () => this.open() },
      icon("chat"),
      make("span", { class: "label", text: title, dir: "auto" }),
    );
    this.news = make("span", { class: "hidden" });
    this.launcher.append(this.news);
    chat.tools.append(iconButton("close", TEXTS.close, () => this.close()));
    this.panel = make("div", { class: "panel", role: "dialog", "aria-modal": "true", "aria-labelledby": "name", hidden: true });
    this.panel.append(chat.element);
    this.panel.addEventListener("keydown", (event) => this.#key(event));
    frame.append(this.launcher, this.panel);
    this.refit = () => this.#fit();
  }

  connect() {
    Floating.#all.add(this);
    Floating.#stack();
    if (this.frame.showPopover) {
      this.frame.setAttribute("popover", "manual");
      this.frame.showPopover();
    }
    for (const kind of ["resize", "scroll"]) globalThis.visualViewport?.addEventListener(kind, this.refit);
  }

  disconnect() {
    Floating.#all.delete(this);
    Floating.#stack();
    for (const kind of ["resize", "scroll"]) globalThis.visualViewport?.removeEventListener(kind, this.refit);
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  open() {
    for (const other of Floating.#all) if (other !== this) other.close(false);
    this.repaint(); // the page may have changed its colours
    this.#toggle(true);
    this.news.textContent = "";
    this.#fit();
    this.chat.focus();
  }

  close(takeFocus = true) {
    if (!this.isOpen) return;
    this.#toggle(false);
    if (takeFocus) this.launcher.focus();
  }

  // An answer came in: say so on the button, where the panel is closed.
  answered() {
    if (!this.isOpen) this.news.textContent = `, ${TEXTS.ready}`;
    this.frame.classList.toggle("news", !this.isOpen);
  }

  #toggle(open) {
    this.panel.hidden = !open;
    this.launcher.hidden = open;
    this.launcher.setAttribute("aria-expanded", String(open));
    this.frame.classList.toggle("open", open);
    this.frame.classList.remove("news");
    Floating.#stack();
  }

  static #stack() {
    let slot = 0;
    for (const one of Floating.#all) one.frame.style.setProperty("--dl-slot", String(one.isOpen ? 0 : slot++));
  }

  // Above the keyboard of a phone, which covers a page without telling it.
  #fit() {
    const seen = globalThis.visualViewport;
    const sheet = seen && this.isOpen && matchMedia(PHONE).matches && seen.scale <= 1.01;
    this.frame.style.setProperty("--dl-sheet-height", sheet ? `${seen.height}px` : "100dvh");
    this.frame.style.setProperty("--dl-sheet-top", sheet ? `${seen.offsetTop}px` : "0px");
  }

  #key(event) {
    if (event.key === "Escape" && !event.isComposing) {
      event.preventDefault();
      this.close();
    }
    if (event.key !== "Tab") return;
    const seen = (element) => (element.checkVisibility ? element.checkVisibility() : element.getClientRects().length);
    const stops = [...this.panel.querySelectorAll(FOCUSABLE)].filter((element) => !element.disabled && seen(element));
    const [edge, other] = event.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (this.panel.getRootNode().activeElement !== edge) return;
    event.preventDefault();
    other.focus();
  }
}
