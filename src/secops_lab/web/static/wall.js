// A case's page: new results without a reload, a clock on what runs, files handed over before the form is sent.
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

  // A file goes to the lab's own folder as soon as it is chosen; the form carries only the token it got.
  async function hand(input, list, file) {
    const item = document.createElement("li");
    const said = document.createElement("span");
    said.textContent = file.name + ": being handed over …";
    item.append(said);
    list.append(item);
    if (file.size > Number(input.dataset.limit)) {
      said.textContent = file.name + ": larger than this lab takes.";
      item.className = "problem";
      return;
    }
    const headers = { "X-Token": page.dataset.token, "X-File-Name": encodeURIComponent(file.name) };
    const answer = await fetch("/uploads", { method: "POST", headers, body: file });
    const taken = answer.ok ? await answer.json() : null;
    if (!taken) {
      said.textContent = file.name + ": not taken. " + (answer.status === 413 ? "It is too large." : "Load the page again.");
      item.className = "problem";
      return;
    }
    const token = document.createElement("input");
    token.type = "hidden";
    token.name = input.dataset.files;
    token.value = taken.token;
    said.textContent = taken.name + " (" + taken.size.toLocaleString("en") + " bytes)";
    item.append(token);
  }

  for (const input of document.querySelectorAll("input[data-files]")) {
    const list = input.parentElement.querySelector(".files");
    const send = input.form.querySelector("button.main");
    input.addEventListener("change", async () => {
      list.replaceChildren();
      send.disabled = true;
      for (const file of input.files) {
        await hand(input, list, file).catch(() => { list.lastElementChild.textContent = file.name + ": not handed over."; });
      }
      send.disabled = false;
    });
  }
}
