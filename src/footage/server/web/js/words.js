/** How times, sizes, chances and errors are said. */

/** 65.4 → `1:05`; with `tenths` `1:05.4`. */
export function clock(seconds, tenths = false) {
  const unit = tenths ? 10 : 1;
  const whole = Math.max(0, Math.floor(seconds * unit + 1e-6));
  const rest = whole % (60 * unit);
  const minutes = Math.floor(whole / (60 * unit));
  const pad = (value) => String(value).padStart(2, "0");
  const last = pad(Math.floor(rest / unit)) + (tenths ? `.${rest % 10}` : "");
  return minutes < 60 ? `${minutes}:${last}` : `${Math.floor(minutes / 60)}:${pad(minutes % 60)}:${last}`;
}

/** `0:12 – 0:18`. */
export const span = (start, end) => `${clock(start)} – ${clock(end)}`;

/** `3 h 20 min`, `12 min`, `45 s`. */
export function length(seconds) {
  const s = Math.round(seconds);
  if (s < 60) return `${s} s`;
  const minutes = Math.round(s / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}

/** `1 video`, `1,200 videos`. */
export const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** The tags of a text that has commas between them. */
export const tagsOf = (text) => [...new Set(text.split(",").map((tag) => tag.trim()).filter(Boolean))];

/** `1.2 GB`. */
export function bytes(count) {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  let at = 0;
  while (count >= 1000 && at < units.length - 1) [count, at] = [count / 1000, at + 1];
  return `${at && count < 100 ? count.toFixed(1) : Math.round(count)} ${units[at]}`;
}

/** `15 July 2023`, in UTC as the catalog has it. */
export function day(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return "";
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}

/** From which probability on a moment counts as found, as the server has it. */
export const LIKELY = 0.43;

const LEVELS = [[0.75, "Sure", 4], [LIKELY, "Likely", 3], [0.2, "Maybe", 2], [0, "A guess", 1]];

/** A probability in a word, a level of 1 to 4, and percent; null where it is not known. */
export function confidence(probability) {
  if (probability === null || probability === undefined) return null;
  const [, word, level] = LEVELS.find(([least]) => probability >= least);
  return { word, level, percent: Math.round(100 * probability) };
}

/** An error in one sentence, with its remedy. */
export function sentence(error) {
  const message = String(error.message || "something failed").replace(/[.\s]+$/, "");
  const remedy = String(error.remedy || "").replace(/[.\s]+$/, "");
  const all = remedy ? `${message}; ${remedy}.` : `${message}.`;
  const text = all.replace(/\x60([^\x60]*)\x60/g, "“$1”");
  return text[0].toUpperCase() + text.slice(1);
}
