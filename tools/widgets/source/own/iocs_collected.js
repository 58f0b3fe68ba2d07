// With: is_ioc
// IOCs that were collected over all samples; each names its type.
const COLLECTED = {
  url: ["urls", "url"], domain: ["domains", "domain"], ip: ["ips", "ip_address"], mutex: ["mutexes", "mutex_name"], registry: ["registry", "reg_key_name"],
  process: ["processes", "cmd_line"], filename: ["filenames", "filename"], email_address: ["email_addresses", "email_address"], email: ["emails", "email"], file: ["files"],
};
function readCollected(items) {
  const iocs = Object.create(null);
  for (const item of items) {
    const kind = asText(item.type);
    const [type, key] = has(COLLECTED, kind) ? COLLECTED[kind] : [kind];
    const hashes = isObject(item.hashes) ? item.hashes : {};
    const ioc = { ...(isObject(item.raw) ? item.raw : {}), verdict: item.verdict, threat_names: item.threat_names };
    ioc.hashes = [{ sha256_hash: hashes.sha256, sha1_hash: hashes.sha1, md5_hash: hashes.md5 }];
    if (key) ioc[key] = item.value;
    (has(iocs, type) ? iocs[type] : (iocs[type] = [])).push(ioc);
  }
  return iocs;
}
PARTS.after.push((result) => {
  const items = asList(result.items).filter((item) => isObject(item) && has(item, "is_ioc"));
  return items.length ? drawIocs(readCollected(items)) : null;
});
