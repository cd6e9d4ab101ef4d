"use strict";
// Shows only the questions that match the filters; everything is in the page already.
const cases = Array.from(document.querySelectorAll(".case"));
const words = document.getElementById("words");
const selects = Array.from(document.querySelectorAll("select[data-by]"));
const shown = document.getElementById("shown");

function filter() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const entry of cases) {
    const text = entry.textContent.toLowerCase();
    const fits = wanted.every((word) => text.includes(word)) &&
      selects.every((select) => !select.value || entry.getAttribute("data-" + select.dataset.by) === select.value);
    entry.hidden = !fits;
    count += fits ? 1 : 0;
  }
  shown.textContent = count + " of " + cases.length + " shown";
}

if (words) {
  words.addEventListener("input", filter);
  for (const select of selects) select.addEventListener("change", filter);
  words.form.addEventListener("submit", (event) => event.preventDefault());
  filter();
}
