/** Videos by id, asked for once: their titles, where they lie, and what else is shown of them. */

import { ask } from "./api.js";

const known = new Map();

/**
 * A video as `GET /videos/{id}` gives it, or gave it at most `seconds` ago. Raises `ApiError`.
 */
export function videoOf(id, { seconds = Infinity } = {}) {
  const kept = known.get(id);
  if (kept && performance.now() - kept.at <= 1000 * seconds) return kept.asked;
  const asked = ask(`/videos/${encodeURIComponent(id)}`);
  known.set(id, { asked, at: performance.now() });
  asked.catch(() => known.delete(id));
  return asked;
}

/** The title of a video, or what it was named by where there is none such. */
export async function titleOf(id) {
  if (!/^[0-9a-f]{32}$/.test(id)) return id.split("/").at(-1);
  try {
    return (await videoOf(id)).title;
  } catch {
    return id.slice(0, 8);
  }
}

const SENT = /^(.*[/\\])?uploads[/\\][0-9a-f]{32}(?=[/\\])/;

/** Where a video, or that of a moment, lies: its path or address, or its id where it has neither. */
export const pathOf = ({ path, url, video_id: id }) => path?.replace(SENT, "sent here") ?? url ?? id;

/** By video, the end of its path that tells it from others of the same title, if there are such. */
export function placesOf(moments) {
  const places = new Map();
  for (const alike of Map.groupBy(moments, ({ title }) => title).values()) {
    const paths = new Map(alike.map((one) => [one.video_id, pathOf(one).split(/[/\\]/)]));
    if (paths.size < 2) continue;
    const endsOf = (count) => [...paths.values()].map((parts) => parts.slice(-count).join("/"));
    let count = 2;
    while (count < 40 && new Set(endsOf(count)).size < paths.size) count += 1;
    [...paths.keys()].forEach((id, at) => places.set(id, endsOf(count)[at]));
  }
  return places;
}
