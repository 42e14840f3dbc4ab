/** The shots beside the one that plays. */

import { ask } from "./api.js";
import { el, fill } from "./dom.js";
import { failed } from "./notes.js";
import { clock } from "./words.js";

const EACH_SIDE = 4;

/** A strip of shots around the time; `seek` is called with seconds. */
export function shotStrip(video, seek) {
  const list = el("ol.shots");
  const element = el("section.shot-strip", { "aria-label": "Shots around this one" }, list);
  const controller = new AbortController();
  let shots = [];
  let current = -1;
  let first = -1;
  return { element, load, follow, stop: () => controller.abort() };

  async function load(time) {
    try {
      const { segments } = await ask(`/videos/${video.video_id}/segments`, { signal: controller.signal });
      const clips = segments.filter(({ scope }) => scope === "clip");
      shots = clips.filter(({ modality }) => modality === clips[0].modality);
    } catch (error) {
      failed(error);
    }
    element.hidden = shots.length < 2;
    follow(time);
  }

  function follow(time) {
    const at = shots.findLastIndex(({ start }) => start <= time + 0.05);
    if (at === current || !shots.length) return;
    current = Math.max(0, at);
    const from = Math.max(0, Math.min(current - EACH_SIDE, shots.length - 2 * EACH_SIDE - 1));
    if (from !== first) fill(list, shots.slice(from, from + 2 * EACH_SIDE + 1).map(shot));
    first = from;
    [...list.children].forEach((row, index) => {
      row.firstElementChild.toggleAttribute("aria-current", index + from === current);
    });
  }

  function shot({ start, thumbnail }) {
    return el(
      "li",
      el(
        "button.shot",
        { "aria-label": `Shot at ${clock(start)}`, onclick: () => seek(start) },
        thumbnail && el("img", { src: thumbnail, alt: "", loading: "lazy" }),
        el("span.shot-time", clock(start)),
      ),
    );
  }
}
