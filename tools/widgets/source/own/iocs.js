// With: iocs, is_ioc
// IOCs: of one sample, or of all samples together.
const IOC_TYPES = {
  urls: "URLs", domains: "Domains", ips: "IP addresses", files: "Files", emails: "E-mails", processes: "Processes",
  mutexes: "Mutexes", registry: "Registry keys", filenames: "File names", email_addresses: "E-mail addresses",
};

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

PARTS.end.push(({ iocs }) => (iocs ? drawIocs(iocs) : null));
