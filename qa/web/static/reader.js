// Marks the place that the fragment #c-START-END names and scrolls to it. Offsets count code points of the stored
// text; strings here count UTF-16 units, so that every character beyond the first plane has to be counted twice.
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

function show() {
  const place = /^#c-(\d{1,9})-(\d{1,9})$/.exec(location.hash);
  const root = document.getElementById("text");
  if (!place || !root) return;
  const name = location.hash.slice(1);
  let target = document.getElementById(name);
  if (!target) {
    unmark(root);
    const marks = Array.from(root.querySelectorAll("p[data-start]"), (paragraph) =>
      markIn(paragraph, Number(place[1]), Number(place[2]))
    ).filter(Boolean);
    if (!marks.length) return;
    target = marks[0];
    target.id = name;
  }
  target.tabIndex = -1;
  target.scrollIntoView({ block: "center" });
  target.focus({ preventScroll: true });
}

addEventListener("hashchange", show);
show();
