/**
 * The text form of a query, as `footage/terms.py` reads it: `2:dog + beach - people`,
 * `said:"refund policy"`. The server has the last word; a test holds both to the same reading.
 */

const LEAST_WEIGHT = 0.001;
const MOST_WEIGHT = 1000;

const SPACE = "[\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const SPACES = new RegExp(`${SPACE}+`, "yu");
const WORD = new RegExp(`(?:(?!${SPACE}).)+`, "ysu");
const OPERATOR = new RegExp(`[+-](?=${SPACE}|$)`, "yu");
const WEIGHT = /(\d+(?:\.\d+)?|\.\d+):/y;
const KEY = /(seen|said|sign):/iy;
const QUOTED = /"([^"\\]*(?:\\.[^"\\]*)*)"/sy;
const BLANK = new RegExp(`^${SPACE}*$`, "u");

/** What is wrong with a text form, where, and whether more typing may mend it. */
export class TermError extends Error {
  constructor(message, remedy, { position = 0, unfinished = false } = {}) {
    super(message);
    Object.assign(this, { name: "TermError", code: "invalid_query", remedy, position, unfinished });
  }
}

function matched(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

const endOf = (pattern, text, at) => (matched(pattern, text, at) ? pattern.lastIndex : at);

/** The terms of a text, each `{text, kind, weight}`. Raises `TermError`. */
export function parseTerms(text) {
  if (BLANK.test(text)) throw new TermError("the query is empty", "say what the moment looks like");
  const drafts = [];
  let operator = null;
  let at = endOf(SPACES, text, 0);
  while (at < text.length) {
    const found = matched(OPERATOR, text, at);
    if (found) {
      if (operator) throw nothingFollows(operator, false);
      operator = found;
      at += 1;
    } else {
      const begins = operator !== null || drafts.length === 0;
      const head = headOf(text, at, begins);
      if (begins || head.kind !== "any") {
        const weight = (operator && operator[0] === "-" ? -1 : 1) * head.weight;
        drafts.push({ weight, kind: head.kind, words: [] });
      }
      const [word, end] = wordOf(text, head.end);
      drafts.at(-1).words.push(word);
      operator = null;
      at = end;
    }
    at = endOf(SPACES, text, at);
  }
  if (operator) throw nothingFollows(operator, true);
  return drafts.map(({ words, kind, weight }) => ({ text: words.join(" "), kind, weight }));
}

/** The text form of terms, which `parseTerms` reads as the same; what `isOther` is put in quotes. */
export function formatTerms(terms, isOther = () => false) {
  return terms
    .map((term, at) => {
      const sign = term.weight < 0 ? "- " : at ? "+ " : "";
      const size = Math.abs(term.weight);
      const weight = size === 1 ? "" : `${size}:`;
      const key = term.kind === "any" ? "" : `${term.kind}:`;
      return `${sign}${weight}${key}${isOther(term.text) ? quoted(term.text) : contentOf(term.text, weight, key)}`;
    }).join(" ");
}

/** A text in quotes, with what would end them escaped. */
export const quoted = (text) => `"${text.replace(/[\\"]/g, "\\$&")}"`;

/** What stands in quotes, or the text itself. */
export function unquoted(text) {
  const match = matched(QUOTED, text, 0);
  return match && QUOTED.lastIndex === text.length ? unescaped(match[1]) : text;
}

const unescaped = (text) => text.replace(/\\(["\\])/g, "$1");

function headOf(text, at, begins) {
  const weight = matched(WEIGHT, text, at);
  const after = weight ? WEIGHT.lastIndex : at;
  const key = matched(KEY, text, after);
  const keyEnd = KEY.lastIndex;
  if (key && opens(text, keyEnd, /[\p{L}\p{N}]/u))
    return { weight: weightOf(weight), kind: key[1].toLowerCase(), end: keyEnd };
  if (weight && begins && opens(text, after, /\p{L}/u))
    return { weight: weightOf(weight), kind: "any", end: after };
  return { weight: 1, kind: "any", end: at };
}

function opens(text, at, content) {
  const code = text.codePointAt(at);
  if (code === undefined) return false;
  const following = String.fromCodePoint(code);
  return following === '"' || content.test(following);
}

function weightOf(match) {
  if (!match) return 1;
  const weight = Number(match[1]);
  if (weight >= LEAST_WEIGHT && weight <= MOST_WEIGHT) return weight;
  throw new TermError(
    `the weight ${match[1]} is out of range`,
    `write one from ${LEAST_WEIGHT} to ${MOST_WEIGHT}, or put it all in quotes`,
    { position: match.index },
  );
}

function wordOf(text, at) {
  let literal = "";
  if (text[at] === '"') {
    const match = matched(QUOTED, text, at);
    if (!match)
      throw new TermError(
        `the quote at character ${at + 1} is left open`,
        'close it with another "',
        { position: at, unfinished: true },
      );
    if (BLANK.test(match[1]))
      throw new TermError(
        `the quotes at character ${at + 1} hold nothing`,
        "write between them what is looked for",
        { position: at, unfinished: true },
      );
    literal = unescaped(match[1]);
    at = QUOTED.lastIndex;
  }
  const end = endOf(WORD, text, at);
  return [literal + text.slice(at, end), end];
}

function nothingFollows(operator, unfinished) {
  return new TermError(
    `nothing follows the ${operator[0]} at character ${operator.index + 1}`,
    "write something after it, or put it in quotes",
    { position: operator.index, unfinished },
  );
}

function contentOf(text, weight, key) {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 32);
  const fits = (!key || /[\p{L}\p{N}]/u.test(first)) && (key || !weight || /\p{L}/u.test(first));
  return fits && isPlain(text) ? text : quoted(text);
}

function isPlain(text) {
  try {
    const terms = parseTerms(text);
    const [{ text: same, kind, weight }] = terms;
    return terms.length === 1 && same === text && kind === "any" && weight === 1;
  } catch {
    return false;
  }
}
