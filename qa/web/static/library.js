// The page of the articles: sends files and addresses, follows what becomes of them, finds and removes articles.
// All HTML comes from the server, made there of escaped text; what this script adds itself it adds as text.
"use strict";

(() => {
  const one = (query, within = document) => within.querySelector(query);
  const all = (query, within = document) => Array.from(within.querySelectorAll(query));
  const says = JSON.parse(one("main").dataset.texts);
  const add = one("#add");
  const LOOK_MS = 700;
  let looking = 0;

  function tell(text) {
    one("#said").textContent = text;
  }

  function problem(text) {
    const place = one("#problem");
    place.textContent = text;
    place.hidden = !text;
  }

  function problemIn(text) {
    try {
      return JSON.parse(text).error.message;
    } catch {
      return says.lost;
    }
  }

  async function call(path, method = "GET") {
    let answer;
    try {
      answer = await fetch(path, { method });
    } catch {
      throw new Error(says.lost);
    }
    const text = await answer.text();
    if (!answer.ok) throw new Error(problemIn(text));
    return text;
  }

  // The list --------------------------------------------------------------------------------------------------------

  async function list(address) {
    const text = await call(address);
    const found = one("#list", new DOMParser().parseFromString(text, "text/html"));
    if (found) one("#list").replaceWith(document.adoptNode(found));
    tell(one("#list .facts").textContent);
  }

  function relist() {
    return list(location.pathname + location.search).catch((error) => tell(error.message));
  }

  function searched(push) {
    const words = one("#q").value.trim();
    const address = words ? "/articles?" + new URLSearchParams({ q: words }) : "/articles";
    if (push) history.pushState(null, "", address);
    else history.replaceState(null, "", address);
    return relist();
  }

  // Adding ----------------------------------------------------------------------------------------------------------

  function send(event) {
    event.preventDefault();
    problem("");
    const files = Array.from(one("#files").files);
    const form = new FormData();
    for (const file of files) form.append("files", file);
    for (const name of ["urls", "publisher"]) {
      const value = one("#" + name).value.trim();
      if (value) form.append(name, value);
    }
    if (!files.length && !form.has("urls")) {
      problem(says.nothing);
      one("#files").focus();
      return;
    }
    const most = Number(add.dataset.most);
    if (files.reduce((sum, file) => sum + file.size, 0) > most * 1e6) {
      problem(says.too_large);
      return;
    }
    deliver(form);
  }

  function deliver(form) {
    const request = new XMLHttpRequest();
    const sending = one("#sending");
    const button = one("button.main", add);
    const over = (failed) => {
      sending.hidden = true;
      button.disabled = false;
      if (failed) problem(failed);
      else add.reset();
      look();
    };
    sending.hidden = false;
    button.disabled = true;
    tell(says.sending);
    request.upload.onprogress = (event) => {
      const bar = one("progress", sending);
      bar.max = event.total;
      bar.value = event.loaded;
      one("span", sending).textContent = `${says.sending} ${Math.round((100 * event.loaded) / event.total)} %`;
    };
    request.onload = () => over(request.status < 300 ? "" : problemIn(request.responseText));
    request.onerror = () => over(says.lost);
    request.open("POST", "/api/v1/articles?wait=0");
    request.send(form);
  }

  // What is being added, looked at until all of it has ended.
  async function look() {
    const place = one("#ingestions");
    if (!place || looking) return;
    looking = 1;
    const before = new Map(all(".job", place).map((job) => [job.dataset.id, job.dataset.state]));
    try {
      show(place, await call("/library/ingestions"));
    } catch (error) {
      if (before.size) tell(error.message);
    }
    const ended = all(".job", place).filter((job) => !goesOn(job.dataset.state));
    const news = ended.filter((job) => before.has(job.dataset.id) ? goesOn(before.get(job.dataset.id)) : place.dataset.begun);
    place.dataset.begun = "yes";
    if (news.length) await relist();
    for (const job of news) tell(one(".outcome", job).textContent);
    looking = 0;
    if (all(".job", place).some((job) => goesOn(job.dataset.state))) setTimeout(look, LOOK_MS);
  }

  function goesOn(state) {
    return state === "waiting" || state === "running";
  }

  // Each is replaced by itself and only when it has changed, so that a button keeps its focus.
  function show(place, html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    const held = new Map(all(".job", place).map((job) => [job.dataset.id, job]));
    const items = all(".job", made.content).map((fresh) => {
      const old = held.get(fresh.dataset.id);
      if (!old) return fresh;
      if (old.dataset.state === fresh.dataset.state && goesOn(old.dataset.state)) {
        one("span", old).textContent = one("span", fresh).textContent;
        return old;
      }
      if (old.dataset.state === fresh.dataset.state) return old;
      const had = old.contains(document.activeElement);
      old.replaceWith(fresh);
      if (had) {
        fresh.tabIndex = -1;
        fresh.focus();
      }
      return fresh;
    });
    items.forEach((item, at) => {
      if (place.children[at] !== item) place.insertBefore(item, place.children[at] || null);
    });
    for (const extra of Array.from(place.children).slice(items.length)) extra.remove();
  }

  // Removing --------------------------------------------------------------------------------------------------------

  async function remove(button) {
    const item = button.closest("li");
    try {
      const { says: sentences } = JSON.parse(await call("/library/mentions/" + encodeURIComponent(item.dataset.id)));
      if (!(await sure(sentences))) {
        button.focus();
        return;
      }
      tell(says.removing);
      await call("/api/v1/articles/" + encodeURIComponent(item.dataset.id), "DELETE");
      const place = all(".articles li").indexOf(item);
      await relist();
      const left = all('.articles [data-do="remove"]');
      (left[Math.min(place, left.length - 1)] || one("#q")).focus();
      tell(says.removed);
    } catch (error) {
      warn(error.message);
    }
  }

  function dialog(sentences, buttons) {
    const box = document.createElement("dialog");
    box.setAttribute("aria-label", says.remove);
    for (const sentence of sentences) {
      const line = document.createElement("p");
      line.dir = "auto";
      line.textContent = sentence;
      box.append(line);
    }
    const row = document.createElement("form");
    row.method = "dialog";
    row.className = "row";
    for (const [value, label, kind] of buttons) {
      const button = document.createElement("button");
      button.value = value;
      button.textContent = label;
      if (kind) button.className = kind;
      row.append(button);
    }
    box.append(row);
    document.body.append(box);
    return new Promise((done) => {
      box.addEventListener("close", () => {
        box.remove();
        done(box.returnValue === "yes");
      });
      box.showModal();
    });
  }

  function sure(sentences) {
    return dialog(sentences, [["no", says.keep], ["yes", says.remove, "danger"]]);
  }

  function warn(sentence) {
    return dialog([sentence], [["no", says.close]]);
  }

  async function cancel(button) {
    button.disabled = true;
    try {
      await call("/api/v1/ingestions/" + button.closest(".job").dataset.id, "DELETE");
      tell(says.stopping);
    } catch (error) {
      tell(error.message);
    }
    look();
  }

  // Events ----------------------------------------------------------------------------------------------------------

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (button) ({ remove, cancel })[button.dataset.do](button);
  });
  one("#search").addEventListener("submit", (event) => {
    event.preventDefault();
    searched(true);
  });
  let typing = 0;
  one("#q").addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => searched(false), 250);
  });
  addEventListener("popstate", () => {
    one("#q").value = new URLSearchParams(location.search).get("q") || "";
    relist();
  });
  if (add) {
    add.addEventListener("submit", send);
    const drop = one(".drop");
    const over = (on) => drop.classList.toggle("over", on);
    addEventListener("dragover", (event) => {
      event.preventDefault();
      over(true);
    });
    addEventListener("dragleave", (event) => event.relatedTarget || over(false));
    addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      if (event.dataTransfer.files.length) one("#files").files = event.dataTransfer.files;
    });
    look();
  }
})();
