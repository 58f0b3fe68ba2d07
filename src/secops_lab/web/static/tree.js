// JSON as a collapsible tree. Branches are created when they are opened, so a large result opens quickly.
"use strict";
const MOST_BRANCHES = 200;
const HIDDEN_CHARACTER = /([\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}])/u;

function element(tag, name, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
}

// Text with code points instead of invisible characters.
function putText(node, text) {
  for (const piece of text.split(HIDDEN_CHARACTER)) {
    if (!HIDDEN_CHARACTER.test(piece)) { node.append(piece); continue; }
    const point = piece.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
    node.append(element("span", "hidden-char", "U+" + point));
  }
  return node;
}

// A whole number that JavaScript cannot represent exactly is shown with all digits, if the browser provides them.
function exactly(_, value, context) {
  const rounded = Number.isInteger(value) && !Number.isSafeInteger(value);
  return rounded && /^-?\d+$/.test(context?.source) ? BigInt(context.source) : value;
}

function leaf(value) {
  const text = String(value);
  const node = putText(element("span", "json-" + (value === null ? "null" : typeof value)), text.slice(0, 2000));
  if (text.length > 2000) node.append(element("span", "faint", " … (" + text.length.toLocaleString("en") + " characters)"));
  return node;
}

function branches(entries, list) {
  for (const [key, value] of entries.slice(0, MOST_BRANCHES)) list.append(branch(key, value));
  if (entries.length <= MOST_BRANCHES) return;
  const rest = entries.slice(MOST_BRANCHES);
  const item = element("li");
  const more = element("button", "", "Show more (" + rest.length.toLocaleString("en") + ")");
  more.type = "button";
  more.addEventListener("click", () => { item.remove(); branches(rest, list); });
  item.append(more);
  list.append(item);
}

function branch(key, value) {
  const item = element("li");
  const name = putText(element("span", "json-key"), key.slice(0, 300));
  if (value === null || typeof value !== "object") {
    item.append(name, ": ", leaf(value));
    return item;
  }
  const entries = Object.entries(value);
  const size = Array.isArray(value) ? "[" + entries.length + "]" : "{" + entries.length + "}";
  if (!entries.length) {
    item.append(name, ": ", element("span", "faint", size));
    return item;
  }
  const fold = element("details");
  const summary = element("summary");
  summary.append(name, " ", element("span", "faint", size));
  fold.append(summary);
  fold.addEventListener("toggle", () => {
    if (fold.childElementCount > 1) return;
    const list = element("ul");
    branches(entries, list);
    fold.append(list);
  });
  item.append(fold);
  return item;
}

async function drawTree(place) {
  place.dataset.drawn = "yes";
  const response = await fetch(place.dataset.json);
  if (!response.ok) throw new Error("HTTP status " + response.status);
  const list = element("ul");
  branches([["result", JSON.parse(await response.text(), exactly)]], list);
  list.querySelector("details")?.setAttribute("open", "");
  place.replaceChildren(list);
}

function showNotLoaded(place) {
  delete place.dataset.drawn;
  const message = element("p", "problem", "Not loaded. Close this section and open it again.");
  message.setAttribute("role", "alert");
  place.replaceChildren(message);
}

// A tree is loaded when its section is opened, or was opened before this script ran.
function drawOpened(fold) {
  const place = fold.open ? fold.querySelector(":scope > .json") : null;
  if (place && !place.dataset.drawn) drawTree(place).catch(() => showNotLoaded(place));
}
document.addEventListener("toggle", (event) => drawOpened(event.target), true);
document.querySelectorAll("details[open]").forEach(drawOpened);
