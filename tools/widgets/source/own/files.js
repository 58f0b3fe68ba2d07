// With: file_path
// The files of an upload.
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

READERS.push((raw) => {
  if (!isObject(raw)) return null;
  if (Array.isArray(raw.files) && raw.files.length) return readFiles(raw.files);
  return has(raw, "data") ? [readFile({ data: raw.data, result: raw.result, error: raw.error_msg })] : null;
});
