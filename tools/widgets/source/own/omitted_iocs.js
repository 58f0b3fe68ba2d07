// With: dropped
for (const key of ["files", "dropped"]) DRAWN.add(key);
// The files of an export, which are attachments, and the IOCs that were dropped, each with its reason.
for (const [key, name, where] of [["files", "attachment", "before"], ["dropped", "value", "after"]]) PARTS[where].push((result) => {
  const draw = (each) => el("li", "", el("div", "what", show("code", "", each[name] || each.format),
    show("span", "faint name", asTexts([each.type, bytes(each.size), each.reason]).join(" · "))),
  el("span", "acts", copyButton("Copy", asText(each.sha256 || each[name]), asText(each[name]))));
  const found = asList(result[key]).filter(isObject);
  return found.length ? el("section", "card", el("h2", "", labelOf(key) + " (" + count(found.length) + ")"), ...rows(found, draw, 100)) : null;
});
