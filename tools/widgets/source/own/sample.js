// With: sample_sha256hash
// What is known about a sample.
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

PARTS.cards.push((entry) => (entry.isSample ? drawFacts(entry) : null));
