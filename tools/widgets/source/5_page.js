
// The whole widget: the bar of subjects, one panel, the theme.
function summaryOf(entries, nouns) {
  const numbers = new Map();
  for (const entry of entries) numbers.set(wordOf(entry), (numbers.get(wordOf(entry)) || 0) + 1);
  return count(entries.length) + " " + nouns + ": " + [...numbers].map(([word, number]) => count(number) + " " + word.toLowerCase()).join(", ");
}

function drawTabs(entries, panel, draw) {
  const list = el("div", "tabs");
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Results");
  const tabs = entries.map((entry, at) => {
    const tab = el("button", "", stateBadge(entry), show("span", "name", entry.label.slice(0, 200)));
    tab.type = "button";
    tab.id = "tab" + at;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    return tab;
  });
  const choose = (at, focus) => {
    tabs.forEach((tab, other) => { tab.setAttribute("aria-selected", String(other === at)); tab.tabIndex = other === at ? 0 : -1; });
    panel.setAttribute("aria-labelledby", "tab" + at);
    draw(entries.at(at));
    if (focus) tabs.at(at).focus();
  };
  list.addEventListener("click", (event) => {
    const at = tabs.indexOf(event.target.closest("button"));
    if (at >= 0) choose(at, true);
  });
  list.addEventListener("keydown", (event) => {
    const { key } = event;
    const at = tabs.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: tabs.length - 1 };
    if (at < 0 || !has(to, key)) return;
    event.preventDefault();
    choose((to[key] + tabs.length) % tabs.length, true);
  });
  list.append(...tabs);
  choose(0, false);
  return list;
}

// A frame without an origin cannot store anything; it uses the system's theme.
function remembered(theme) {
  try {
    if (theme) localStorage.setItem("vmray-theme", theme);
    return localStorage.getItem("vmray-theme");
  } catch (_) {
    return theme;
  }
}

function themeButton() {
  const root = document.documentElement;
  const button = el("button", "");
  button.type = "button";
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const name = () => { button.textContent = dark() ? "Light theme" : "Dark theme"; };
  // The page around the widget may pass its theme in the frame's address, `#dark` or `#light`.
  const take = (theme) => { if (theme === "dark" || theme === "light") root.dataset.theme = theme; name(); };
  button.addEventListener("click", () => {
    root.dataset.theme = dark() ? "light" : "dark";
    remembered(root.dataset.theme);
    name();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", name);
  addEventListener("hashchange", () => take(location.hash.slice(1)));
  take(remembered());
  take(location.hash.slice(1));
  return button;
}

function drawResult(entries, raw) {
  const { noun, nouns } = document.body.dataset;
  const title = el("h1", "", document.title);
  const bar = el("div", "bar", title, themeButton());
  if (!entries) return [bar, el("p", "", "The action has given no result that this widget can read.")];
  const before = drawn("before", raw);
  const after = drawn("after", raw);
  if (!entries.length && before.length + after.length) return [bar, ...before, ...after];
  if (!entries.length) return [bar, el("p", "", "VMRay has no result for any " + noun + " of this alert.")];
  const panel = el("div", "panel");
  panel.id = "panel";
  const draw = (entry) => panel.replaceChildren(...drawEntry(entry));
  if (entries.length === 1) {
    draw(entries.at(0));
    return [bar, ...before, panel, ...after];
  }
  title.after(el("span", "faint", summaryOf(entries, nouns)));
  panel.setAttribute("role", "tabpanel");
  return [bar, ...before, drawTabs(entries, panel, draw), panel, ...after];
}

document.addEventListener("DOMContentLoaded", () => {
  let entries = null;
  let raw = null;
  try {
    raw = JSON.parse(document.getElementById("result").textContent, exactly);
    entries = readResult(raw);
    entries?.sort((a, b) => urgencyOf(a) - urgencyOf(b));
  } catch (_) {
    entries = null;
  }
  const said = el("p", "");
  said.id = "said";
  said.setAttribute("role", "status");
  const main = el("main", "", ...drawResult(entries, raw));
  // All other content of the body is not ours: a text that closed the element of the data early.
  document.body.replaceChildren(main, said);
  main.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!copies.has(button)) return;
    copyText(copies.get(button)).then(
      () => say("Copied: " + copies.get(button).slice(0, 80)),
      () => say("The browser did not allow copying."));
  });
});

