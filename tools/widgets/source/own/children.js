// With: children_truncated
// The children of a sample, without their own children.
PARTS.top.push(({ item }) => {
  const children = asList(item.children).filter(isObject);
  const draw = (child) => el("li", "", verdictBadge(verdictOf(asText(child.verdict), {}, "")),
    el("div", "what", show("span", "name", "Sample " + asText(child.sample_id)), show("span", "faint name", child.relation)));
  return children.length ? el("section", "card", el("h3", "", "Child samples (" + count(children.length) + ")"), ...rows(children, draw, 100),
    item.children_truncated === true ? el("p", "faint", "VMRay has more.") : null) : null;
});
