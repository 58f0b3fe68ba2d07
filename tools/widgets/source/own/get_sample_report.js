
// Why the sample has its verdict, in the words of the result: titles end with a colon, their lines begin with "- ".
function drawWhy({ item }) {
  const list = el("dl", "why");
  for (const line of asText(item && item.why_text).split("\n").filter(Boolean)) {
    if (!line.startsWith("- ")) list.append(show("dt", "", line.replace(/:$/, "")), el("dd", ""));
    else if (list.lastChild) list.lastChild.append(show("div", "name", line.slice(2)));
  }
  return list.childElementCount ? el("section", "card", el("h3", "", "Why"), list) : null;
}

function drawChildren({ item }) {
  const children = asList(item && item.children).filter(isObject);
  if (!children.length) return null;
  const draw = (child) => el("li", "", verdictBadge(verdictOf(asText(child.verdict), {}, "")),
    el("div", "what", show("span", "name", "Sample " + asText(child.sample_id)), show("span", "faint name", child.relation)));
  return el("section", "card", el("h3", "", "Child samples (" + count(children.length) + ")"), ...rows(children, draw, 100));
}

OWN_PARTS.push(drawWhy, drawChildren);
