/**
 * A query: what the box, the address of the page and the API say, each in its own way.
 *
 * `terms` are chips and `draft` is what is being typed; together they are one text. `likes` are
 * `{video, time, weight}`, `files` `{key, kind, name, weight}` of `files.js`, `then` texts.
 * `saved` names a saved search that the page cannot say in its own parts; it stands alone.
 */

import { parameters } from "./api.js";
import {
  LISTS,
  SINGLES,
  dayAfter,
  formatFilters,
  mentions,
  none,
  pairsOf,
  takeFilters,
  withFilter,
  withoutUnfinished,
} from "./filters.js";
import { formatTerms, parseTerms } from "./terms.js";

export const CHANNELS = ["seen", "said", "sign"];
const WITHIN = 30;
const FILE_KINDS = ["image", "clip", "sound"];

/** Nothing asked yet. */
export const blank = () => ({
  terms: [],
  draft: "",
  likes: [],
  files: [],
  then: [],
  within: WITHIN,
  weights: null,
  filters: none(),
  byVideo: false,
  saved: null,
});

/** The text that chips and draft say together. */
export function textOf({ terms, draft }) {
  const chips = formatTerms(terms, mentions);
  const typed = draft.trim();
  if (!chips || !typed) return chips || typed;
  return /^[+-](\s|$)/.test(typed) ? `${chips} ${typed}` : `${chips} + ${typed}`;
}

/** The whole text form, with filters: what could be typed to have the same chips. */
export const wholeText = (query) => [textOf(query), formatFilters(query.filters)].filter(Boolean).join(" ");

/** Whether anything is asked by, filters apart. */
export const isAsked = ({ saved, terms, draft, likes, files }) =>
  Boolean(saved || terms.length || likes.length || files.length || withoutUnfinished(draft).trim());

/** The query without its `saved` where anything else is asked by now. */
export const settled = (query) =>
  query.saved && String(toAddress({ ...query, saved: null })) ? { ...query, saved: null } : query;

/** Whether nothing is asked, not even a filter. */
export const isBlank = (query) => !isAsked(query) && !query.draft && !pairsOf(query.filters).length;

/** The query with what is typed made chips. Raises `TermError`. */
export function committed(query) {
  const { rest, found } = takeFilters(query.draft);
  let filters = query.filters;
  for (const [name, value] of found) filters = withFilter(filters, name, value);
  const text = textOf({ terms: query.terms, draft: rest });
  return { ...query, filters, terms: text ? parseTerms(text) : [], draft: "" };
}

/** The query without what is being typed where that cannot be read yet. */
export function readable(query) {
  try {
    return committed({ ...query, draft: withoutUnfinished(query.draft) });
  } catch (error) {
    if (error.unfinished) return error.position ? withoutEnd(query) : { ...query, draft: "" };
    throw error;
  }
}

function withoutEnd(query) {
  const draft = query.draft.replace(/(^|\s)([+-]|"[^"]*|\S+:"[^"]*)\s*$/, "");
  return draft === query.draft ? { ...query, draft: "" } : readable({ ...query, draft });
}

// the address of the page

/** What the address says of a query. */
export function toAddress(query) {
  return parameters([
    ["q", textOf(query)],
    ...query.likes.map((like) => ["like", likeText(like)]),
    ...query.files.map((file) => [file.kind, fileText(file)]),
    ...query.then.map((text) => ["then", text]),
    ["within", query.then.length && query.within !== WITHIN ? query.within : ""],
    ...weightPairs(query),
    ["by_video", query.byVideo || ""],
    ...pairsOf(query.filters),
    ["saved", query.saved],
  ]);
}

/** The query that an address says. */
export function fromAddress(address) {
  const query = blank();
  for (const name of LISTS) query.filters[name] = [...new Set(address.getAll(name).filter(Boolean))];
  for (const name of SINGLES) if (address.get(name)) query.filters[name] = address.get(name);
  takeText(query, address.get("q") ?? "");
  query.likes = address.getAll("like").map(likeOf).filter(Boolean);
  query.files = FILE_KINDS.flatMap((kind) => address.getAll(kind).map((value) => fileOf(kind, value)).filter(Boolean),
  );
  query.then = address.getAll("then");
  query.within = positive(address.get("within")) ?? WITHIN;
  if (CHANNELS.some((name) => address.has(name))) {
    query.weights = Object.fromEntries(CHANNELS.map((name) => [name, positive(address.get(name)) ?? 0]));
  }
  query.byVideo = address.get("by_video") === "true";
  query.saved = address.get("saved");
  return settled(query);
}

function takeText(query, text) {
  const draft = query.draft;
  try {
    Object.assign(query, committed({ ...query, draft: text }));
  } catch {
    query.draft = draft || text; // the server says what is wrong with it
  }
}

const weightPairs = ({ weights }) => (weights ? CHANNELS.map((name) => [name, weights[name]]) : []);

export const likeText = ({ video, time, weight }) =>
  `${video}@${Math.max(0, Number(time)).toFixed(2)}${weight === 1 ? "" : `^${weight}`}`;

function likeOf(text) {
  const match = /^(.+)@([\d:.]+)(?:\^(-?\d*\.?\d+))?$/s.exec(text);
  if (!match) return null;
  const time = secondsOf(match[2]);
  const weight = Number(match[3] ?? 1);
  return Number.isFinite(time) && weight ? { video: match[1], time, weight } : null;
}

/** `1:05` → 65. */
const secondsOf = (text) => text.split(":").reduce((sum, part) => 60 * sum + Number(part), 0);

const fileText = ({ key, weight, name }) => `${key}^${weight}~${name}`;

function fileOf(kind, text) {
  const match = /^([0-9a-z]+)\^(-?[\d.]+)~(.*)$/s.exec(text);
  return match && { kind, key: match[1], weight: Number(match[2]) || 1, name: match[3] };
}

function positive(text) {
  const value = text === null ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : null;
}

// the API

/**
 * The path and options of `ask` for a query; `data` gives the blob of a file by its key.
 *
 * The text is sent as it is, the server being the one to read it; filters among it are taken out.
 */
export function request(given, { limit, offset = 0, data }) {
  const query = readable(given);
  const page = [["limit", limit], ["offset", offset]];
  if (query.saved) return { path: `${savedPath(query.saved)}/results?${parameters(page)}` };
  if (!query.files.length) return { path: `/search?${searchParameters(query, page)}` };
  return { path: "/search", method: "POST", body: formOf(query, { limit, offset }, data) };
}

/** The path and options of `ask` that save a query under a name. */
export function saving(name, given, data) {
  const query = readable(given);
  return { path: savedPath(name), method: "PUT", body: formOf(query, {}, data) };
}

/** Where the server has a saved search. */
export const savedPath = (name) => `/searches/${encodeURIComponent(name)}`;

function formOf(query, page, data) {
  const form = new FormData();
  form.append("query", JSON.stringify(bodyOf(query, page)));
  query.files.forEach((file, at) => form.append(file.kind, data(file.key), partName(file, at)));
  return form;
}

function searchParameters(query, page) {
  return parameters([
    ["q", textOf(query)],
    ...query.likes.map((like) => ["like", likeText(like)]),
    ...stepsOf(query).map((text) => ["then", text]),
    ["within", query.within],
    ...weightPairs(query),
    ["by_video", query.byVideo || ""],
    ...pairsOf(query.filters),
    ...page,
  ]);
}

const stepsOf = (query) => query.then.filter((text) => text.trim());
const partName = (file, at) => `${at}-${file.name}`;

function bodyOf(query, page) {
  const { filters } = query;
  return {
    ...page,
    text: textOf(query) || null,
    likes: query.likes.map(likeText),
    examples: query.files.map((file, at) => ({ file: partName(file, at), weight: file.weight })),
    then: stepsOf(query),
    within: query.within,
    weights: query.weights ?? {},
    group_by_video: query.byVideo,
    filters: {
      videos: filters.video,
      folders: filters.folder,
      tags: filters.tag,
      partitions: filters.partition,
      recorded_from: filters.since ?? null,
      recorded_before: filters.until ? dayAfter(filters.until) : null,
      shortest: durationOf(filters.min_duration),
      longest: durationOf(filters.max_duration),
    },
  };
}

const durationOf = (text) => (text ? secondsOf(text) : null);
