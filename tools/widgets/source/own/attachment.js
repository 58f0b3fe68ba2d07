// With: attachment; without: screenshots, format
// The file is an attachment of the result, so the page has its name only.
for (const key of ["attachment", "size", "sha256", "zip_sha256", "encrypted", "password"]) DRAWN.add(key);
PARTS.top.push(({ item }) => {
  const name = asText(item.attachment);
  if (!name) return null;
  const notes = asTexts([bytes(item.size), item.encrypted === true || item.password ? "encrypted, password infected" : ""]);
  return el("section", "card", el("h3", "", "File"), el("p", "faint", "The file is an attachment of this result."),
    el("ul", "rows", el("li", "", el("div", "what", show("code", "", name), show("span", "faint name", notes.join(" · "))),
      el("span", "acts", copyButton("Copy SHA-256", asText(item.sha256 || item.zip_sha256), name)))));
});
