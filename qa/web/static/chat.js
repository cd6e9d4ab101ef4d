// The chat page: asks, shows the turns and their sources, opens articles beside them. All HTML comes from the server,
// made there of escaped text; what this script adds itself it adds as text.
"use strict";

(() => {
  const one = (query, within = document) => within.querySelector(query);
  const all = (query, within = document) => Array.from(within.querySelectorAll(query));
  const now = { conversation: "", version: "", copies: {}, asking: null, editing: "", opener: null, shown: null };
  let parts = null;
  let says = {};

  // The server ------------------------------------------------------------------------------------------------------

  async function call(path, method = "GET", body = undefined) {
    const headers = body === undefined ? {} : { "content-type": "application/json" };
    const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(problemIn(text));
    return JSON.parse(text);
  }

  function problemIn(text) {
    try {
      return JSON.parse(text).error.message;
    } catch {
      return says.lost;
    }
  }

  const loading = fetch(stateOf(wanted())).then((answer) => answer.json());

  function wanted() {
    return new URLSearchParams(location.search).get("c") || "";
  }

  function stateOf(conversation) {
    return "/chat/state?c=" + encodeURIComponent(conversation);
  }

  // What is shown ---------------------------------------------------------------------------------------------------

  function tell(text, seen = false) {
    one("#dl-status").textContent = text;
    const toast = one("#dl-toast");
    toast.textContent = seen ? text : "";
    toast.classList.toggle("dl-on", seen);
    clearTimeout(tell.timer);
    if (seen) tell.timer = setTimeout(() => toast.classList.remove("dl-on"), 4000);
  }

  function showState(state) {
    parts.limits.innerHTML = state.limits;
    one(".dl-tries").innerHTML = state.tries;
    list(state.conversations);
    turns(state);
    if (state.problem) tell(state.problem, true);
  }

  function turns(state) {
    now.conversation = state.conversation ? state.conversation.id : "";
    now.version = state.conversation ? state.conversation.updated_at : "";
    now.copies = state.copies || {};
    now.shown = null;
    parts.turns.innerHTML = state.turns;
    document.title = state.conversation ? `${state.conversation.title} · Dateline` : "Dateline";
    settle();
    const place = Number(sessionStorage.getItem("talk " + now.conversation));
    parts.talk.scrollTop = now.conversation && place ? place : parts.talk.scrollHeight;
    follow();
  }

  function settle() {
    one(".dl-welcome").hidden = parts.turns.childElementCount > 0;
    if (!parts.turns.childElementCount) sources(null);
    for (const link of all("#dl-list a.dl-title")) {
      const here = link.dataset.id === now.conversation;
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  // The sources of the answer in view: the last one that begins in the upper part of what is visible.
  function follow() {
    const frame = parts.talk.getBoundingClientRect();
    const begun = all(".dl-turn", parts.turns).filter(
      (turn) => turn.getBoundingClientRect().top < frame.top + frame.height * 0.6
    );
    sources(begun.pop() || one(".dl-turn", parts.turns));
  }

  function sources(turn) {
    if (turn === now.shown && turn) return;
    now.shown = turn;
    for (const other of all(".dl-turn.dl-current", parts.turns)) other.classList.remove("dl-current");
    if (turn) turn.classList.add("dl-current");
    const held = turn && one(".dl-its-sources", turn);
    parts.sources.replaceChildren(held ? held.content.cloneNode(true) : parts.empty.cloneNode(true));
    parts.sources.scrollTop = 0;
  }

  function keepPlace() {
    if (now.conversation) sessionStorage.setItem("talk " + now.conversation, String(Math.round(parts.talk.scrollTop)));
  }

  // Asking ----------------------------------------------------------------------------------------------------------

  function limits() {
    const given = new FormData(parts.limits);
    return {
      publishers: given.getAll("publishers"),
      sections: given.getAll("sections"),
      published_from: given.get("published_from") || "",
      published_to: given.get("published_to") || "",
    };
  }

  // Called by the page's own controls with what is in the box; returns what is to be in it from now on.
  function ask(question) {
    question = (question || "").trim();
    if (!question || now.asking || !parts) return question;
    const insteadOf = now.editing;
    now.editing = "";
    put(question, insteadOf);
    return "";
  }

  async function put(question, insteadOf) {
    const away = insteadOf ? setAside(insteadOf) : [];
    const pending = waiting(question);
    one(".dl-welcome").hidden = true;
    parts.turns.append(pending);
    parts.talk.scrollTop = parts.talk.scrollHeight;
    now.asking = new AbortController();
    tell(says.searching);
    try {
      const body = { question, conversation: now.conversation, instead_of: insteadOf, ...limits() };
      await receive(body, pending, now.asking.signal);
    } catch (error) {
      failed(error, pending, question, away);
    } finally {
      now.asking = null;
    }
  }

  // The answer comes as lines of JSON; each is taken as soon as it is whole.
  function receive(body, pending, signal) {
    const request = new XMLHttpRequest();
    let taken = 0;
    const take = () => {
      if (request.status !== 200) return;
      const text = request.responseText;
      for (let end = text.indexOf("\n", taken); end >= 0; end = text.indexOf("\n", taken)) {
        const line = JSON.parse(text.slice(taken, end));
        taken = end + 1;
        if (line.turn) shown(line, pending);
        else if (line.problem) throw new Error(line.problem);
        else if (line.state) one(".dl-state", pending).textContent = line.state;
        else one(".dl-said", pending).append(line.text);
      }
    };
    return new Promise((done, fail) => {
      const trying = (work) => () => {
        try {
          work();
        } catch (error) {
          fail(error);
        }
      };
      request.onprogress = trying(take);
      request.onload = trying(() => {
        if (request.status !== 200) throw new Error(problemIn(request.responseText));
        take();
        if (pending.isConnected) throw new Error(says.lost);
        done();
      });
      request.onerror = () => fail(new Error(says.lost));
      request.onabort = () => fail(new DOMException("", "AbortError"));
      signal.addEventListener("abort", () => request.abort());
      request.open("POST", "/chat/ask");
      request.setRequestHeader("content-type", "application/json");
      request.send(JSON.stringify(body));
    });
  }

  function shown(line, pending) {
    const made = document.createElement("template");
    made.innerHTML = line.turn;
    const turn = made.content.firstElementChild;
    pending.replaceWith(turn);
    now.copies[line.id] = line.copy;
    if (line.conversation) {
      if (line.conversation.id !== now.conversation) {
        now.conversation = line.conversation.id;
        history.replaceState(null, "", "/?c=" + now.conversation + (article() ? location.hash : ""));
        document.title = `${line.conversation.title} · Dateline`;
      }
      now.version = line.conversation.updated_at;
      list([line.conversation, ...now.listed.filter((other) => other.id !== now.conversation)]);
    }
    now.shown = null;
    settle();
    // A long answer is read from its beginning.
    const over = turn.offsetHeight - parts.talk.clientHeight;
    parts.talk.scrollTop = over > 0 ? parts.talk.scrollHeight - turn.offsetHeight : parts.talk.scrollHeight;
    sources(turn);
    if (article()) close();
    tell(`${says.answered} ${one(".dl-said", turn).innerText}`);
    if (line.problem) tell(line.problem, true);
  }

  function failed(error, pending, question, away) {
    const stopped = error.name === "AbortError";
    const box = input();
    if (!stopped && box && !box.value) fill(question);
    pending.replaceWith(...away);
    for (const note of all(".dl-passing", parts.turns)) note.remove();
    const note = document.createElement("li");
    note.className = "dl-passing";
    const said = document.createElement("p");
    said.className = "dl-problem";
    said.textContent = stopped ? says.stopped : error.message;
    note.append(said);
    parts.turns.append(note);
    parts.talk.scrollTop = parts.talk.scrollHeight;
    tell(said.textContent);
  }

  function setAside(id) {
    const every = all(":scope > li", parts.turns);
    const at = every.findIndex((turn) => turn.dataset.turn === id);
    const away = at < 0 ? [] : every.slice(at);
    for (const turn of away) turn.remove();
    return away;
  }

  function waiting(question) {
    for (const note of all(".dl-passing", parts.turns)) note.remove();
    const item = document.createElement("li");
    item.className = "dl-turn dl-pending";
    item.innerHTML =
      '<div class="dl-question"><p dir="auto"></p></div><div class="dl-answer"><div class="dl-said" dir="auto"></div>' +
      '<p class="dl-waiting"><span class="dl-state"></span> <button type="button" class="dl-action" data-do="stop">' +
      "</button></p></div>";
    one(".dl-question p", item).textContent = question;
    one(".dl-state", item).textContent = says.searching;
    one("button", item).textContent = says.stop;
    return item;
  }

  function input() {
    return one("#dl-controls textarea");
  }

  function fill(text) {
    const box = input();
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  }

  // Articles beside the conversation --------------------------------------------------------------------------------

  function article() {
    return location.hash.startsWith("#/articles/") ? location.hash.slice(1) : "";
  }

  function open(link) {
    const address = link.getAttribute("href");
    sessionStorage.removeItem("place " + address);
    now.opener = link;
    if (article() === address) show(true);
    else {
      history.pushState(null, "", location.pathname + location.search + "#" + address);
      show();
    }
    tell(says.opened);
  }

  function close() {
    if (article()) history.pushState(null, "", location.pathname + location.search);
    show();
    if (now.opener && now.opener.isConnected) now.opener.focus();
  }

  function show(again = false) {
    const address = article();
    document.body.classList.toggle("dl-reading", Boolean(address));
    parts.bar.hidden = !address && !document.body.classList.contains("dl-sheet");
    parts.frame.hidden = !address;
    parts.sources.hidden = Boolean(address);
    one("#dl-alone").hidden = !address;
    if (!address) return;
    one("#dl-alone").href = address;
    const there = parts.frame.contentWindow.location;
    if (again || there.pathname + there.search + there.hash !== address) there.replace(address);
  }

  function sheet(on) {
    document.body.classList.toggle("dl-sheet", on);
    parts.bar.hidden = !on && !article();
    if (on) parts.sources.focus();
  }

  // What a number quotes, when it is pointed at or reached ----------------------------------------------------------

  function peek(link) {
    unpeek();
    const tip = document.getElementById(link.getAttribute("aria-describedby") || "");
    if (!tip) return;
    tip.hidden = false;
    const at = link.getBoundingClientRect();
    const size = tip.getBoundingClientRect();
    const left = Math.max(8, Math.min(at.left - 16, innerWidth - size.width - 8));
    const below = at.bottom + 4 + size.height < innerHeight;
    tip.style.left = `${left}px`;
    tip.style.top = `${below ? at.bottom + 2 : Math.max(8, at.top - size.height - 2)}px`;
    const turn = link.closest(".dl-turn");
    if (turn) sources(turn);
    const number = link.textContent;
    for (const card of all(".dl-card", parts.sources)) {
      const its = one(".dl-number", card);
      card.classList.toggle("dl-pointed", Boolean(its) && its.textContent === number);
    }
  }

  function unpeek() {
    for (const tip of all(".dl-peek:not([hidden])")) tip.hidden = true;
    for (const card of all(".dl-pointed")) card.classList.remove("dl-pointed");
  }

  // Conversations ---------------------------------------------------------------------------------------------------

  function list(conversations) {
    now.listed = conversations;
    const items = conversations.map((conversation) => {
      const item = one("#dl-listed").content.firstElementChild.cloneNode(true);
      item.dataset.id = conversation.id;
      const link = one("a.dl-title", item);
      link.textContent = conversation.title;
      link.dataset.id = conversation.id;
      link.dir = "auto";
      link.href = "/?c=" + conversation.id;
      for (const file of all("a[data-as]", item)) file.href = `/conversations/${conversation.id}?as=${file.dataset.as}`;
      return item;
    });
    one("#dl-list ol").replaceChildren(...items);
    one("#dl-list .dl-empty").hidden = items.length > 0;
    settle();
  }

  async function go(conversation, push = true) {
    if (now.asking) now.asking.abort();
    keepPlace();
    try {
      const state = await call(stateOf(conversation));
      if (push) history.pushState(null, "", conversation ? "/?c=" + conversation : "/");
      showState(state);
      show();
      toggleList(false);
    } catch (error) {
      tell(error.message, true);
    }
  }

  function toggleList(on) {
    const menu = one("#dl-list");
    menu.hidden = !on;
    const opener = one('[data-do="list"]');
    opener.setAttribute("aria-expanded", String(on));
    document.body.classList.toggle("dl-listing", on);
    if (on) (one("a", menu) || menu).focus();
  }

  function rename(item) {
    const link = one("a.dl-title", item);
    const field = document.createElement("input");
    field.value = link.textContent;
    field.maxLength = 80;
    field.className = "dl-title";
    field.setAttribute("aria-label", says.rename);
    link.hidden = true;
    link.after(field);
    field.focus();
    field.select();
    let over = false;
    const end = async (keep) => {
      if (over) return; // removing the field takes its focus away, which ends it once more
      over = true;
      const title = field.value.trim();
      field.remove();
      link.hidden = false;
      if (!keep || !title || title === link.textContent) return;
      try {
        const renamed = await call(`/chat/conversations/${item.dataset.id}/title`, "POST", { title });
        list(now.listed.map((other) => (other.id === renamed.id ? { ...other, title: renamed.title } : other)));
        if (renamed.id === now.conversation) document.title = `${renamed.title} · Dateline`;
        tell(says.renamed, true);
      } catch (error) {
        tell(error.message, true);
      }
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === "Escape") {
        event.preventDefault();
        event.stopPropagation();
        end(event.key === "Enter").then(() => link.focus());
      }
    });
    field.addEventListener("blur", () => end(true));
  }

  function remove(item) {
    const sure = one("#dl-sure");
    sure.returnValue = "no";
    sure.onclose = async () => {
      if (sure.returnValue !== "yes") return;
      try {
        await call("/chat/conversations/" + item.dataset.id, "DELETE");
        list(now.listed.filter((other) => other.id !== item.dataset.id));
        if (item.dataset.id === now.conversation) await go("");
        tell(says.deleted, true);
      } catch (error) {
        tell(error.message, true);
      }
    };
    sure.showModal();
  }

  // What can be done with an answer ---------------------------------------------------------------------------------

  async function copy(text, done) {
    let copied = false;
    try {
      await navigator.clipboard.writeText(text);
      copied = true;
    } catch {
      // Pages that are not https may not use the clipboard; an old way still works there.
      const field = document.createElement("textarea");
      field.value = text;
      document.body.append(field);
      field.select();
      copied = document.execCommand("copy");
      field.remove();
    }
    tell(copied ? done : says.copy_failed, true);
  }

  async function rate(turn, rating, reason = "", quiet = false) {
    try {
      await call(`/chat/turns/${turn.dataset.turn}/rating`, "POST", { rating, reason });
      one('[data-do="good"]', turn).setAttribute("aria-pressed", String(rating === 1));
      one('[data-do="bad"]', turn).setAttribute("aria-pressed", String(rating === -1));
      if (!quiet) tell(says.thanks, true);
    } catch (error) {
      tell(error.message, true);
    }
  }

  function bad(turn, on) {
    const why = one(".dl-why", turn);
    why.hidden = !on;
    rate(turn, on ? -1 : 0, "", true);
    if (!on) return;
    one("input", why).focus();
    why.scrollIntoView({ block: "nearest" });
  }

  const deeds = {
    list: () => toggleList(one("#dl-list").hidden),
    new: () => go("").then(() => input().focus()),
    try: (button) => ask(button.textContent),
    stop: () => now.asking && now.asking.abort(),
    close: () => (document.body.classList.contains("dl-sheet") && !article() ? sheet(false) : close()),
    sources: (button) => {
      sources(button.closest(".dl-turn"));
      if (article()) close();
      sheet(true);
    },
    copy: (button) => copy(now.copies[button.closest(".dl-turn").dataset.turn] || "", says.copied),
    link: (link) => copy(link.href, says.linked),
    edit: (button) => {
      now.editing = button.closest(".dl-turn").dataset.turn;
      fill(one(".dl-question p", button.closest(".dl-turn")).textContent);
      tell(says.editing, true);
    },
    again: (button) => {
      const turn = button.closest(".dl-turn");
      if (!now.asking) put(one(".dl-question p", turn).textContent, turn.dataset.turn);
    },
    good: (button) => {
      const turn = button.closest(".dl-turn");
      one(".dl-why", turn).hidden = true;
      rate(turn, button.getAttribute("aria-pressed") === "true" ? 0 : 1);
    },
    bad: (button) => bad(button.closest(".dl-turn"), button.getAttribute("aria-pressed") !== "true"),
    rename: (button) => rename(button.closest("li")),
    delete: (button) => remove(button.closest("li")),
    clear: () => {
      parts.limits.reset();
      limited();
      tell(says.cleared);
      one("summary", parts.limits).focus();
    },
  };

  function limited() {
    for (const group of all("details", parts.limits)) {
      const chosen = all("input:checked", group).length || all('input[type="date"]', group).filter((at) => at.value).length;
      group.classList.toggle("dl-chosen", chosen > 0);
      one(".dl-chosen-count", group).textContent = chosen ? ` · ${chosen}` : "";
    }
    const clear = one('[data-do="clear"]', parts.limits);
    if (clear) clear.hidden = !one(".dl-chosen", parts.limits);
  }

  // Events ----------------------------------------------------------------------------------------------------------

  function clicked(event) {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || event.button);
    const deed = event.target.closest("[data-do]");
    if (deed && plain && deeds[deed.dataset.do]) {
      event.preventDefault();
      deeds[deed.dataset.do](deed);
      return;
    }
    const link = event.target.closest("a");
    if (link && plain && link.matches(".dl-cite, .dl-open")) {
      event.preventDefault();
      unpeek();
      open(link);
    } else if (link && plain && link.matches("a.dl-title")) {
      event.preventDefault();
      go(link.dataset.id);
    }
    for (const group of all("details[open]", parts.limits)) if (!group.contains(event.target)) group.open = false;
    if (!one("#dl-list").hidden && !event.target.closest("#dl-list")) toggleList(false);
  }

  function escaped(event) {
    if (event.key !== "Escape") return;
    const open = one("details[open]", parts.limits);
    if (one(".dl-peek:not([hidden])")) unpeek();
    else if (open) {
      open.open = false;
      one("summary", open).focus();
    } else if (!one("#dl-list").hidden) {
      toggleList(false);
      one('[data-do="list"]').focus();
    } else if (article()) close();
    else if (document.body.classList.contains("dl-sheet")) sheet(false);
  }

  function gutter() {
    document.documentElement.style.setProperty("--dl-gutter", `${parts.talk.offsetWidth - parts.talk.clientWidth}px`);
  }

  function listen() {
    gutter();
    window.addEventListener("resize", gutter);
    document.addEventListener("click", clicked);
    document.addEventListener("keydown", escaped);
    const cite = (event) => event.target.closest && event.target.closest("a.dl-cite");
    document.addEventListener("focusin", (event) => (cite(event) ? peek(cite(event)) : unpeek()));
    document.addEventListener("pointerover", (event) => {
      if (cite(event) && event.pointerType !== "touch") peek(cite(event));
      // The quote stays while the pointer is on it, so that it can be read and copied.
      else if (!event.target.closest(".dl-peek")) unpeek();
    });
    let frame = 0;
    parts.talk.addEventListener("scroll", () => {
      unpeek();
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        keepPlace();
        if (!now.asking) follow();
      });
    });
    parts.limits.addEventListener("change", limited);
    parts.limits.addEventListener("submit", (event) => event.preventDefault());
    parts.turns.addEventListener("submit", (event) => {
      event.preventDefault();
      const form = event.target;
      const chosen = one("input:checked", form);
      const more = one('input[type="text"]', form).value.trim();
      form.hidden = true;
      rate(form.closest(".dl-turn"), -1, [chosen ? chosen.value : "", more].filter(Boolean).join(": "));
    });
    addEventListener("popstate", () => (wanted() === now.conversation ? show() : go(wanted(), false)));
    addEventListener("message", (event) => {
      if (event.origin === location.origin && event.data === "dateline close" && article()) close();
    });
    document.addEventListener("visibilitychange", refresh);
  }

  // Another tab may have gone on with the conversation.
  async function refresh() {
    if (document.hidden || now.asking || !now.conversation) return;
    try {
      const state = await call(stateOf(now.conversation));
      if (now.asking) return;
      list(state.conversations);
      if (!state.conversation || state.conversation.updated_at !== now.version) turns(state);
    } catch {
      // The server may be away for a moment; the next question says so.
    }
  }

  async function begin() {
    parts = {
      talk: one(".dl-talk"),
      turns: one("ol.dl-turns"),
      limits: one("form.dl-limits"),
      sources: one(".dl-sources"),
      frame: one('iframe[name="dl-reader"]'),
      bar: one(".dl-side-bar"),
      empty: one(".dl-sources .dl-empty").cloneNode(true),
    };
    says = JSON.parse(one(".dl-bar").dataset.texts);
    now.listed = [];
    input().dir = "auto";
    listen();
    try {
      showState(await loading);
    } catch {
      tell(says.lost, true);
    }
    show();
    document.body.classList.add("dl-ready");
    if (!article()) input().focus({ preventScroll: true });
  }

  window.dateline = { ask };

  // Gradio draws the page after this script has run.
  const needed = [".dl-sources", ".dl-bar", "form.dl-limits", "#dl-controls textarea"];
  const look = () => {
    if (parts || !needed.every((name) => one(name))) return;
    watch.disconnect();
    begin();
  };
  const watch = new MutationObserver(look);
  watch.observe(document.documentElement, { childList: true, subtree: true });
  look();
})();
