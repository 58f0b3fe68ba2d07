// With: threat_indicators, technique_ids
// Threat indicators, the strongest first.
function scoreOf(indicator) {
  const score = Number(indicator.score);
  return asText(indicator.score) === "" || Number.isNaN(score) ? null : score;
}

function drawIndicator(indicator) {
  const score = scoreOf(indicator);
  const tone = score >= 4 ? "malicious" : score >= 3 ? "suspicious" : score === null || score >= 0 ? "unknown" : "clean";
  const meter = el("i", score > 0 ? "of" + Math.min(5, Math.ceil(score)) : "");
  meter.setAttribute("aria-hidden", "true");
  const word = score === null ? "no score" : score < 0 ? "benign" : asText(indicator.score) + "/5";
  const what = el("div", "what", show("span", "name", indicator.operation || "(no description)"));
  const more = asTexts([indicator.category, ...asTexts(indicator.classifications)]).join(" · ");
  if (more) what.append(show("span", "faint name", more));
  return el("li", "", el("span", "score " + tone, meter, word), what);
}

// The action's filters and limits shorten these lists, and the JSON has no totals, so the labels say "returned".
function drawIndicators(indicators) {
  const strongest = [...indicators].sort((a, b) => (scoreOf(b) ?? -9) - (scoreOf(a) ?? -9));
  const body = strongest.length ? rows(strongest, drawIndicator, 100)
    : [el("p", "faint", "No threat indicator reached the score threshold. " + UNREAD)];
  return el("section", "card", el("h3", "", "Threat indicators returned (" + count(indicators.length) + ")"), ...body);
}

PARTS.cards.push(({ indicators }) => (indicators ? drawIndicators(indicators) : null));
