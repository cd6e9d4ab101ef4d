// Marks the place that the fragment #c-START-END names, scrolls to it, and leads from one cited sentence to the next.
// Offsets count code points of the stored text; strings here count UTF-16 units, so that every character beyond the
// first plane has to be counted twice.
"use strict";

function unitsOf(text, codePoints) {
  let units = 0;
  for (const character of text) {
    if (codePoints-- <= 0) break;
    units += character.length;
  }
  return units;
}

function unmark(root) {
  for (const mark of root.querySelectorAll("mark")) mark.replaceWith(...mark.childNodes);
  root.normalize();
}

function markIn(paragraph, start, end) {
  const text = paragraph.firstChild;
  const offset = Number(paragraph.dataset.start);
  if (!text) return null;
  const first = unitsOf(text.data, start - offset);
  const last = unitsOf(text.data, end - offset);
  if (first >= last) return null;
  const range = document.createRange();
  range.setStart(text, first);
  range.setEnd(text, last);
  const mark = document.createElement("mark");
  range.surroundContents(mark);
  return mark;
}

// Where the reader was when this very place was left, for reloading and for coming back.
const beside = window.parent !== window;
function place() {
  return "place " + location.pathname + location.search + location.hash;
}

function cameBack() {
  const [how] = performance.getEntriesByType("navigation");
  return beside || (how && how.type !== "navigate");
}

function kept(change) {
  try {
    return change();
  } catch {
    return null; // storage can be forbidden
  }
}

function show(event) {
  const named = /^#c-(\d{1,9})-(\d{1,9})$/.exec(location.hash);
  const root = document.getElementById("text");
  if (!named || !root) {
    // The part behind "#" is lost where somebody had to sign in first.
    const first = root && !location.hash && !cameBack() && root.querySelector("mark");
    if (first) first.scrollIntoView({ block: "center" });
    return;
  }
  const name = location.hash.slice(1);
  let target = document.getElementById(name);
  if (!target) {
    unmark(root);
    const marks = Array.from(root.querySelectorAll("p[data-start]"), (paragraph) =>
      markIn(paragraph, Number(named[1]), Number(named[2]))
    ).filter(Boolean);
    if (!marks.length) return;
    target = marks[0];
    target.id = name;
  }
  for (const link of document.querySelectorAll(".steps a")) {
    if (link.hash === location.hash) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  for (const mark of root.querySelectorAll("mark")) mark.classList.toggle("here", mark === target);
  target.tabIndex = -1;
  const before = !event && cameBack() ? kept(() => sessionStorage.getItem(place())) : null;
  if (before === null) target.scrollIntoView({ block: "center" });
  else window.scrollTo(0, Number(before));
  target.focus({ preventScroll: true });
}

function step(by) {
  const links = Array.from(document.querySelectorAll(".steps a"));
  const at = links.findIndex((link) => link.hash === location.hash);
  const next = links[(at + by + links.length) % links.length];
  if (next) location.replace(next.hash);
}

if (beside) document.documentElement.classList.add("beside");
addEventListener("hashchange", show);
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-step]");
  if (button) step(Number(button.dataset.step));
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && beside) window.parent.postMessage("dateline close", location.origin);
});
addEventListener("load", () => {
  show();
  let waits = 0;
  addEventListener("scroll", () => {
    clearTimeout(waits);
    waits = setTimeout(() => kept(() => sessionStorage.setItem(place(), String(Math.round(window.scrollY)))), 100);
  });
});
