/** Videos by id, asked for once: their titles, and what else is shown of them. */

import { ask } from "./api.js";

const known = new Map();

/** A video as `GET /videos/{id}` gives it. Raises `ApiError`. */
export function videoOf(id, { fresh = false } = {}) {
  if (fresh || !known.has(id)) {
    const asked = ask(`/videos/${encodeURIComponent(id)}`);
    known.set(id, asked);
    asked.catch(() => known.delete(id));
  }
  return known.get(id);
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
