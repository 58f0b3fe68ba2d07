
// The small parts of the page. No markup is parsed: the code creates elements and sets their text.
const SIGNS = { malicious: "✕", suspicious: "!", clean: "✓", done: "✓", unknown: "?", pending: "…", failed: "⚠", empty: "–" };
const WORDS = { ...VERDICTS, ...STATES };
// The states by urgency for an analyst; all counts and lists use this order.
const URGENCY = ["malicious", "suspicious", "failed", "pending", "clean", "done", "unknown", "empty"];
const copies = new WeakMap();

function el(tag, name, ...children) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  node.append(...children.filter((child) => child !== null));
  return node;
}

const show = (tag, name, value) => put(el(tag, name), value);

// Each row has a badge, and only a few badges differ: each is created once and then copied.
const badges = new Map();
function badge(kind, word, size) {
  const key = kind + word + size;
  if (!badges.has(key)) {
    const sign = el("span", "", SIGNS[kind]);
    sign.setAttribute("aria-hidden", "true");
    badges.set(key, el("span", "badge " + kind + (size ? " " + size : ""), sign, word));
  }
  return badges.get(key).cloneNode(true);
}

const verdictBadge = (verdict, size) => badge(verdict, VERDICTS[verdict], size);
const kindOf = (entry) => entry.kind || (entry.state === "done" ? entry.verdict : entry.state);
const wordOf = (entry) => entry.word || WORDS[kindOf(entry)];
// A preliminary verdict counts, even if the analysis failed or is not finished.
function urgencyOf(entry) {
  const ofState = URGENCY.indexOf(kindOf(entry));
  return entry.verdict === "unknown" ? ofState : Math.min(ofState, URGENCY.indexOf(entry.verdict));
}

const stateBadge = (entry, size) => badge(kindOf(entry), wordOf(entry), size);

function copyButton(word, text, about) {
  const button = el("button", "", word);
  button.setAttribute("aria-label", word + ": " + about.slice(0, 80));
  copies.set(button, text);
  return button;
}

// The link to a report, or null if the address is not one of the web.
function reportLink(value, about) {
  const address = safeLink(value);
  if (!address) return null;
  const link = el("a", "link", "Open report");
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.setAttribute("aria-label", "Open report" + about + " in VMRay, new tab");
  return link;
}

function chips(label, values) {
  const texts = asTexts(values);
  if (!texts.length) return null;
  const line = el("p", "", el("span", "faint", label + " "));
  for (const text of texts.slice(0, 50)) line.append(show("span", "chip name", text));
  if (texts.length > 50) line.append(el("span", "faint", "and " + count(texts.length - 50) + " more"));
  return line;
}

// The first rows of a list; a button shows the others, so that a large result opens quickly.
function rows(items, draw, most) {
  const list = el("ul", "rows", ...items.slice(0, most).map(draw));
  if (items.length <= most) return [list];
  const more = el("button", "", "Show the other " + count(items.length - most));
  more.type = "button";
  more.addEventListener("click", () => {
    const next = items.slice(most).map(draw);
    list.append(...next);
    more.remove();
    next[0].tabIndex = -1;
    next[0].focus();
  });
  return [list, more];
}

// The message stays until the next key or click, because reading times differ.
function say(text) {
  document.getElementById("said").textContent = text;
}
for (const next of ["keydown", "pointerdown"]) addEventListener(next, () => say(""));

// Copying through the copy event keeps every character, needs no permission and works in a sandboxed frame;
// the clipboard interface is for browsers without the copy event.
function copyText(text) {
  let taken = false;
  const give = (event) => {
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    taken = true;
  };
  document.addEventListener("copy", give);
  try { document.execCommand("copy"); } catch (_) { taken = false; }
  document.removeEventListener("copy", give);
  if (taken) return Promise.resolve();
  return navigator.clipboard ? navigator.clipboard.writeText(text) : Promise.reject(new Error("no clipboard"));
}

