// With: outcome; without: why_text
// What a row or the head says besides the parts of the page.
for (const key of ["worst", "techniques", "technique_ids", "tactics", "children", "screenshots", "by_category", "values"]) DRAWN.add(key);
const labelOf = (key) => (key.charAt(0).toUpperCase() + key.slice(1)).replace(/_/g, " ")
  .replace(/\bids?\b/gi, (word) => "ID" + word.slice(2)).replace(/\burl\b/i, "URL").replace(/\bsha(\d+)/i, "SHA-$1");
const isNothing = (value) => (isObject(value) ? Object.values(value).every(isNothing) : Array.isArray(value) ? !value.length : asText(value) === "");

function factText(key, value) {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map((each) => factText("", each)).join(", ");
  if (!isObject(value)) return plain(moment(key.endsWith("size") ? bytes(value) : value));
  return Object.entries(value).filter(([, each]) => !isNothing(each)).map(([name, each]) => name.replace(/_/g, " ") + " " + factText(name, each)).join(" · ");
}

function drawMembers(heading, object) {
  const list = el("dl", "");
  for (const [key, value] of Object.entries(object)) {
    if ((DRAWN.has(key) && !(key === "verdict" && isObject(value))) || isNothing(value) || isRows(value)) continue;
    const copied = /^(\w*sha256|url|entity|attachment)$/.test(key) && typeof value === "string";
    const lines = Array.isArray(value) && value.some(isObject) ? value : [value];
    const fact = el("dd", copied ? "acts" : "", ...lines.slice(0, 50).map((line) => show(copied ? "code" : "div", copied ? "" : "name", factText(key, line))));
    if (copied) fact.append(copyButton("Copy", value, labelOf(key)));
    if (lines.length > 50) fact.append("and " + count(lines.length - 50) + " more");
    list.append(show("dt", "name", labelOf(key)), fact);
  }
  return list.childElementCount ? el("section", "card", heading, list) : null;
}
PARTS.before.push((result) => drawMembers(el("h2", "", "Result"), result));
PARTS.cards.push(({ item }) => drawMembers(el("h3", "", "Details"), item));
