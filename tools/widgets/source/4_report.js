
// One sample's report.
// The JSON has no time of the analysis, only of the sample's first submission, so the label names which date it is.
const FIRST_SEEN = "First seen by VMRay";
function drawHead(entry) {
  const sample = entry.sample;
  const odd = isOdd(entry.said) ? " (" + entry.said.replace(/_/g, " ") + ")" : "";
  const what = el("div", "", show("h2", "name", sample.sample_url || sample.sample_filename || entry.name));
  const firstSeen = moment(sample.sample_created);
  const facts = [sample.sample_type, bytes(sample.sample_filesize, true), firstSeen && FIRST_SEEN + " " + firstSeen].filter(Boolean);
  if (facts.length) what.append(show("p", "faint name", facts.map(asText).join(" · ")));
  if (entry.state === "done") {
    const reason = asText(sample.sample_verdict_reason_description);
    what.append(...[
      reason || odd ? show("p", "faint", "Verdict: " + entry.verdict + odd + (reason ? ", " + reason : "")) : null,
      chips("Threats", sample.sample_threat_names), chips("Classified as", sample.sample_classifications),
    ].filter(Boolean));
  } else {
    what.append(show("p", "", waiting(entry)));
    if (entry.verdict !== "unknown" || odd) what.append(el("p", "", "Verdict so far: ", verdictBadge(entry.verdict), odd));
  }
  const head = el("div", "head " + kindOf(entry), stateBadge(entry, "big"), what);
  const address = safeLink(sample.sample_webif_url);
  if (address) {
    const link = el("a", "link", "Open report");
    link.href = address;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.setAttribute("aria-label", "Open report in VMRay, new tab");
    head.append(link);
  }
  return head;
}

function waiting(entry) {
  const named = !entry.submission || (entry.error.match(/submission \d+/g) || []).includes("submission " + entry.submission);
  const where = named ? "" : " (submission " + entry.submission + ")";
  if (entry.state === "pending") return "The analysis is not finished" + where + (entry.error ? ": " + entry.error : ".");
  if (entry.state === "failed") return (entry.error || "VMRay gave no reason.") + where;
  return entry.error || "VMRay has no report for this " + document.body.dataset.noun + where + ".";
}

function drawFacts(entry) {
  const sample = entry.sample;
  const list = el("dl", "");
  const add = (label, value, copied) => {
    if (asText(value) === "") return;
    const fact = copied ? el("dd", "acts", show("code", "", value), copyButton("Copy", asText(value), label)) : show("dd", "name", value);
    list.append(el("dt", "", label), fact);
  };
  const known = ["filename", "url", "sha256hash", "sha1hash", "md5hash"].map((key) => asText(sample["sample_" + key]).toLowerCase());
  if (!known.includes(entry.name.toLowerCase())) add("Asked for", entry.name);
  add("File name", sample.sample_filename);
  add("URL", sample.sample_url, true);
  add("Type", sample.sample_type);
  add("Size", bytes(sample.sample_filesize));
  add(FIRST_SEEN, moment(sample.sample_created));
  add("VTI score", asText(sample.sample_vti_score) && asText(sample.sample_vti_score) + (typeof sample.sample_vti_score === "number" ? " of 100" : ""));
  add("SHA-256", sample.sample_sha256hash, true);
  add("SHA-1", sample.sample_sha1hash, true);
  add("MD5", sample.sample_md5hash, true);
  add("Sample ID", sample.sample_id);
  add("Submission ID", entry.submission);
  return el("section", "card", el("h3", "", "Sample"), list);
}

function scoreOf(indicator) {
  const score = Number(indicator.score);
  return asText(indicator.score) === "" || Number.isNaN(score) ? null : score;
}

function drawIndicator(indicator) {
  const score = scoreOf(indicator);
  const tone = score >= 4 ? "malicious" : score >= 3 ? "suspicious" : score === null || score >= 0 ? "unknown" : "clean";
  const meter = el("i", score > 0 ? "of" + Math.min(5, Math.ceil(score)) : "");
  meter.setAttribute("aria-hidden", "true");
  const word = score === null ? "no score" : score < 0 ? "benign" : asText(indicator.score) + "/5";
  const what = el("div", "what", show("span", "name", indicator.operation || "(no description)"));
  const more = asTexts([indicator.category, ...asTexts(indicator.classifications)]).join(" · ");
  if (more) what.append(show("span", "faint name", more));
  return el("li", "", el("span", "score " + tone, meter, word), what);
}

// The JSON of a list that could not be read is an empty list.
const UNREAD = "If VMRay did not return the list, the message of the action says so.";
// The action's filters and limits shorten these lists, and the JSON has no totals, so the labels say "returned".
function drawIndicators(indicators) {
  const strongest = [...indicators].sort((a, b) => (scoreOf(b) ?? -9) - (scoreOf(a) ?? -9));
  const body = strongest.length ? rows(strongest, drawIndicator, 100)
    : [el("p", "faint", "No threat indicator reached the score threshold. " + UNREAD)];
  return el("section", "card", el("h3", "", "Threat indicators returned (" + count(indicators.length) + ")"), ...body);
}

function drawIoc({ verdict, value, fanged, notes, hashes }) {
  const what = el("div", "what", show("code", "", value));
  for (const [label, hash] of hashes.slice(0, 30)) if (hash !== value && label === "SHA-256") what.append(show("code", "faint", hash));
  if (notes.length) what.append(show("span", "faint name", notes.join(" · ")));
  const acts = el("span", "acts", copyButton("Copy", value, value));
  if (fanged !== value) acts.append(copyButton("Copy defanged", fanged, fanged));
  for (const [label, hash] of hashes.slice(0, 30)) if (hash !== value) acts.append(copyButton("Copy " + label, hash, value));
  return el("li", "", verdictBadge(verdict), what, acts);
}

function drawIocType(type, iocs, open) {
  const label = has(IOC_TYPES, type) ? IOC_TYPES[type] : type;
  const summary = el("summary", "", show("span", "name", label), " " + count(iocs.length) + " returned");
  const read = iocs.map((ioc) => {
    const found = readIoc(type, ioc);
    const said = saidOf(ioc, "");
    if (isOdd(said)) found.notes.unshift("Verdict: " + said);
    return { ...found, verdict: verdictOf(said, ioc, ""), fanged: defang(type, found.value) };
  });
  for (const verdict of Object.keys(VERDICTS)) {
    const number = read.filter((one) => one.verdict === verdict).length;
    if (number) summary.append(badge(verdict, count(number) + " " + VERDICTS[verdict].toLowerCase()));
  }
  const exact = read.map((one) => one.value).join("\n");
  const fanged = read.map((one) => one.fanged).join("\n");
  const hashes = new Set(read.flatMap((one) => one.hashes.filter(([name]) => name === "SHA-256").map(([, hash]) => hash)));
  const acts = el("div", "acts", copyButton("Copy all", exact, label));
  if (fanged !== exact) acts.append(copyButton("Copy all defanged", fanged, label));
  if (hashes.size) acts.append(copyButton("Copy all SHA-256", [...hashes].join("\n"), label));
  const box = el("details", "", summary, acts, ...rows(read, drawIoc, 500));
  box.open = open;
  return box;
}

function drawIocs(iocs) {
  const order = [...Object.keys(IOC_TYPES), ...Object.keys(iocs).filter((type) => !has(IOC_TYPES, type))];
  const found = order.map((type) => [type, asList(has(iocs, type) ? iocs[type] : null).filter(isObject)]).filter(([, list]) => list.length);
  const total = found.reduce((sum, [, list]) => sum + list.length, 0);
  const section = el("section", "card", el("h3", "", "IOCs returned (" + count(total) + ")"));
  found.forEach(([type, list], at) => section.append(drawIocType(type, list, at === 0)));
  if (!total) section.append(el("p", "faint", "No IOC passed the filters. " + UNREAD));
  return section;
}

function drawEntry(entry) {
  const known = Object.keys(entry.sample).length > 0;
  const cards = [entry.indicators ? drawIndicators(entry.indicators) : null, known || entry.submission ? drawFacts(entry) : null].filter(Boolean);
  const own = OWN_PARTS.map((draw) => draw(entry));
  return [drawHead(entry), ...own, el("div", "cols" + (cards.length > 1 ? " two" : ""), ...cards), entry.iocs ? drawIocs(entry.iocs) : null].filter(Boolean);
}

