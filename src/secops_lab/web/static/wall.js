// A case's page: new results without a reload, and a clock on what runs.
"use strict";
{
  const page = document.getElementById("case");
  const address = "/cases/" + page.dataset.case;

  // Put a new part in the place of an old one, with what was unfolded left unfolded and the focus where it was.
  function exchange(before, after) {
    const open = new Set([...before.querySelectorAll("details[data-keep]")].map((one) => one.dataset.keep + one.open));
    for (const one of after.querySelectorAll("details[data-keep]")) {
      if (open.has(one.dataset.keep + "true")) one.open = true;
      if (open.has(one.dataset.keep + "false")) one.open = false;
    }
    leadFrames(after);
    const focus = before.contains(document.activeElement) ? document.activeElement.id : "";
    before.replaceWith(after);
    if (focus) document.getElementById(focus)?.focus();
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
        now = document.adoptNode(fresh);
        leadFrames(now);
        if (last) last.after(now); else here.prepend(now);
        announce(null, now);
      } else if (old.dataset.version !== fresh.dataset.version) {
        now = document.adoptNode(fresh);
        announce(old, now);
        exchange(old, now);
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
    for (const there of fresh.querySelectorAll("[data-live]")) {
      merge(document.querySelector('[data-live="' + there.dataset.live + '"]'), there);
    }
  }

  // A browser opens no more than six connections to a server, so only a page that is seen keeps one for its stream.
  // Each stream begins where the page was drawn: what has changed while nobody looked comes at once.
  let stream = null;
  function quiet() {
    stream?.close();
    stream = null;
  }
  function listen() {
    quiet();
    if (document.hidden) return;
    stream = new EventSource(address + "/changes?since=" + page.dataset.revision);
    stream.addEventListener("change", () => { asked = asked.then(refresh, refresh); });
  }
  listen();
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", quiet);
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });

  // How long what runs has been running.
  const loaded = new WeakMap();
  setInterval(() => {
    for (const clock of document.querySelectorAll("[data-since]")) {
      if (!loaded.has(clock)) loaded.set(clock, performance.now() - 1000 * Number(clock.dataset.since));
      clock.textContent = ((performance.now() - loaded.get(clock)) / 1000).toFixed(1);
    }
  }, 500);
}
