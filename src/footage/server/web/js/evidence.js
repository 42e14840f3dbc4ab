/** Why a moment matched: what was seen, said or written there, with the words marked. */

import { el } from "./dom.js";
import { icon } from "./icons.js";

/** What each channel is called, and its icon. */
export const CHANNEL_LOOKS = { seen: ["Seen", "eye"], said: ["Said", "speech"], sign: ["On screen", "sign"] };
/** Which channel a modality is of. */
export const CHANNEL = { visual: "seen", audio: "seen", fused: "seen", speech: "said", screen: "sign" };
const LEAST_BADGE = 0.1; // of the score: less is no reason
const LEAST_QUOTE = 0.25;
const WORD = /[\p{L}\p{N}'’]+/gu;

/** Badges of the modalities that found it, the weightiest first. */
export function badges(evidence) {
  const shares = new Map();
  for (const { modality, contribution } of evidence) {
    const name = CHANNEL[modality] ? modality : "visual";
    shares.set(name, (shares.get(name) ?? 0) + contribution);
  }
  const ordered = [...shares].sort(([, one], [, other]) => other - one);
  return el(
    "ul.why",
    { "aria-label": "Why it matched" },
    ordered
      .filter(([, share], at) => !at || share >= LEAST_BADGE)
      .map(([modality, share]) => {
        const channel = CHANNEL[modality];
        const [word, picture] = modality === "audio" ? ["Heard", "sound"] : CHANNEL_LOOKS[channel];
        const percent = Math.round(100 * share);
        const title = `${word}: ${percent} % of the score`;
        return el("li", { class: `badge badge-${channel}`, title }, icon(picture), word);
      }),
  );
}

/** The best line of text there is, as a quotation; null where it was found by its look. */
export function quotation(evidence) {
  const found = evidence.filter(
    ({ text, words, contribution }) => text && (words.length || contribution >= LEAST_QUOTE),
  );
  found.sort((one, other) => rank(other) - rank(one));
  const best = found[0];
  if (!best) return null;
  const channel = CHANNEL[best.modality] ?? "said";
  return el("p", { class: `quote quote-${channel}` }, marked(excerpt(best.text, best.words), best.words));
}

const rank = ({ words, contribution }) => contribution + (words.length ? 1 : 0);

/** A text with the words that matched in `<mark>`. */
export function marked(text, words) {
  if (!words.length) return [text];
  const wanted = new Set(words.map((word) => word.toLowerCase()));
  const parts = [];
  let at = 0;
  for (const match of text.matchAll(WORD)) {
    if (!wanted.has(match[0].toLowerCase())) continue;
    parts.push(text.slice(at, match.index), el("mark", match[0]));
    at = match.index + match[0].length;
  }
  return [...parts, text.slice(at)].filter(Boolean);
}

/** The part of a long text that has the first word that matched. */
function excerpt(text, words, longest = 160) {
  if (text.length <= longest) return text;
  const lower = text.toLowerCase();
  const places = words.map((word) => lower.indexOf(word.toLowerCase())).filter((at) => at >= 0);
  const first = places.length ? Math.min(...places) : 0;
  if (first < longest - 40) return `${text.slice(0, longest).trimEnd()}…`;
  const from = text.indexOf(" ", Math.max(0, first - 50)) + 1;
  const to = from + longest;
  return `…${text.slice(from, to).trimEnd()}${to < text.length ? "…" : ""}`;
}
