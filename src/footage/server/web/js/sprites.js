/** Small pictures of a whole video, shown while one moves over its card or timeline. */

import { ROOT } from "./api.js";
import { el, setStyles } from "./dom.js";

const known = new Map();
const CUE = /(\d+):(\d\d):(\d\d\.\d+) --> (\d+):(\d\d):(\d\d\.\d+)\s+sprite\.jpg#xywh=(\d+),(\d+),(\d+),(\d+)/g;

/** The tiles of a video, `{start, end, x, y, width, height}` in seconds and pixels. */
export function tilesOf(video) {
  if (!known.has(video)) known.set(video, read(video));
  return known.get(video);
}

async function read(video) {
  try {
    const answer = await fetch(`${ROOT}/videos/${video}/sprite.vtt`);
    return answer.ok ? parsed(await answer.text()) : [];
  } catch {
    known.delete(video);
    return [];
  }
}

/** The tiles that a WebVTT file names. */
function parsed(text) {
  return [...text.matchAll(CUE)].map((match) => {
    const [h1, m1, s1, h2, m2, s2, x, y, width, height] = match.slice(1).map(Number);
    return { start: 3600 * h1 + 60 * m1 + s1, end: 3600 * h2 + 60 * m2 + s2, x, y, width, height };
  });
}

/** The tile of a time. */
export const tileAt = (tiles, time) => tiles.find((tile) => time < tile.end) ?? tiles.at(-1);

/** A picture of one tile at a time, filling its parent's width; `loaded` once it can be shown. */
export function tileView(video) {
  const image = el("img.sprite", { src: `${ROOT}/videos/${video}/sprite.jpg`, alt: "", draggable: "false" });
  const element = el("div.sprite-window", image);
  let shown = null;
  image.onload = () => shown && show(shown); // its size is known now
  const loaded = image.decode().catch(() => {});
  return { element, show, loaded };

  function show(tile) {
    shown = tile;
    const scale = element.clientWidth / tile.width;
    setStyles(image, {
      width: `${(image.naturalWidth || tile.width) * scale}px`,
      transform: `translate(${-tile.x * scale}px, ${-tile.y * scale}px)`,
    });
  }
}
