// With: outcome
// Results with outcome words: a row for each item, below a fixed head.
// The state of a word that is no verdict, then the word to show, and what it means if the row has no reason.
const OUTCOMES = {
  done: ["done"], pending: ["pending"], failed: ["failed"], not_found: ["empty", "Not found"],
  blocked_quota: ["failed", "Blocked by the quota"], locked: ["failed", "Locked", "Only the verdict of this report was bought."],
  dry_run: ["empty", "Dry run", "Nothing was sent; without the dry run it would have been."], empty: ["empty", "Nothing found", "There is nothing of the kind that was asked for."],
};
// Members of rows and of the head that a part of the page shows, or that repeat others.
const DRAWN = new Set(["subject", "outcome", "verdict", "reason", "sample", "web_link", "threat_indicators", "mitigating_indicators", "complete", "items", "left_out", "cost", "errors"]);
const plain = (text) => defang("processes", asText(text));
const problemsOf = (result) => asList(result.errors).filter(isObject);
// A row of an id names its kind, too: "sample 5001".
const isAbout = (problem, subject) => problem.item === subject || asText(subject).endsWith(" " + problem.item);

function readItem(row, result) {
  const item = isObject(row) ? row : {};
  const outcome = asText(item.outcome);
  const [state, word, meaning] = has(VERDICTS, outcome) ? ["done"] : has(OUTCOMES, outcome) ? OUTCOMES[outcome] : ["empty"];
  const name = ["subject", "name", "entity", "submission_id", "sample_id"].map((key) => asText(item[key])).find(Boolean);
  const { threat_indicators: strong, mitigating_indicators: weak } = item;
  const sample = {
    ...(isObject(item.sample) ? item.sample : {}), iocs: item.iocs,
    threat_indicators: Array.isArray(strong) ? [...strong, ...asList(weak)] : null,
  };
  if (item.web_link) sample.sample_webif_url = item.web_link;
  const verdict = has(VERDICTS, outcome) && outcome !== "unknown" ? outcome : item.verdict;
  const error = asText(item.reason) || meaning;
  const entry = readEntry(plain(name), state, sample, { verdict, error, submission_id: item.submission_id });
  const kind = outcome === "done" && entry.said === "" ? "done" : "";
  const advice = problemsOf(result).filter((one) => isAbout(one, item.subject)).map((one) => asText(one.advice)).find(Boolean);
  return { ...entry, kind, word, advice, item, result, isSample: isObject(item.sample) };
}

// The rows of the items are `items`, or another list if `items` was collected over all of them, such as IOCs.
const isRows = (list) => Array.isArray(list) && list.some((row) => isObject(row) && has(row, "outcome"));
READERS.push((result) => {
  if (!isObject(result) || !has(result, "outcome") || !Array.isArray(result.items)) return null;
  return ([result.items, ...Object.values(result)].find(isRows) || result.items).map((row) => readItem(row, result));
});

function drawNotes(result) {
  const notes = [];
  if (result.complete === false) notes.push("Not complete: some items have no final answer yet.");
  if (result.left_out) notes.push("Left out because of the size of the result: " + asText(result.left_out));
  const cost = Object.entries(isObject(result.cost) ? result.cost : {}).filter(([, value]) => value !== null);
  if (cost.length) notes.push("Cost: " + cost.map(([key, value]) => key.replace(/_/g, " ") + " " + asText(value)).join(" · "));
  const rows = Object.values(result).filter(isRows).flat().filter(isObject);
  for (const one of problemsOf(result).filter((problem) => !rows.some((row) => isAbout(problem, row.subject))).slice(0, 50)) {
    notes.push(plain(asTexts([one.item, one.reason, one.advice]).join(" · ")));
  }
  return notes.length ? el("section", "card", ...notes.map((note) => show("p", "name", note))) : null;
}
PARTS.before.push(drawNotes);
