// The form of an action: the checkboxes of its entities, its kept values, and its files.
"use strict";
{
  const page = document.getElementById("case");

  for (const button of document.querySelectorAll("button[data-tick]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      for (const box of button.form.elements.entity) box.checked = button.dataset.tick === "all";
    });
  }

  // Adding an entity or a file also sends the values of the form, so that the next page shows them again.
  for (const form of document.querySelectorAll("#add-entity form, #add-attachment form")) {
    form.addEventListener("formdata", ({ formData }) => {
      const own = new Set(formData.keys());
      for (const [name, value] of new FormData(document.getElementById("run-form"))) {
        if (!own.has(name)) formData.append(name, value);
      }
    });
  }

  // Files are uploaded to the lab's folder as soon as they are selected; the form contains only their tokens.
  function line(list, file) {
    const item = document.createElement("li");
    const text = document.createElement("span");
    text.textContent = file.name + ": uploading …";
    item.append(text);
    list.append(item);
    return item;
  }

  function showProblem(item, file, why) {
    item.firstChild.textContent = file.name + ": " + why;
    item.className = "problem";
  }

  async function send(file, signal) {
    const headers = { "X-Token": page.dataset.token, "X-File-Name": encodeURIComponent(file.name) };
    const response = await fetch("/uploads", { method: "POST", headers, body: file, signal });
    if (response.ok) return response.json();
    throw new Error("not uploaded. " + (response.status === 413 ? (await response.json()).error : "Load the page again."));
  }

  // Removes a file that is no longer selected; the response is not needed.
  function forget(token) {
    const headers = { "X-Token": page.dataset.token };
    return fetch("/uploads/" + token + "/forget", { method: "POST", headers, body: "" }).catch(() => {});
  }

  // A file gets into the form only if it is still selected after its upload: a new selection aborts `signal`.
  async function addFile(input, item, file, signal) {
    if (file.size > Number(input.dataset.limit)) throw new Error("larger than the limit of this lab.");
    const stored = await send(file, signal);
    if (signal.aborted) return forget(stored.token);
    const token = document.createElement("input");
    token.type = "hidden";
    token.name = input.dataset.files;
    token.value = stored.token;
    item.firstChild.textContent = stored.name + " (" + stored.size.toLocaleString("en") + " bytes)";
    item.append(token);
  }

  for (const input of document.querySelectorAll("input[data-files]")) {
    const list = input.parentElement.querySelector(".files");
    // The button is disabled at first: before this script runs, the form would be sent without its files.
    const run = input.form.querySelector("button.main");
    let choice = new AbortController();
    async function uploadSelected() {
      choice.abort();
      choice = new AbortController();
      const { signal } = choice;
      const files = [...input.files];
      run.disabled = true;
      const before = [...list.querySelectorAll("input")].map((token) => token.value);
      list.replaceChildren();
      await Promise.all(before.map(forget));
      for (const file of files) {
        if (signal.aborted) return;
        const item = line(list, file);
        await addFile(input, item, file, signal).catch((error) => {
          showProblem(item, file, error.name === "Error" ? error.message : "not uploaded.");
        });
      }
      if (!signal.aborted) run.disabled = false;
    }
    input.addEventListener("change", uploadSelected);
    // Files may be selected already: before this script ran, or kept by the browser over a reload.
    if (input.files.length) uploadSelected(); else run.disabled = false;
  }
}
