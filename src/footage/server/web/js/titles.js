/** Videos by id, asked for once: their titles, and what else is shown of them. */

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
