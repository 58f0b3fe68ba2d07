// With: technique_ids
// Techniques by tactic, with the threat indicators that prove them.
function drawTechnique(technique) {
  const row = drawIndicator({ score: technique.score, operation: asTexts([technique.technique_id, technique.technique]).join(" ") });
  const proof = asList(technique.proof).filter(isObject);
  for (const one of proof.slice(0, 20)) {
    const score = scoreOf(one);
    row.lastChild.append(show("span", "faint name", (score === null ? "" : score < 0 ? "benign " : score + "/5 ") + asTexts([one.category, one.operation]).join(": ")));
  }
  if (proof.length > 20) row.lastChild.append(el("span", "faint", "and " + count(proof.length - 20) + " more"));
  return row;
}

PARTS.top.push(({ item }) => {
  const techniques = asList(item.techniques).filter(isObject).sort((a, b) => (scoreOf(b) ?? -9) - (scoreOf(a) ?? -9));
  if (!techniques.length) return null;
  const tactics = new Map();
  for (const technique of techniques) {
    const names = asTexts(technique.tactics);
    for (const name of names.length ? names : ["No tactic"]) tactics.set(name, [...(tactics.get(name) || []), technique]);
  }
  const section = el("section", "card", el("h3", "", "MITRE ATT&CK techniques (" + count(techniques.length) + ")"));
  for (const [name, found] of tactics) {
    const box = el("details", "", el("summary", "", show("span", "name", name), " " + count(found.length)), ...rows(found, drawTechnique, 100));
    box.open = true;
    section.append(box);
  }
  return section;
});
