/** Where a clip of the video begins and ends, and what downloads it. */

import { ROOT, parameters } from "./api.js";
import { el } from "./dom.js";
import { exportMenu } from "./exports.js";
import { icon, wordButton } from "./icons.js";
import { clock, span } from "./words.js";

const LONGEST_CLIP = 600; // seconds, of the server

/** The marks of a video; `now` gives its time, `show` is called with where they are, or null. */
export function marks(video, now, show) {
  let from = null;
  let to = null;
  const begins = wordButton("in", "In", "Mark where the clip begins (I)", () => mark("from"));
  const ends = wordButton("out", "Out", "Mark where the clip ends (O)", () => mark("to"));
  const download = el("a.button", { download: "" }, icon("download"), el("span", "Clip"));
  const give = wordButton("film", "Export", "Export from in to out", () => {
    const [start, end] = isWhole() ? [0, video.duration] : clip();
    exportMenu(give, [{ video_id: video.video_id, start, end }]);
  });
  const element = el("div.button-row", begins, ends, download, give);
  set(null, null);
  return { element, set, mark };

  function set(start, end) {
    from = start;
    to = end;
    if (isTurned()) show(to, from);
    else show(from, to);
    begins.lastElementChild.textContent = from === null ? "In" : `In ${clock(from, true)}`;
    ends.lastElementChild.textContent = to === null ? "Out" : `Out ${clock(to, true)}`;
    give.lastElementChild.textContent = isWhole() ? "Export whole video" : "Export";
    const [first, last] = clip();
    const pairs = [["start", first.toFixed(2)], ["end", last.toFixed(2)], ["exact", "true"]];
    download.href = `${ROOT}/videos/${video.video_id}/clip?${parameters(pairs)}`;
    download.title = `Download the clip ${span(first, last)}`;
    download.setAttribute("aria-label", download.title);
  }

  /** Mark the present time; the other mark stays, in whichever order they come. */
  function mark(which) {
    const at = Math.round(100 * now()) / 100;
    if (which === "from") set(at, to === at ? null : to);
    else set(from === at ? null : from, at);
  }

  function isWhole() {
    return (from ?? to) === null;
  }

  function isTurned() {
    return from !== null && to !== null && to < from;
  }

  function clip() {
    if (isTurned()) return [to, Math.min(from, to + LONGEST_CLIP)];
    const start = from ?? Math.max(0, (to ?? video.duration) - LONGEST_CLIP);
    return [start, Math.min(to ?? video.duration, start + LONGEST_CLIP)];
  }
}
