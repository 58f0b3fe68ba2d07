// With: newest_finished
// The samples of a URL, or of the URLs on a host, the worst verdict first.
DRAWN.add("samples");
PARTS.top.push(({ item }) => {
  const samples = asList(item.samples).filter(isObject);
  if (!samples.length) return null;
  const age = (days) => (days === null || days === undefined ? "" : asText(days) + (days === 1 ? " day" : " days") + " old");
  const draw = (sample) => el("li", "", el("div", "what", show("span", "name", plain(asText(sample.url))), show("span", "faint name",
    asTexts(["Sample " + asText(sample.sample_id), age(sample.age_days), moment(sample.newest_finished)]).join(" · "))),
  verdictBadge(verdictOf(asText(sample.verdict), {}, "")));
  return el("section", "card", el("h3", "", "URLs in VMRay (" + count(samples.length) + ")"), ...rows(samples, draw, 100));
});
