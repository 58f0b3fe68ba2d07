// With: cut_at_depth
// The tree below a sample.
const DEEPEST = 12;
const isOnPath = (result, id) => (isObject(result.worst) ? asList(result.worst.path) : []).some((node) => isObject(node) && asText(node.sample_id) === id);

function drawChild(child, result) {
  const number = asText(child.sample_id);
  const title = asText(child.name) || "Sample " + number;
  const facts = asTexts([child.relation, child.type, child.name ? "Sample " + number : "", ...asTexts(child.threat_names)]).join(" · ");
  const what = el("div", "what", show("span", "name", plain(title)), show("span", "faint name", facts));
  if (isOnPath(result, number)) what.append(el("span", "chip", "on the path to the worst verdict"));
  const acts = el("span", "acts");
  if (asText(child.sha256)) acts.append(copyButton("Copy SHA-256", asText(child.sha256), title));
  const link = reportLink(child.web_link, " of sample " + number);
  if (link) acts.append(link);
  return el("li", "", verdictBadge(verdictOf(asText(child.verdict), {}, "")), what, acts.childElementCount ? acts : null);
}

PARTS.top.push(({ item, result }) => {
  const children = asList(item.children).filter(isObject);
  if (!children.length) return null;
  const known = new Set(children.map((child) => asText(child.sample_id)));
  const below = new Map();
  for (const child of children) {
    const parent = known.has(asText(child.parent_sample_id)) ? asText(child.parent_sample_id) : "";
    below.set(parent, [...(below.get(parent) || []), child]);
  }
  const waiting = new Set(children);
  const list = el("ul", "rows");
  const add = (to, child, depth) => {
    if (!waiting.delete(child)) return;
    const row = drawChild(child, result);
    to.append(row);
    const lower = depth < DEEPEST ? el("ul", "rows") : to;
    for (const each of below.get(asText(child.sample_id)) || []) add(lower, each, depth + 1);
    if (lower !== to && lower.childElementCount) row.append(lower);
  };
  for (const child of below.get("") || []) add(list, child, 1);
  // Samples that are each other's parents have no place of their own.
  for (const child of [...waiting]) add(list, child, 1);
  return el("section", "card", el("h3", "", "Child samples (" + count(children.length) + ")"), list);
});
