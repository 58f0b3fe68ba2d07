// With: worst
// The path to the worst verdict, from the sample that was asked about to the sample with this verdict.
PARTS.before.push(({ worst }) => {
  const path = asList(isObject(worst) ? worst.path : null).filter(isObject);
  if (path.length < 2) return null;
  const draw = (node, at) => el("li", "", el("span", "faint", at ? "→" : ""), el("div", "what", show("span", "name", plain(asText(node.name) || "Sample " + asText(node.sample_id))),
    show("span", "faint name", asTexts([node.relation, "Sample " + asText(node.sample_id)]).join(" · "))),
  at === path.length - 1 ? verdictBadge(verdictOf(asText(worst.verdict), {}, "")) : null);
  return el("section", "card", el("h2", "", "Path to the worst verdict"), el("ul", "rows", ...path.slice(0, 50).map(draw)));
});
