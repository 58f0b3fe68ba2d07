// With: why_text
// Why the sample has its verdict, in the words of the result: titles end with a colon, their lines begin with "- ".
PARTS.top.push(({ item }) => {
  const list = el("dl", "why");
  for (const line of asText(item.why_text).split("\n").filter(Boolean)) {
    if (!line.startsWith("- ")) list.append(show("dt", "", line.replace(/:$/, "")), el("dd", ""));
    else if (list.lastChild) list.lastChild.append(show("div", "name", line.slice(2)));
  }
  return list.childElementCount ? el("section", "card", el("h3", "", "Why"), list) : null;
});
