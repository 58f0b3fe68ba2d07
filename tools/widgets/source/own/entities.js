// With: EntityResult
// The entities of a scan.
function readEntity(row) {
  const entity = isObject(row) ? row : {};
  return readEntry(asText(entity.Entity), "done", entity.EntityResult, {});
}

READERS.push((raw) => (Array.isArray(raw) ? raw.map(readEntity) : null));
