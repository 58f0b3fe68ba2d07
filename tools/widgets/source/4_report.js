
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
      entry.error ? show("p", "", entry.error) : null,
    ].filter(Boolean));
  } else {
    what.append(show("p", "", waiting(entry)));
    if (entry.verdict !== "unknown" || odd) what.append(el("p", "", "Verdict so far: ", verdictBadge(entry.verdict), show("span", "name", odd)));
  }
  if (entry.advice) what.append(show("p", "faint", "What to do: " + entry.advice));
  const head = el("div", "head " + kindOf(entry), stateBadge(entry, "big"), what);
  const link = reportLink(sample.sample_webif_url, "");
  if (link) head.append(link);
  return head;
}

function waiting(entry) {
  const named = !entry.submission || (entry.error.match(/submission \d+/g) || []).includes("submission " + entry.submission);
  const where = named ? "" : " (submission " + entry.submission + ")";
  if (entry.state === "pending") return "The analysis is not finished" + where + (entry.error ? ": " + entry.error : ".");
  if (entry.state === "failed") return (entry.error || "VMRay gave no reason.") + where;
  return entry.error || "VMRay has no report for this " + document.body.dataset.noun + where + ".";
}

// The JSON of a list that could not be read is an empty list.
const UNREAD = "If VMRay did not return the list, the message of the action says so.";

// Where a file of `own` adds its parts: functions of an entry (top, cards, end) or of the whole result (before, after)
// that return a node or null.
const PARTS = { before: [], top: [], cards: [], end: [], after: [] };
const drawn = (where, given) => PARTS[where].map((draw) => draw(given)).filter(Boolean);

function drawEntry(entry) {
  const cards = drawn("cards", entry);
  return [drawHead(entry), ...drawn("top", entry), el("div", "cols" + (cards.length > 1 ? " two" : ""), ...cards), ...drawn("end", entry)];
}
