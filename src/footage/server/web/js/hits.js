/** What the query finds in the video that plays. */

import { ask } from "./api.js";
import { LEAD, confidenceMark } from "./cards.js";
import { el, fill } from "./dom.js";
import { quotation } from "./evidence.js";
import { blobOf, fetched } from "./files.js";
import { readable, request } from "./query.js";
import { confidence, span } from "./words.js";

const MOST = 100;

/** The least probability of what is listed. */
export const LEAST = 0.05;

/** The moments of a video for a query, best first. Raises `ApiError`. */
export async function hitsOf(video, given) {
  const query = readable(given);
  await fetched(query.files);
  const filters = { ...query.filters, video: [video.video_id] };
  const asked = { ...query, filters, byVideo: false };
  const { path, ...options } = request(asked, { limit: MOST, data: blobOf });
  const { moments } = await ask(path, options);
  return moments.filter(({ video_id: id }) => id === video.video_id); // a saved search has its own
}

/** A list of those worth showing; `play` is called with where to begin, and the moment's ends. */
export function hitList(play) {
  const element = el("ol.hits");
  let inOrder = [];
  return { element, show, after, before };

  /** Show them; returns how many. */
  function show(moments) {
    const likely = moments.filter(({ confidence: chance }, at) => !at || chance === null || chance >= LEAST);
    fill(element, likely.map(row));
    inOrder = likely.toSorted((one, other) => one.start - other.start);
    return likely.length;
  }

  /** Play the one after a time. */
  function after(time) {
    go(inOrder.find((one) => one.start > time + LEAD + 0.2));
  }

  /** Play the one before a time. */
  function before(time) {
    go(inOrder.findLast((one) => one.start < time - 0.5));
  }

  function go(moment) {
    if (moment)
      play({ time: Math.max(0, moment.start - LEAD), start: moment.start, end: moment.end });
  }

  function row(moment) {
    const chance = confidence(moment.confidence);
    const said = [chance && confidenceMark(chance), quotation(moment.evidence)];
    return hitRow(moment, () => go(moment), said);
  }
}

/** A row that plays a stretch of the video: its picture, when it is, and what is `said` of it. */
export function hitRow({ start, end, thumbnail }, onclick, said, kind = "") {
  return el(
    "li",
    el(
      "button",
      { class: `hit ${kind}`, onclick },
      thumbnail && el("img", { src: thumbnail, alt: "", loading: "lazy" }),
      el("span.hit-text", el("span.hit-time", span(start, end)), said),
    ),
  );
}

/** The words that matched in what is said, or written. */
export const wordsOf = (moments, modality) =>
  moments
    .flatMap(({ evidence }) => evidence)
    .filter((one) => one.modality === modality)
    .flatMap(({ words }) => words);
