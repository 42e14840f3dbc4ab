/**
 * Playing a video whichever way the server has it: `direct` and `cached` files are sought in;
 * in mode `stream` the source is asked for anew from there, and its clock begins at 0.
 */

import { ROOT } from "./api.js";
import { videoOf } from "./titles.js";

const AGAIN_SECONDS = 8; // between two looks whether the copy is made

/** What plays `video` in the element; times are of the video, in seconds. */
export function mediaOf(element, video) {
  const address = `${ROOT}/videos/${video.video_id}/media`;
  let { mode } = video.playback;
  let offset = 0;
  let timer = null;
  let turn = 0;

  const media = {
    get time() {
      return offset + element.currentTime;
    },
    get mode() {
      return mode;
    },
    load: (time) => (mode === "stream" ? stream(time) : whole(time)),
    seek(time) {
      const wanted = Math.min(Math.max(0, time), Math.max(0, video.duration - 0.05));
      if (mode !== "stream") element.currentTime = wanted;
      else if (isBuffered(wanted - offset)) element.currentTime = wanted - offset;
      else stream(wanted);
    },
    close() {
      clearInterval(timer);
      turn += 1;
      element.removeAttribute("src");
      element.load();
    },
  };
  return media;

  function whole(time) {
    offset = 0;
    element.src = `${address}#t=${time.toFixed(3)}`;
  }

  async function stream(time) {
    const own = (turn += 1);
    const plays = !element.paused || element.autoplay;
    offset = time;
    element.src = `${address}?start=${time.toFixed(3)}`;
    if (plays) element.play().catch(() => {});
    timer ??= setInterval(lookAgain, 1000 * AGAIN_SECONDS);
    const begins = await beginning(time);
    if (own === turn && begins !== null) offset = begins;
  }

  /** Where the server says it begins: at the key frame before. */
  async function beginning(time) {
    try {
      const answer = await fetch(`${address}?start=${time.toFixed(3)}`, { method: "HEAD" });
      const said = answer.headers.get("Footage-Start");
      return said === null ? null : Number(said);
    } catch {
      return null;
    }
  }

  function isBuffered(time) {
    const { buffered } = element;
    for (let at = 0; at < buffered.length; at += 1) {
      if (buffered.start(at) <= time && time < buffered.end(at) - 0.2) return true;
    }
    return false;
  }

  /** Once there is a copy, go on in that. */
  async function lookAgain() {
    const now = await videoOf(video.video_id, { seconds: 0 }).catch(() => null);
    if (!now || now.playback.mode === "stream") return;
    clearInterval(timer);
    const { time } = media;
    const { paused } = element;
    mode = now.playback.mode;
    whole(time);
    if (!paused) element.play().catch(() => {});
  }
}
