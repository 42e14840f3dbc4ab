/** Tokens of the box that say which videos are searched: `tag:summer`, `year:2024`, `folder:"…"`. */

import { quoted, unquoted } from "./terms.js";

/** Parameters of the API that may be repeated, and those that may not. */
export const LISTS = ["tag", "folder", "video", "partition"];
export const SINGLES = ["since", "until", "min_duration", "max_duration"];

const OF_KEY = { longer: "min_duration", shorter: "max_duration" };
const KEY_OF = { min_duration: "longer", max_duration: "shorter" };
const KEYS = /^(tag|folder|video|partition|year|since|until|longer|shorter):(?=\S)/i;
const VALUE = /"[^"\\]*(?:\\.[^"\\]*)*"|[^\s"]\S*/y;
const QUOTE = /"[^"\\]*(?:\\.[^"\\]*)*"/y;

/** A text without a filter at its end that may still be being typed. */
export function withoutUnfinished(text) {
  const at = text.search(/\S*$/);
  return KEYS.test(text.slice(at)) ? text.slice(0, at) : text;
}

/** Whether a text, were it not in quotes, might be read as a filter. */
export const mentions = (text) => text.split(/\s+/).some((word) => KEYS.test(word));

/** No filters. */
export const none = () => ({ tag: [], folder: [], video: [], partition: [] });

/** Filters taken out of a text: `{rest, found}`; a token that may go on is left where `all` is not. */
export function takeFilters(text, { all = true } = {}) {
  const found = [];
  let rest = "";
  let at = 0;
  while (at < text.length) {
    const begins = at === 0 || /\s/.test(text[at - 1]);
    const token = begins && tokenAt(text, at);
    if (token && (all || token.end < text.length)) {
      found.push(...token.filters);
      at = token.end;
      while (at < text.length && /\s/.test(text[at])) at += 1;
    } else {
      const end = begins && text[at] === '"' ? skipQuote(text, at) : at + 1;
      rest += text.slice(at, end);
      at = end;
    }
  }
  return { rest, found };
}

function tokenAt(text, at) {
  const key = KEYS.exec(text.slice(at));
  if (!key) return null;
  VALUE.lastIndex = at + key[0].length;
  const value = VALUE.exec(text);
  if (!value) return null;
  const end = VALUE.lastIndex;
  if (end < text.length && !/\s/.test(text[end])) return null;
  const plain = unquoted(value[0]);
  return plain.trim() ? { filters: filtersOf(key[1].toLowerCase(), plain), end } : null;
}

function filtersOf(key, value) {
  if (key === "year")
    return [["since", value], ["until", value]];
  return [[OF_KEY[key] ?? key, value]];
}

function skipQuote(text, at) {
  QUOTE.lastIndex = at;
  return QUOTE.exec(text) ? QUOTE.lastIndex : text.length;
}

/** Filters with one more. */
export function withFilter(filters, name, value) {
  if (!LISTS.includes(name)) return { ...filters, [name]: value };
  return { ...filters, [name]: [...new Set([...filters[name], value])] };
}

/** Filters without one. */
export function withoutFilter(filters, name, value) {
  if (LISTS.includes(name)) {
    return { ...filters, [name]: filters[name].filter((other) => other !== value) };
  }
  const { [name]: _, ...others } = filters;
  return others;
}

/** All filters as name and value, as the API takes them. */
export function pairsOf(filters) {
  return [
    ...LISTS.flatMap((name) => filters[name].map((value) => [name, value])),
    ...SINGLES.filter((name) => filters[name]).map((name) => [name, filters[name]]),
  ];
}

/** What the box shows: since and until of one year are one token. `{key, value, names}`. */
export function tokensOf(filters) {
  const year = isYear(filters);
  const tokens = pairsOf(filters)
    .filter(([name]) => !(year && (name === "since" || name === "until")))
    .map(([name, value]) => ({ key: KEY_OF[name] ?? name, value, names: [name] }));
  if (year) tokens.push({ key: "year", value: filters.since, names: ["since", "until"] });
  return tokens;
}

/** The first and the last year, where since and until name such; else null. */
export const yearsOf = ({ since, until }) =>
  [since, until].every((one) => /^\d{4}$/.test(one ?? "")) ? [since, until] : null;

/** Whether since and until name the same year. */
const isYear = ({ since, until }) => since === until && yearsOf({ since, until });

/** Their text form, which `takeFilters` reads as the same. */
export function formatFilters(filters) {
  return tokensOf(filters)
    .map(({ key, value }) => `${key}:${/^[^\s"]\S*$/.test(value) ? value : quoted(value)}`)
    .join(" ");
}

/** The end of a day, month or year, for requests that know no `until`: the day after it. */
export function dayAfter(text) {
  const [year, month, date] = text.split("-").map(Number);
  if (!/^\d{4}(-\d\d){0,2}$/.test(text)) return text;
  const end = date
    ? Date.UTC(year, month - 1, date + 1)
    : month
      ? Date.UTC(year, month, 1)
      : Date.UTC(year + 1, 0, 1);
  return new Date(end).toISOString().slice(0, 10);
}
