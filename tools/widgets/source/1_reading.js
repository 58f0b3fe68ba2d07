
// A whole number that JavaScript cannot represent exactly stays text, if the browser provides the source text.
const exactly = (_, value, context) => (Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source || value);

// Reads the action's JSON result into the one shape that the code below displays.
// entry = {name, label, state: "done" | "pending" | "failed" | "empty", verdict, said, error, submission, sample, iocs, indicators}.
// Rows with an outcome have more: {kind, word, advice, item, result}.
const VERDICTS = { malicious: "Malicious", suspicious: "Suspicious", clean: "Clean", unknown: "Unknown" };
const STATES = { done: "Done", pending: "Pending", failed: "Failed", empty: "No result" };
// Samples of servers before 4.0 have no verdict; their severity has the same meaning.
const SEVERITIES = { malicious: "malicious", blacklisted: "malicious", suspicious: "suspicious", not_suspicious: "clean", whitelisted: "clean" };
const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const asList = (value) => (Array.isArray(value) ? value : value === null || value === undefined ? [] : [value]);
const has = (object, key) => Object.prototype.hasOwnProperty.call(object, key);

function asText(value) {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const asTexts = (value) => asList(value).map(asText).filter((text) => text !== "");

// The verdict for sign and colour. For a word that this version does not know, the severity of the object decides.
function verdictOf(said, object, prefix) {
  const word = said.toLowerCase();
  if (has(VERDICTS, word)) return word;
  const severity = isOdd(said) && word !== "not_available" ? asText(object[prefix + "severity"]).toLowerCase() : "";
  return has(SEVERITIES, severity) ? SEVERITIES[severity] : "unknown";
}

const isOdd = (said) => said !== "" && !has(VERDICTS, said.toLowerCase());

// The verdict of a sample (prefix "sample_") or of an IOC (no prefix), as VMRay writes it.
function saidOf(object, prefix) {
  if (has(object, prefix + "verdict")) return asText(object[prefix + "verdict"]);
  const severity = asText(object[prefix + "severity"]).toLowerCase();
  return has(SEVERITIES, severity) ? SEVERITIES[severity] : severity;
}

function readEntry(name, state, data, extra) {
  const sample = isObject(data) ? data : null;
  const said = asText(extra.verdict) || (sample ? saidOf(sample, "sample_") : "");
  return {
    name: name || "(no name)",
    label: name || "(no name)",
    state: state === "done" && !sample ? "empty" : state,
    verdict: verdictOf(said, sample || {}, "sample_"),
    said,
    error: asText(extra.error),
    submission: asText(extra.submission_id),
    sample: sample || {},
    isSample: Boolean((sample && Object.keys(sample).length) || asText(extra.submission_id)),
    iocs: sample && isObject(sample.iocs) ? sample.iocs : null,
    indicators: sample && Array.isArray(sample.threat_indicators) ? sample.threat_indicators.filter(isObject) : null,
  };
}

// One function for each shape of results: it returns the entries, or null for another shape.
const READERS = [];
function readResult(raw) {
  for (const read of READERS) {
    const entries = read(raw);
    if (entries) return entries;
  }
  return null;
}

