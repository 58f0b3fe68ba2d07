// A case's page: new results without a reload, and a clock on what runs.
"use strict";
{
  const page = document.getElementById("case");
  const address = "/cases/" + page.dataset.case;

  // Elements whose children are compared one by one; any other is replaced as a whole where it has changed.
  const BRANCHES = "section, header, details, ol, dl, div:not(.json)";
  // What a run has come to does not change any more, and the page has put it there itself.
  const FILLED = "iframe, .json";

  function alike(old, fresh) {
    return old.localName === fresh.localName && old.className === fresh.className
      && (old.dataset.key ?? old.dataset.keep) === (fresh.dataset.key ?? fresh.dataset.keep);
  }

  function adopt(fresh) {
    leadFrames(fresh);
    return document.adoptNode(fresh);
  }

  // Make an element what the server says now, and leave alone what is the same: focus, selection, frames and
  // folds are the reader's.
  function renew(old, fresh) {
    for (const { name, value } of fresh.attributes) if (name !== "open") old.setAttribute(name, value);
    let next = old.firstElementChild;
    for (const child of [...fresh.children]) {
      let match = next;
      while (match && !alike(match, child)) match = match.nextElementSibling;
      if (!match) { old.insertBefore(adopt(child), next); continue; }
      next = clear(next, match).nextElementSibling;
      if (match.matches(BRANCHES)) renew(match, child);
      else if (!match.matches(FILLED) && !match.isEqualNode(child)) match.replaceWith(adopt(child));
    }
    clear(next, null);
  }

  function clear(from, to) {
    while (from !== to) {
      const gone = from;
      from = from.nextElementSibling;
      gone.remove();
    }
    return to;
  }

  // Where what had the focus is gone, such as the button of a run that has ended, its heading gets it.
  function exchange(before, after) {
    const focused = before.contains(document.activeElement);
    renew(before, after);
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
        exchange(old, fresh);
      }
      last = now;
    }
    known.forEach((gone) => gone.remove());
  }

  let asked = Promise.resolve();
  async function refresh() {
    const answer = await fetch(address + "/parts");
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (stream?.readyState === EventSource.OPEN) lose(false);
    for (const there of fresh.querySelectorAll("[data-live]")) {
      merge(document.querySelector('[data-live="' + there.dataset.live + '"]'), there);
    }
  }

  // A browser opens no more than six connections to a server, so only a page that is seen keeps one for its stream.
  // Each stream begins where the page was drawn: what has changed while nobody looked comes at once.
  let stream = null;
  function lose(lost) {
    page.classList.toggle("lost", lost);
    const said = document.getElementById("lost");
    said.hidden = !lost;
    const more = stream?.readyState === EventSource.CLOSED ? ": load the page again." : ".";
    said.textContent = lost ? "Connection to the case wall lost" + more : "";
  }
  function quiet() {
    stream?.close();
    stream = null;
  }
  function listen() {
    quiet();
    if (document.hidden) return;
    stream = new EventSource(address + "/changes?since=" + page.dataset.revision);
    stream.addEventListener("change", () => { asked = asked.then(refresh).catch(() => lose(true)); });
    stream.addEventListener("open", () => lose(false));
    stream.addEventListener("error", () => lose(true));
  }
  listen();
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", quiet);
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });

  // How long what runs has been running, as far as is known.
  const loaded = new WeakMap();
  setInterval(() => {
    if (page.classList.contains("lost")) return;
    for (const clock of document.querySelectorAll("[data-since]")) {
      if (!loaded.has(clock)) loaded.set(clock, performance.now() - 1000 * Number(clock.dataset.since));
      clock.textContent = ((performance.now() - loaded.get(clock)) / 1000).toFixed(1);
    }
  }, 500);
}
