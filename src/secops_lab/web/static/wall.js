// The page of a case: new results without a reload, and the duration of live runs.
"use strict";
{
  const page = document.getElementById("case");
  const address = "/cases/" + page.dataset.case;

  // Elements whose children are compared one by one; any other element is replaced if it has changed.
  const BRANCHES = "section, header, details, ol, dl, div:not(.json)";
  // The content of these elements does not change, and scripts of this page have created it.
  const FILLED = "iframe, .json";

  function alike(old, fresh) {
    return old.localName === fresh.localName && old.className === fresh.className
      && (old.dataset.key ?? old.dataset.keep) === (fresh.dataset.key ?? fresh.dataset.keep);
  }

  function adopt(fresh) {
    setFrameAddresses(fresh);
    return document.adoptNode(fresh);
  }

  // Update an element from the server's new version. Unchanged parts stay, so that the user keeps focus, selection,
  // frames and opened sections.
  function update(old, fresh) {
    for (const { name, value } of fresh.attributes) if (name !== "open") old.setAttribute(name, value);
    let next = old.firstElementChild;
    for (const child of [...fresh.children]) {
      let match = next;
      while (match && !alike(match, child)) match = match.nextElementSibling;
      if (!match) { old.insertBefore(adopt(child), next); continue; }
      next = clear(next, match).nextElementSibling;
      if (match.matches(BRANCHES)) update(match, child);
      else if (!match.matches(FILLED) && !match.isEqualNode(child)) match.replaceWith(adopt(child));
    }
    clear(next, null);
  }

  function clear(from, to) {
    while (from !== to) {
      const removed = from;
      from = from.nextElementSibling;
      removed.remove();
    }
    return to;
  }

  // If the focused element was removed, such as the button of a run that has ended, its heading gets the focus.
  function updateItem(before, after) {
    const focused = before.contains(document.activeElement);
    update(before, after);
    if (!focused || before.contains(document.activeElement)) return;
    const heading = before.querySelector("h2, h3");
    heading.tabIndex = -1;
    heading.focus();
  }

  function announce(before, after) {
    const state = after.querySelector("header .state");
    if (!state || before?.querySelector("header .state")?.textContent === state.textContent) return;
    document.getElementById("news").textContent = after.querySelector("h3").textContent + ": " + state.textContent;
  }

  function merge(here, there) {
    const known = new Map([...here.children].map((one) => [one.dataset.key, one]));
    let last = null;
    for (const fresh of [...there.children]) {
      const old = known.get(fresh.dataset.key);
      known.delete(fresh.dataset.key);
      let now = old;
      if (!old) {
        now = adopt(fresh);
        if (last) last.after(now); else here.prepend(now);
        announce(null, now);
      } else if (old.dataset.version !== fresh.dataset.version) {
        announce(old, fresh);
        updateItem(old, fresh);
      }
      last = now;
    }
    known.forEach((removed) => removed.remove());
  }

  let refreshed = Promise.resolve();
  async function refresh() {
    const response = await fetch(address + "/parts");
    if (!response.ok) return;
    const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
    if (stream?.readyState === EventSource.OPEN) showConnectionLost(false);
    for (const there of fresh.querySelectorAll("[data-live]")) {
      merge(document.querySelector('[data-live="' + there.dataset.live + '"]'), there);
    }
  }

  // A browser limits the connections to a server, so only a visible page keeps a connection for its stream.
  // Each stream begins at the revision of the page, so changes while the page was hidden arrive at once.
  let stream = null;
  function showConnectionLost(lost) {
    page.classList.toggle("lost", lost);
    const message = document.getElementById("lost");
    message.hidden = !lost;
    const more = stream?.readyState === EventSource.CLOSED ? ": load the page again." : ".";
    message.textContent = lost ? "Connection to the case wall lost" + more : "";
  }
  function stopListening() {
    stream?.close();
    stream = null;
  }
  function listen() {
    stopListening();
    if (document.hidden) return;
    stream = new EventSource(address + "/changes?since=" + page.dataset.revision);
    stream.addEventListener("change", () => { refreshed = refreshed.then(refresh).catch(() => showConnectionLost(true)); });
    stream.addEventListener("open", () => showConnectionLost(false));
    stream.addEventListener("error", () => showConnectionLost(true));
  }
  listen();
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", stopListening);
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });

  // The duration of live runs.
  const loaded = new WeakMap();
  setInterval(() => {
    if (page.classList.contains("lost")) return;
    for (const clock of document.querySelectorAll("[data-since]")) {
      if (!loaded.has(clock)) loaded.set(clock, performance.now() - 1000 * Number(clock.dataset.since));
      clock.textContent = ((performance.now() - loaded.get(clock)) / 1000).toFixed(1);
    }
  }, 500);
}
