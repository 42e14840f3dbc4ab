/** A map of points, zoomed and moved by wheel, fingers and keys; a point that is pressed plays. */

import { thumbnailOf } from "./cards.js";
import { el, fill, setStyles, svg } from "./dom.js";
import { icon } from "./icons.js";
import { change } from "./state.js";
import { openOf } from "./stretches.js";
import { titleOf } from "./titles.js";
import { plural, span } from "./words.js";

const SIZE = 1000; // units of the whole map
const MARGIN = 40; // units around the points, so that they are whole at the edge
const LEAST = 25; // units across, zoomed in
const NEAR = 16; // pixels from a point, that still mean it
const GAP = 8; // pixels between names
const CLICK = 5; // pixels that a hand may tremble

/** Styles that tell clusters apart: hues far from each other, in three depths. */
export const hueOf = (number) => ({
  ...{ "--hue": String((number * 137.5 + 110) % 360), "--depth": String((number % 3) - 1) },
});

/** A map of what `GET /clusters` told; `light(number)` dims all other clusters, `light(0)` none. */
export function clusterMap(given, clusters) {
  const points = given.map((one) => ({ ...one, x: unitsOf(one.x), y: unitsOf(one.y) }));
  const fingers = new Map();
  let [left, top, size] = [0, 0, SIZE];
  let [moved, lit, picked] = [0, 0, null];
  const ring = svg("path", { class: "map-ring" });
  const drawn = clusters.map(({ number, name }) => {
    const own = points.filter(({ cluster }) => cluster === number);
    const place = { x: mean(own, ({ x }) => x), y: mean(own, ({ y }) => y) };
    const dots = svg("path", { d: own.map(dot).join(""), style: hueOf(number) });
    return [dots, svg("text", place, number, svg("tspan", {}, ` ${name}`)), place];
  });
  const paper = svg(
    "svg",
    {
      ...{ class: "map-paper", tabindex: "0", role: "application" },
      "aria-label": `Map of ${plural(points.length, "point")}: arrows move, + and - zoom, Enter plays the middle`,
      ...{ onpointerdown: press, onpointermove: drag, onpointerup: lift, onpointercancel: lift },
      ...{ onpointerleave: () => pick(null), onwheel: turn, onkeydown: type },
    },
    ...[drawn.map(([dots]) => dots), drawn.map(([, text]) => text), ring],
  );
  const tip = el("div.map-tip", { role: "status", hidden: true });
  const button = (name, label, factor) =>
    el("button.button", { "aria-label": label, title: label, onclick: () => zoom(factor) }, icon(name));
  const buttons = [button("plus", "Zoom in", 1.6), button("minus", "Zoom out", 0.6), button("full", "See all", 0)];
  new ResizeObserver(() => move(0, 0)).observe(paper);
  return { element: el("div.map", paper, tip, el("div.map-buttons", buttons)), light };

  function light(number) {
    lit = number;
    drawn.forEach(([dots, text], at) => {
      for (const one of [dots, text]) one.classList.toggle("dim", lit > 0 && at !== lit - 1);
    });
    placeNames();
  }

  /** Units of a pixel. */
  function unit() {
    return size / (Math.min(paper.clientWidth, paper.clientHeight) || SIZE);
  }

  /** Move what is seen, by pixels. */
  function move(x, y) {
    const clamp = (at) => Math.min(SIZE - size / 2, Math.max(-size / 2, at));
    [left, top] = [clamp(left - x * unit()), clamp(top - y * unit())];
    paper.setAttribute("viewBox", `${left} ${top} ${size} ${size}`);
    setStyles(paper, { "--unit": String(unit()), "touch-action": size < SIZE ? "none" : "pan-y" });
    placeNames();
  }

  /** Names stay within what is seen; one that would lie over another is left out. */
  function placeNames() {
    if (!paper.clientWidth) return;
    const { x, y } = middle();
    const [wide, high] = [paper.clientWidth * unit(), paper.clientHeight * unit()];
    const names = drawn.map(([, text, place]) => ({ text, place, box: text.getBBox() }));
    const kept = [];
    for (const { text, place, box } of new Set([names[lit - 1], ...names].filter(Boolean))) {
      const [w, h] = [box.width + GAP * unit(), box.height];
      const own = { x: within(place.x, x, wide - w), y: within(place.y, y, high - h), w, h };
      const isSeen = within(place.x, x, wide) === place.x && within(place.y, y, high) === place.y;
      const isFree = isSeen && kept.every((one) => areApart(one, own));
      if (isFree) kept.push(own);
      for (const axis of ["x", "y"]) text.setAttribute(axis, own[axis]);
      text.classList.toggle("covered", !isFree);
    }
  }

  /** See it so many times larger around a place, or all of it. */
  function zoom(factor, { x, y } = middle()) {
    const share = Math.max(LEAST / size, 1 / factor);
    if (size * share >= SIZE) [left, top, size] = [0, 0, SIZE];
    else [left, top, size] = [x - (x - left) * share, y - (y - top) * share, size * share];
    move(0, 0);
  }

  function middle() {
    return { x: left + size / 2, y: top + size / 2 };
  }

  function placeOf({ x, y }) {
    return new DOMPoint(x, y).matrixTransform(paper.getScreenCTM().inverse());
  }

  function nearest({ x, y }, most = NEAR * unit()) {
    let best = null;
    for (const point of points) {
      const far = Math.hypot(point.x - x, point.y - y);
      if (far <= most && (!lit || point.cluster === lit)) [best, most] = [point, far];
    }
    return best;
  }

  function turn(event) {
    if (size === SIZE && event.deltaY > 0) return; // the page goes on
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), placeOf(event));
  }

  function press(event) {
    paper.setPointerCapture(event.pointerId);
    if (!fingers.size) moved = 0;
    fingers.set(event.pointerId, event);
  }

  function drag(event) {
    if (!fingers.has(event.pointerId)) {
      pick(nearest(placeOf(event)));
      return;
    }
    const before = grip();
    fingers.set(event.pointerId, event);
    const { x, y, spread } = grip();
    moved += Math.hypot(x - before.x, y - before.y) + Math.abs(spread - before.spread);
    if (moved <= CLICK) return;
    move(x - before.x, y - before.y);
    if (fingers.size > 1) zoom(spread / before.spread, placeOf({ x, y }));
  }

  /** Where the fingers are, on the mean, and how far apart. */
  function grip() {
    const all = [...fingers.values()];
    const [x, y] = [mean(all, (one) => one.x), mean(all, (one) => one.y)];
    return { x, y, spread: mean(all, (one) => Math.hypot(one.x - x, one.y - y)) || 1 };
  }

  function lift(event) {
    fingers.delete(event.pointerId);
    if (event.type === "pointerup" && moved <= CLICK) play(nearest(placeOf(event)));
  }

  function play(point) {
    if (point) change({ open: openOf(point) });
  }

  function type(event) {
    const does = {
      ...{ "+": () => zoom(1.4), "=": () => zoom(1.4), "-": () => zoom(0.7), 0: () => zoom(0) },
      ...{ ArrowLeft: () => move(60, 0), ArrowRight: () => move(-60, 0) },
      ...{ ArrowUp: () => move(0, 60), ArrowDown: () => move(0, -60), Enter: () => play(picked) },
    }[event.key];
    if (!does || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    does();
    pick(nearest(middle(), Infinity));
  }

  async function pick(point) {
    if (point === picked) return;
    picked = point;
    ring.setAttribute("d", point ? dot(point) : "");
    tip.hidden = !point;
    if (!point) return;
    const { video_id: id, start, end, cluster } = point;
    const title = await titleOf(id);
    if (point !== picked) return;
    const what = `${span(start, end)} · ${clusters[cluster - 1].name}`;
    fill(tip, el("img", { src: thumbnailOf(id, start), alt: "" }), el("strong", title), el("span", what));
  }
}

const unitsOf = (share) => MARGIN + (SIZE - 2 * MARGIN) * share;
const dot = ({ x, y }) => `M${x} ${y}h0`;
const within = (at, middle, wide) => Math.max(middle - wide / 2, Math.min(middle + wide / 2, at));
const areApart = (one, other) =>
  Math.abs(one.x - other.x) * 2 >= one.w + other.w || Math.abs(one.y - other.y) * 2 >= one.h + other.h;
const mean = (all, of) => all.reduce((sum, one) => sum + of(one), 0) / (all.length || 1);
