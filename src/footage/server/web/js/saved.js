/** Saved searches, which the server keeps. */

import { ask, parameters } from "./api.js";
import { blobOf, fetched } from "./files.js";
import { CHANNELS, likeText, savedPath, saving } from "./query.js";

const DAY = 86_400_000; // milliseconds
// what the page can say of a query in its own parts; limit and offset are its own
const SAYABLE = ["text", "likes", "then", "within", "weights", "filters", "group_by_video"];
const ALSO = ["limit", "offset"];

/** All of them, by name: `{name, query, …}` as the server has them. Raises `ApiError`. */
export const get = async () => (await ask("/searches")).searches;

/** Save a query of the page under a name, in the place of another. Raises `ApiError`. */
export async function put(name, query) {
  await fetched(query.files);
  const { path, ...options } = saving(name, query, blobOf);
  return ask(path, options);
}

/** Save again what the server gave as JSON. Raises `ApiError`. */
export const putBack = ({ name, query }) => ask(savedPath(name), { method: "PUT", json: query });

/** Forget one. Raises `ApiError`. */
export const remove = (name) => ask(savedPath(name), { method: "DELETE" });

/** A text as a name that the server takes. */
export const nameOf = (text) =>
  text.replace(/[\p{C}\p{Z}]+/gu, " ").replaceAll("/", "∕").replace(/^[.\s]+/, "").slice(0, 100).trim();

/** The address that asks for a saved search: by its parts, or by its name where it has others. */
export function addressOfSaved({ name, query }) {
  return String(inParts(query) ?? parameters([["saved", name]]));
}

function inParts(query) {
  const { text, likes = [], then = [], within, weights, filters = {}, group_by_video } = query;
  const isSayable = Object.keys(query).every((key) => SAYABLE.includes(key) || ALSO.includes(key));
  const arePlain = then.every((step) => Object.keys(step).join() === "text");
  const areAll = !weights || CHANNELS.every((name) => name in weights);
  const days = daysOf(filters);
  if (!isSayable || !arePlain || !areAll || !days) return null;
  const pairs = (name, values = []) => values.map((value) => [name, value]);
  return parameters([
    ["q", text],
    ...pairs("like", likes.map((like) => likeText({ weight: 1, ...like }))),
    ...pairs("then", then.map((step) => step.text)),
    ["within", within],
    ...Object.entries(weights ?? {}),
    ["by_video", group_by_video],
    ...pairs("video", filters.videos),
    ...pairs("folder", filters.folders),
    ...pairs("tag", filters.tags),
    ...pairs("partition", filters.partitions),
    ...days,
    ["min_duration", filters.shortest],
    ["max_duration", filters.longest],
  ]);
}

/** `since` and `until` of two instants, or null where they are not whole days. */
function daysOf({ recorded_from: from, recorded_before: before }) {
  const [first, end] = [from, before].map((text) => (text ? Date.parse(text) : null));
  if ((first ?? 0) % DAY || (end ?? 0) % DAY) return null;
  const text = (time) => time !== null && new Date(time).toISOString().slice(0, 10);
  const [since, until] = [text(first), end !== null && text(end - DAY)];
  const year = since && since.slice(0, 4);
  const isYear = since === `${year}-01-01` && until === `${year}-12-31`;
  return [["since", isYear ? year : since || null], ["until", isYear ? year : until || null]];
}
