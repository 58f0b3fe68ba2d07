// With: antivirus
// What a sample did in one analysis: the tree of its processes, its network, what scanners found, configurations of malware.
const DEEPEST_PROCESS = 12;
for (const key of ["processes", "network", "yara", "antivirus", "malware_configuration", "remarks", "truncated"]) DRAWN.add(key);

// As in the insight: two or three numbers alone are a version, and keep their dots.
const VERSION = /(?<![^\s/:("'])(?<!\/\/)[0-9]+(?:\[\.\][0-9]+){1,2}(?![^\s;,)\]}"'])/g;
const defangText = (text) => defang("domains", text).replace(VERSION, (found) => found.replaceAll("[.]", "."));

function drawProcess(process) {
  const pid = process.pid === null ? "" : " (" + asText(process.pid) + ")";
  const what = el("div", "what", show("span", "name", plain(process.name || "Unknown process") + pid));
  if (process.command_line) what.append(show("span", "faint name", plain(process.command_line)));
  for (const one of asTexts(process.indicators).slice(0, 10)) what.append(show("span", "faint name", plain(one)));
  const row = el("li", "", verdictBadge(verdictOf(asText(process.verdict), {}, "")), what);
  row.style.marginLeft = 1.25 * Math.min(Number(process.depth) || 0, DEEPEST_PROCESS) + "rem";
  return row;
}

const drawFact = (verdict, ...texts) => el("li", "", verdictBadge(verdictOf(asText(verdict), {}, "")),
  el("div", "what", ...texts.filter(Boolean).map((text, place) => show("span", place ? "faint name" : "name", text))));
const addressOf = (row) => defang("ips", asText(row.ip) || "unknown address") + (row.port === null ? "" : ":" + asText(row.port));

const SECTIONS_OF_BEHAVIOR = [
  ["Processes", (item) => item.processes, drawProcess],
  ["Connections", (item) => item.network.connections, (row) => drawFact(row.verdict, addressOf(row), asTexts([row.protocol, row.direction]).join(" · "))],
  ["DNS queries", (item) => item.network.dns, (row) => drawFact(row.verdict, defang("domains", asText(row.name)), asTexts(row.answers).map((one) => defang("ips", one)).join(" · "))],
  ["HTTP requests", (item) => item.network.http, (row) => drawFact(row.verdict, defang("urls", asText(row.url)), asTexts([row.method, row.status]).join(" · "))],
  ["YARA matches", (item) => item.yara, (row) => drawFact(row.verdict, plain(row.rule), plain(asTexts([row.ruleset, ...asTexts(row.threat_names)]).join(" · ")))],
  ["Antivirus matches", (item) => item.antivirus, (row) => drawFact(row.verdict, plain(row.threat), plain(asTexts([row.engine, row.classification]).join(" · ")))],
  ["Malware configurations", (item) => item.malware_configuration, (row) => el("li", "", el("div", "what", show("span", "name", plain(row.file)),
    ...(Array.isArray(row.configuration) ? row.configuration.map((value, place) => [place + 1, value]) : Object.entries(row.configuration || {})).slice(0, 50)
      .map(([name, value]) => show("span", "faint name", defangText(name + ": " + (typeof value === "string" ? value : JSON.stringify(value)))))))],
  ["Remarks", (item) => item.remarks, (row) => el("li", "", show("span", "name", plain(asTexts([row.level, row.message]).join(": "))))],
];

PARTS.top.push(({ item }) => {
  if (!isObject(item.network)) return null;
  const found = SECTIONS_OF_BEHAVIOR.map(([title, of, draw]) => [title, asList(of(item)).filter(isObject), draw]).filter(([, list]) => list.length);
  const boxes = found.map(([title, list, draw], place) => {
    const box = el("details", "", el("summary", "", title + " " + count(list.length)), ...rows(list, draw, 100));
    box.open = place === 0;
    return box;
  });
  const cut = asTexts(item.truncated).map((note) => show("p", "faint", "Cut: " + plain(note)));
  return boxes.length ? el("section", "card", el("h3", "", "Behavior"), ...boxes, ...cut) : null;
});
