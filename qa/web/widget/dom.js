// Elements made one by one. Text becomes text and nothing else: there is no way from a string to markup here.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  chat: "M4 5.5h16v11h-8.5L7 20v-3.5H4zM8 9.5h8M8 12.5h5",
  close: "M6 6l12 12M18 6L6 18",
  fresh: "M12 5v14M5 12h14",
};

// What the document itself has under a name: a page's <img name="createElement"> would otherwise stand in its place.
function own(name) {
  return Reflect.get(Document.prototype, name, document);
}

function make(tag, properties, ...children) {
  const element = own("createElement").call(document, tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name === "text") element.textContent = value;
    else if (name === "click") element.addEventListener("click", value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null && child !== ""));
  return element;
}

function icon(name) {
  const svg = own("createElementNS").call(document, SVG, "svg");
  for (const [key, value] of [["viewBox", "0 0 24 24"], ["aria-hidden", "true"], ["class", "icon"]]) {
    svg.setAttribute(key, value);
  }
  const path = own("createElementNS").call(document, SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function iconButton(name, label, click) {
  return make("button", { type: "button", class: "tool", "aria-label": label, title: label, click }, icon(name));
}

// A stretch of text that cannot reorder what stands beside it, whatever direction marks it holds.
function isolated(text) {
  return make("bdi", { text });
}

// The same where the text decides the direction of the paragraph around it, which it could not from within a <bdi>.
function apart(text) {
  return make("span", { class: "apart", text });
}

function button(label, kind, click) {
  return make("button", { type: "button", class: kind, text: label, click });
}

function hidden(text) {
  return make("span", { class: "hidden", text });
}
