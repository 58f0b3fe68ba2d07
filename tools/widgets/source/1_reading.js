
// A whole number that JavaScript cannot represent exactly stays text, if the browser provides the source text.
const exactly = (_, value, context) => (Number.isInteger(value) && !Number.isSafeInteger(value) && context?.source || value);

// Reads the action's JSON result into the one shape that the code below displays.
// entry = {name, label, state: "done" | "pending" | "failed" | "empty", verdict, said, error, submission, sample, iocs, indicators, item?}
const VERDICTS = { malicious: "Malicious", suspicious: "Suspicious", clean: "Clean", unknown: "Unknown" };
const STATES = { pending: "Pending", failed: "Failed", empty: "No result" };
// Samples of servers before 4.0 have no verdict; their severity has the same meaning.
const SEVERITIES = { malicious: "malicious", blacklisted: "malicious", suspicious: "suspicious", not_suspicious: "clean", whitelisted: "clean" };
const IOC_TYPES = {
  urls: "URLs", domains: "Domains", ips: "IP addresses", files: "Files", emails: "E-mails", processes: "Processes",
  mutexes: "Mutexes", registry: "Registry keys", filenames: "File names", email_addresses: "E-mail addresses",
};

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
    iocs: sample && isObject(sample.iocs) ? sample.iocs : null,
    indicators: sample && Array.isArray(sample.threat_indicators) ? sample.threat_indicators.filter(isObject) : null,
  };
}

function readFile(row) {
  const file = isObject(row) ? row : {};
  const state = { ok: "done", pending: "pending", error: "failed" };
  const name = asText(file.file_path) || (isObject(file.data) ? asText(file.data.sample_filename) : "");
  const result = asText(file.result);
  const entry = readEntry(name, has(state, result) ? state[result] : "done", file.data, file);
  entry.label = name.split(/[\\/]/).pop() || entry.name;
  return entry;
}

// An archive gives a row for each of its samples; the name of the sample distinguishes the rows.
function readFiles(files) {
  const entries = files.map(readFile);
  const names = entries.map((entry) => entry.name);
  for (const entry of entries) {
    const inner = asText(entry.sample.sample_filename);
    if (inner && names.indexOf(entry.name) !== names.lastIndexOf(entry.name)) entry.label += ": " + inner;
  }
  return entries;
}

function readEntity(row) {
  const entity = isObject(row) ? row : {};
  return readEntry(asText(entity.Entity), "done", entity.EntityResult, {});
}

// A row of a result with an outcome. The subject is the entity or file of the row.
function readItem(row) {
  const item = isObject(row) ? row : {};
  const outcome = asText(item.outcome);
  const states = { done: "done", pending: "pending", failed: "failed", blocked_quota: "failed" };
  const state = has(VERDICTS, outcome) ? "done" : has(states, outcome) ? states[outcome] : "empty";
  const name = ["subject", "item", "name", "entity", "submission_id", "sample_id"].map((key) => asText(item[key])).find(Boolean);
  const sample = { ...item, ...(isObject(item.sample) ? item.sample : {}), sample_webif_url: item.web_link };
  const entry = readEntry(name, state, state === "done" ? sample : null, { verdict: outcome, error: item.reason, submission_id: item.submission_id });
  return { ...entry, item };
}

// The entries, or null if the result does not have the shape of these actions.
function readResult(raw) {
  if (Array.isArray(raw)) return raw.map(readEntity);
  if (!isObject(raw)) return null;
  if (has(raw, "outcome") && Array.isArray(raw.items)) return raw.items.map(readItem);
  if (Array.isArray(raw.files) && raw.files.length) return readFiles(raw.files);
  return has(raw, "data") ? [readFile({ data: raw.data, result: raw.result, error: raw.error_msg })] : null;
}

// One IOC: its value, its details, and the values that can be copied.
function readIoc(type, ioc) {
  const first = (...keys) => keys.map((key) => asTexts(ioc[key]).at(0)).find(Boolean) || "";
  const said = (label, key) => {
    const texts = asTexts(ioc[key]);
    return texts.length ? label + texts.join(", ") : "";
  };
  if (type === "files" || type === "emails") return readHashed(type, ioc, first, said);
  const keys = {
    urls: ["url"], domains: ["domain"], ips: ["ip_address"], mutexes: ["mutex_name"], registry: ["reg_key_name"],
    processes: ["cmd_line", "process_names", "image_names"], filenames: ["filename"], email_addresses: ["email_address"],
  };
  const value = has(keys, type) ? first(...keys[type]) : "";
  const notes = [
    said("", "country"), said("", "countries"), said("Resolves to ", "ip_addresses"), said("Domains: ", "domains"),
    said("Process: ", "process_names"), said("Operations: ", "operations"), said("", "categories"), said("", "threat_names"),
  ];
  return { value: value || JSON.stringify(ioc), notes: notes.filter(Boolean), hashes: [] };
}

// Files and e-mails have their hashes in a separate list; an e-mail has a sender instead of an address.
function readHashed(type, ioc, first, said) {
  const hashes = [];
  for (const hash of asList(ioc.hashes).filter(isObject)) {
    for (const [key, label] of [["sha256_hash", "SHA-256"], ["sha1_hash", "SHA-1"], ["md5_hash", "MD5"]]) {
      if (asText(hash[key])) hashes.push([label, asText(hash[key])]);
    }
  }
  const notes = type === "files"
    ? [said("", "threat_names"), said("", "classifications"), said("", "categories"), said("Operations: ", "operations")]
    : [said("Subject: ", "subject"), said("To: ", "recipients")];
  const value = type === "files" ? first("filename", "filenames") : first("email", "sender");
  return { value: value || (hashes.length ? hashes[0][1] : JSON.stringify(ioc)), notes: notes.filter(Boolean), hashes };
}

