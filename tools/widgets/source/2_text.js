
// Text from samples: how it is displayed, copied and linked.
const LONGEST = 400;
const HIDDEN = /([\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{DI}])/u;
const count = (number) => Number(number).toLocaleString("en");

// Put a text into a node. Invisible characters (control, bidirectional, zero width, and the fillers and
// selectors that Unicode calls default ignorable) show as their code point:
// a file name that reads "exe.pdf" only because of a right-to-left mark must not look like that here.
function put(node, value) {
  const whole = asText(value);
  const text = whole.length > LONGEST ? whole.slice(0, LONGEST) : whole;
  if (!HIDDEN.test(text)) {
    node.append(text);
  } else {
    for (const piece of text.split(HIDDEN)) {
      if (!HIDDEN.test(piece)) { node.append(piece); continue; }
      node.append(el("span", "hidden-char", "U+" + piece.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")));
    }
  }
  if (text !== whole) node.append(el("span", "faint", " … (" + count(whole.length) + " characters)"));
  return node;
}

// A defanged link, address or domain, so that nobody opens it by accident; the insight has the same form.
function defang(type, value) {
  const harmless = (text) => text.replace(/http(s?):/gi, "hxxp$1:").replace(/\b(?!hxxps?:)([a-z][a-z0-9+.-]*):\/\//gi, "$1[:]//")
    .replace(/(?<=[^\s.\[])\.(?=[^\s.\]])/g, "[.]").replace(/@/g, "[@]");
  if (["urls", "domains", "ips", "emails", "email_addresses"].includes(type)) return harmless(value);
  return type === "processes" ? value.replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, harmless) : value;
}

// The address of a report, or "" if a browser should not open it.
function safeLink(value) {
  try {
    const url = new URL(asText(value));
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : "";
  } catch (_) {
    return "";
  }
}

// VMRay's timestamps have no zone and are in UTC.
function moment(value) {
  const text = asText(value);
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text) ? text.replace("T", " ") + " UTC" : text;
}

function bytes(value, short) {
  const size = Number(value);
  if (typeof value !== "number" || !(size >= 0)) return asText(value);
  if (size < 1024) return count(size) + " bytes";
  const step = Math.min(4, Math.floor(Math.log2(size) / 10));
  return (size / 1024 ** step).toFixed(1) + " " + ["", "KiB", "MiB", "GiB", "TiB"][step] + (short ? "" : " (" + count(size) + " bytes)");
}

