/** A map of points, zoomed and moved by wheel, fingers and keys; a point that is pressed plays. */

import { thumbnailOf } from "./cards.js";
import { el, fill, h, setStyles, svg } from "./dom.js";
import { icon } from "./icons.js";
import { change } from "./state.js";
import { openOf } from "./stretches.js";
import { titleOf } from "./titles.js";
import { plural, span } from "./words.js";

const SIZE = 1000; // units of the whole map
const LEAST = 25; // units across, zoomed in
const NEAR = 16; // pixels from a point, that still mean it
const CLICK = 5; // pixels that a hand may tremble

/** Styles that tell clusters apart: hues far from each other, in three depths. */
export const hueOf = (number) => ({
  ...{ "--hue": String((number * 137.5 + 110) % 360), "--depth": String((number % 3) - 1) },
});

/** A map of what `GET /clusters` told; `light(number)` dims all other clusters, `light(0)` none. */
export function clusterMap(points, clusters) {
  const view = { x: 0, y: 0, size: SIZE };
  const fingers = new Map();
  let [moved, lit, picked] = [0, 0, null];
  const ring = svg("path", { class: "map-ring" });
  const groups = clusters.map(({ number, name }) => {
    const own = points.filter(({ cluster }) => cluster === number);
    const mean = (key) => own.reduce((sum, one) => sum + SIZE * one[key], 0) / own.length || 0;
    const text = svg("text", { x: mean("x"), y: mean("y") }, number, svg("tspan", {}, ` ${name}`));
    const d = own.map(({ x, y }) => `M${SIZE * x} ${SIZE * y}h0`).join("");
    return { number, text, dots: svg("path", { d, style: hueOf(number) }) };
  });
  const paper = svg(
    "svg",
    {
      ...{ class: "map-paper", tabindex: "0", role: "application" },
      "aria-label": `Map of ${plural(points.length, "point")}: arrows move, + and - zoom, Enter plays the middle`,
      ...{ onpointerdown: press, onpointermove: drag, onpointerup: lift, onpointercancel: lift },
      ...{ onpointerleave: () => pick(null), onwheel: turn, onkeydown: type },
    },
    groups.map(({ dots }) => dots),
    groups.map(({ text }) => text),
    ring,
  );
  const tip = h("div", { class: "map-tip", role: "status", hidden: true });
  const button = (name, label, onclick) =>
    h("button", { type: "button", class: "button", "aria-label": label, title: label, onclick }, icon(name));
  const buttons = [
    button("plus", "Zoom in", () => zoom(1.6)),
    button("minus", "Zoom out", () => zoom(0.6)),
    button("full", "See all", () => zoom(0)),
  ];
  new ResizeObserver(show).observe(paper);
  return { element: el("div.map", paper, tip, el("div.map-buttons", buttons)), light };

  function light(number) {
    lit = number;
    for (const { number: own, dots, text } of groups)
      for (const one of [dots, text]) one.classList.toggle("dim", lit > 0 && own !== lit);
  }

  /** Units of a pixel. */
  function unit() {
    return view.size / (Math.min(paper.clientWidth, paper.clientHeight) || SIZE);
  }

  function show() {
    const clamp = (at) => Math.min(SIZE - view.size / 2, Math.max(-view.size / 2, at));
    Object.assign(view, { x: clamp(view.x), y: clamp(view.y) });
    paper.setAttribute("viewBox", `${view.x} ${view.y} ${view.size} ${view.size}`);
    setStyles(paper, { "--unit": String(unit()), "touch-action": view.size < SIZE ? "none" : "pan-y" });
  }

  function move(x, y) {
    view.x -= x * unit();
    view.y -= y * unit();
    show();
  }

  const middle = () => ({ x: view.x + view.size / 2, y: view.y + view.size / 2 });

  /** So many times larger, what lies at a place staying there; all of it where that is too small. */
  function zoom(factor, { x, y } = middle()) {
    const size = Math.max(LEAST, view.size / (factor || 1e-9));
    const share = size / view.size;
    const next = { size, x: x - (x - view.x) * share, y: y - (y - view.y) * share };
    Object.assign(view, size < SIZE ? next : { size: SIZE, x: 0, y: 0 });
    show();
  }

  function placeOf({ x, y }) {
    return new DOMPoint(x, y).matrixTransform(paper.getScreenCTM().inverse());
  }

  function nearest({ x, y }, most = NEAR * unit()) {
    let best = null;
    for (const point of points) {
      const far = Math.hypot(SIZE * point.x - x, SIZE * point.y - y);
      if (far <= most && (!lit || point.cluster === lit)) [best, most] = [point, far];
    }
    return best;
  }

  function turn(event) {
    if (view.size === SIZE && event.deltaY > 0) return; // the page goes on
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
    const mean = (of) => all.reduce((sum, one) => sum + of(one), 0) / all.length;
    const [x, y] = [mean((one) => one.x), mean((one) => one.y)];
    return { x, y, spread: mean((one) => Math.hypot(one.x - x, one.y - y)) || 1 };
  }

  function lift(event) {
    const isPressed = fingers.delete(event.pointerId) && event.type === "pointerup";
    if (isPressed && moved <= CLICK) play(nearest(placeOf(event)));
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
    paper.classList.toggle("map-on", Boolean(point));
    ring.setAttribute("d", point ? `M${SIZE * point.x} ${SIZE * point.y}h0` : "");
    tip.hidden = !point;
    if (!point) return;
    const { video_id: id, start, end, cluster } = point;
    const title = await titleOf(id);
    if (point !== picked) return;
    const what = `${span(start, end)} · ${clusters.find(({ number }) => number === cluster).name}`;
    fill(tip, h("img", { src: thumbnailOf(id, start), alt: "" }), el("strong", title), el("span", what));
  }
}
