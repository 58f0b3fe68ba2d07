// With: screenshots
// The pictures are attachments of the result, so the page has their names only.
PARTS.top.push(({ item }) => {
  const shots = asList(item.screenshots).filter(isObject);
  if (!shots.length) return null;
  const draw = (shot) => el("li", "", el("div", "what", show("code", "", shot.attachment), show("span", "faint name",
    asTexts([typeof shot.milliseconds === "number" ? "second " + shot.milliseconds / 1000 : "", bytes(shot.size)]).join(" · "))),
  el("span", "acts", copyButton("Copy SHA-256", asText(shot.sha256), asText(shot.attachment))));
  return el("section", "card", el("h3", "", "Screenshots (" + count(shots.length) + ")"),
    el("p", "faint", "The pictures are attachments of this result."), ...rows(shots, draw, 100));
});
