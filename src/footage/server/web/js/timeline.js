/** The timeline of the player: where the query matches, how far it is, what is marked. */

import { el, setStyles, svg } from "./dom.js";
import { tileAt, tilesOf, tileView } from "./sprites.js";
import { clock } from "./words.js";

const STEP = 5; // seconds of an arrow key
const LEAST_HEAT = 0.06;

/** A timeline of a video; `seek` is called with seconds. */
export function timeline(video, seek) {
  const { duration } = video;
  const heat = svg("svg", {
    class: "heat",
    viewBox: "0 0 1000 100",
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  const played = el("span.played");
  const marked = el("span.marked", { hidden: true });
  const buffered = el("span.buffered");
  const preview = el("span.preview", { hidden: true });
  const element = el(
    "div.timeline",
    {
      role: "slider",
      tabindex: "0",
      "aria-label": "Time",
      "aria-valuemin": "0",
      "aria-valuemax": String(Math.round(duration)),
      onkeydown: pressed,
      onpointerdown: grabbed,
      onpointermove: hovered,
      onpointerleave: () => (preview.hidden = true),
    },
    heat,
    el("span.rail", buffered, played),
    marked,
    preview,
  );
  let now = 0;
  let view = null;
  let chapters = [];

  return { element, showTime, showHeat, showMarks, showBuffered, showChapters };

  function showTime(time) {
    now = time;
    setStyles(element, { "--at": `${percent(time)}%` });
    element.setAttribute("aria-valuenow", String(Math.round(time)));
    element.setAttribute("aria-valuetext", `${clock(time)} of ${clock(duration)}`);
  }

  function showBuffered(time) {
    setStyles(buffered, { width: `${percent(time)}%` });
  }

  function showMarks(from, to) {
    marked.hidden = from === null && to === null;
    const [left, right] = [from ?? 0, to ?? duration];
    setStyles(marked, { left: `${percent(left)}%`, width: `${Math.max(0.2, percent(right) - percent(left))}%` });
  }

  function showHeat(moments) {
    heat.replaceChildren(svg("path", { d: heatPath(moments, duration) }));
  }

  /** Ticks where chapters begin; their titles are in the preview. */
  function showChapters(all) {
    chapters = all;
    for (const { start } of all.slice(1)) {
      marked.before(el("span.chapter-tick", { style: { left: `${percent(start)}%` } }));
    }
  }

  function percent(time) {
    return duration > 0 ? Math.min(100, (100 * Math.max(0, time)) / duration) : 0;
  }

  function timeOf(event) {
    const at = element.getBoundingClientRect();
    return duration * Math.min(1, Math.max(0, (event.clientX - at.left) / at.width));
  }

  function grabbed(event) {
    if (event.button) return;
    element.setPointerCapture(event.pointerId);
    seek(timeOf(event));
    const move = (moved) => seek(timeOf(moved));
    element.addEventListener("pointermove", move);
    element.addEventListener("pointerup", () => element.removeEventListener("pointermove", move), { once: true });
    element.addEventListener("pointercancel", () => element.removeEventListener("pointermove", move), { once: true });
  }

  async function hovered(event) {
    if (event.pointerType === "touch") return;
    const time = timeOf(event);
    const tiles = await tilesOf(video.video_id);
    if (!element.matches(":hover")) return;
    preview.hidden = false;
    const left = Math.min(94, Math.max(6, percent(time)));
    setStyles(preview, { left: `${left}%` });
    if (tiles.length && !view) {
      view = tileView(video.video_id);
      preview.append(view.element);
    }
    if (view) {
      const tile = tileAt(tiles, time);
      setStyles(view.element, { "aspect-ratio": `${tile.width} / ${tile.height}` });
      view.show(tile);
    }
    const title = chapters.findLast(({ start }) => start <= time)?.title;
    preview.dataset.time = title ? `${clock(time)} · ${title}` : clock(time);
  }

  function pressed(event) {
    const to = {
      ArrowLeft: now - STEP,
      ArrowDown: now - STEP,
      ArrowRight: now + STEP,
      ArrowUp: now + STEP,
      PageDown: now - 12 * STEP,
      PageUp: now + 12 * STEP,
      Home: 0,
      End: duration,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    seek(to);
  }
}

/** How likely it matches over the whole video, as an area of 1000 by 100. */
function heatPath(moments, duration) {
  if (!moments.length || !duration) return "";
  const best = Math.max(...moments.map(strength)) || 1;
  const steps = 240;
  const heights = Array.from({ length: steps + 1 }, (_, at) => {
    const time = (duration * at) / steps;
    const near = moments.map((moment) => strength(moment) * closeness(moment, time, duration));
    return Math.max(LEAST_HEAT * best, ...near) / Math.max(best, 0.5);
  });
  const points = heights.map(
    (height, at) => `L${((1000 * at) / steps).toFixed(1)} ${(100 - 96 * height).toFixed(1)}`,
  );
  return `M0 100${points.join("")}L1000 100Z`;
}

const strength = ({ confidence, score }) => Math.max(0, confidence ?? score);

/** 1 within the moment, or what looks like it, falling off beside it. */
function closeness({ start, end, alike }, time, duration) {
  const soft = Math.max(duration / 120, 0.5);
  const of = ([from, to], most) => {
    const away = Math.max(from - time, time - to, 0) / soft;
    return most * Math.exp(-away * away);
  };
  return Math.max(of([start, end], 1), ...alike.map((span) => of(span, 0.85)));
}
