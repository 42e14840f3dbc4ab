/** A map of points that is zoomed and moved by wheel, fingers and keys; a point that is pressed plays. */

import { thumbnailOf } from "./cards.js";
import { debounced, fill, h, setStyles } from "./dom.js";
import { icon } from "./icons.js";
import { titleOf } from "./titles.js";
import { plural, span } from "./words.js";

const MARGIN = 28; // pixels around all points
const MOST_ZOOM = 40;
const NEAR = 16; // pixels from a point, that still mean it
const CLICK = 5; // pixels that a hand may tremble
const STEP = 60; // pixels of an arrow key

/** Styles that tell clusters apart: hues far from each other, in three depths. */
export const colourOf = (number) => ({
  "--hue": String((number * 137.5 + 110) % 360),
  "--depth": String((number % 3) - 1),
});

/**
 * A map of `points`, each `{video_id, start, end, cluster, x, y}` with x and y in 0 to 1; `names` are
 * those of clusters, `unit` is what a point is, and `play` is called with one.
 */
export function clusterMap(points, { names, unit, play }) {
  const canvas = h("canvas", {
    ...{ class: "map-canvas", tabindex: "0", role: "application" },
    "aria-label": `Map of ${plural(points.length, unit)}; arrows move, plus and minus zoom, Enter plays what is in the middle`,
  });
  const tip = h("div", { class: "map-tip", role: "status", hidden: true });
  const element = h(
    "div",
    { class: "map" },
    canvas,
    tip,
    h(
      "div",
      { class: "map-buttons" },
      button("plus", "Zoom in", () => zoomMiddle(1.6)),
      button("minus", "Zoom out", () => zoomMiddle(1 / 1.6)),
      button("full", "See all", seeAll),
    ),
  );
  const groups = [...names.keys()].map((number) => {
    const own = points.filter(({ cluster }) => cluster === number);
    return { number, own, middle: middleOf(own) };
  });
  const paper = canvas.getContext("2d");
  const fingers = new Map();
  const at = { zoom: 1, x: 0.5, y: 0.5 }; // of the middle
  let [width, height, moved] = [0, 0, 0];
  let [lit, picked, awaited] = [null, null, 0];
  const tell = debounced(showTip, 40);

  new ResizeObserver(resized).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  canvas.addEventListener("wheel", wheeled, { passive: false });
  const listeners = {
    ...{ pointerdown: pressed, pointermove: dragged, pointerup: lifted, pointercancel: lifted },
    ...{ pointerleave: () => pick(null), keydown: typed, blur: () => pick(null) },
  };
  for (const [name, listener] of Object.entries(listeners)) canvas.addEventListener(name, listener);
  return { element, highlight };

  function highlight(number) {
    lit = number;
    redraw();
  }

  // where things are

  function across() {
    return [(width - 2 * MARGIN) * at.zoom, (height - 2 * MARGIN) * at.zoom];
  }

  function placeOf({ x, y }) {
    const [w, t] = across();
    return [width / 2 + (x - at.x) * w, height / 2 + (y - at.y) * t];
  }

  function here({ clientX, clientY }) {
    const { left, top } = canvas.getBoundingClientRect();
    return [clientX - left, clientY - top];
  }

  function nearest([x, y], most) {
    let best = null;
    for (const point of points) {
      if (lit && point.cluster !== lit) continue;
      const [px, py] = placeOf(point);
      const far = Math.hypot(px - x, py - y);
      if (far <= most) [best, most] = [point, far];
    }
    return best;
  }

  // moving

  function moveBy(x, y) {
    const [w, t] = across();
    at.x = Math.min(1, Math.max(0, at.x - x / w));
    at.y = Math.min(1, Math.max(0, at.y - y / t));
    redraw();
  }

  function zoomAt([x, y], factor) {
    const zoom = Math.min(MOST_ZOOM, Math.max(1, at.zoom * factor));
    const [dx, dy] = [x - width / 2, y - height / 2];
    moveBy(-dx, -dy); // what is under the pointer stays there
    at.zoom = zoom;
    moveBy(dx, dy);
    if (zoom === 1) seeAll();
    canvas.classList.toggle("map-zoomed", zoom > 1);
    canvas.dataset.zoom = zoom.toFixed(2);
  }

  function zoomMiddle(factor) {
    zoomAt([width / 2, height / 2], factor);
  }

  function seeAll() {
    Object.assign(at, { zoom: 1, x: 0.5, y: 0.5 });
    canvas.classList.remove("map-zoomed");
    canvas.dataset.zoom = "1.00";
    redraw();
  }

  function wheeled(event) {
    if (at.zoom === 1 && event.deltaY > 0) return; // the page goes on
    event.preventDefault();
    zoomAt(here(event), Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)));
  }

  function pressed(event) {
    if (event.button) return;
    canvas.setPointerCapture(event.pointerId);
    if (!fingers.size) moved = 0;
    fingers.set(event.pointerId, here(event));
  }

  function dragged(event) {
    if (!fingers.has(event.pointerId)) {
      pick(nearest(here(event), NEAR));
      return;
    }
    const before = grip();
    fingers.set(event.pointerId, here(event));
    const after = grip();
    const [x, y] = [after.x - before.x, after.y - before.y];
    moved += Math.hypot(x, y) + Math.abs(after.spread - before.spread);
    if (moved <= CLICK) return;
    pick(null);
    moveBy(x, y);
    if (fingers.size > 1) zoomAt([after.x, after.y], after.spread / before.spread);
  }

  /** Where the fingers are, on the mean, and how far apart. */
  function grip() {
    const all = [...fingers.values()];
    const mean = (values) => values.reduce((sum, value) => sum + value, 0) / all.length;
    const [x, y] = [mean(all.map(([one]) => one)), mean(all.map(([, one]) => one))];
    return { x, y, spread: mean(all.map(([px, py]) => Math.hypot(px - x, py - y))) || 1 };
  }

  function lifted(event) {
    if (!fingers.delete(event.pointerId) || event.type === "pointercancel") return;
    const point = moved <= CLICK && nearest(here(event), NEAR);
    if (point) play(point);
  }

  function typed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const does = {
      ...{ "+": () => zoomMiddle(1.4), "=": () => zoomMiddle(1.4), "-": () => zoomMiddle(1 / 1.4) },
      ...{ ArrowLeft: () => moveBy(STEP, 0), ArrowRight: () => moveBy(-STEP, 0) },
      ...{ ArrowUp: () => moveBy(0, STEP), ArrowDown: () => moveBy(0, -STEP) },
      ...{ 0: seeAll, Enter: () => picked && play(picked) },
    }[event.key];
    if (!does) return;
    event.preventDefault();
    does();
    if (event.key !== "Enter") pick(nearest([width / 2, height / 2], Infinity));
  }

  // what is shown

  function pick(point) {
    if (point === picked) return;
    picked = point;
    canvas.classList.toggle("map-on", Boolean(point));
    tell();
    redraw();
  }

  async function showTip() {
    tip.hidden = !picked;
    if (!picked) return;
    const point = picked;
    const { video_id: id, start, end, cluster } = point;
    const title = await titleOf(id);
    if (point !== picked) return;
    const [x, y] = placeOf(point);
    fill(
      tip,
      h("img", { src: thumbnailOf(id, (start + end) / 2), alt: "" }),
      h("strong", {}, title),
      h("span", {}, `${span(start, end)} · ${names.get(cluster)}`),
    );
    const left = Math.min(Math.max(4, x - 90), width - 184);
    setStyles(tip, { left: `${left}px`, top: `${y > 190 ? y - 178 : y + 18}px` });
  }

  function resized() {
    const ratio = devicePixelRatio || 1;
    [width, height] = [canvas.clientWidth, canvas.clientHeight];
    Object.assign(canvas, { width: width * ratio, height: height * ratio });
    paper.setTransform(ratio, 0, 0, ratio, 0, 0);
    draw();
  }

  function redraw() {
    cancelAnimationFrame(awaited);
    awaited = requestAnimationFrame(draw);
  }

  function draw() {
    const size = Math.min(9, (points.length > 1500 ? 2.2 : 4) * at.zoom ** 0.3);
    const style = getComputedStyle(canvas);
    const [ink, ground, tone] = ["--ink", "--surface", "--tone"].map((name) =>
      style.getPropertyValue(name),
    );
    paper.clearRect(0, 0, width, height);
    for (const { number, own } of groups) {
      const { "--hue": hue, "--depth": depth } = colourOf(number);
      paper.fillStyle = `oklch(${Number(tone) + 0.07 * depth} 0.15 ${hue})`;
      paper.globalAlpha = lit && lit !== number ? 0.13 : 0.85;
      paper.beginPath();
      for (const point of own) dot(point, size);
      paper.fill();
    }
    paper.globalAlpha = 1;
    if (picked) {
      Object.assign(paper, { strokeStyle: ink, lineWidth: 2 });
      paper.beginPath();
      dot(picked, size + 3);
      paper.stroke();
    }
    drawNames(ink, ground);
  }

  function dot(point, size) {
    const [x, y] = placeOf(point);
    if (x < -9 || y < -9 || x > width + 9 || y > height + 9) return;
    paper.moveTo(x + size, y);
    paper.arc(x, y, size, 0, 7);
  }

  /** Names of clusters, the larger first; none over another. */
  function drawNames(ink, ground) {
    const taken = [];
    Object.assign(paper, { textAlign: "center", textBaseline: "middle", lineJoin: "round" });
    Object.assign(paper, { font: `600 12.5px ${getComputedStyle(canvas).fontFamily}` });
    Object.assign(paper, { fillStyle: ink, strokeStyle: ground, lineWidth: 4 });
    for (const { number, middle } of groups) {
      if (!middle || (lit && lit !== number)) continue;
      const text = `${number} ${names.get(number)}`;
      const [px, y] = placeOf(middle);
      const half = paper.measureText(text).width / 2 + 4;
      const inside = px > 0 && px < width;
      const x = inside ? Math.min(Math.max(px, half), width - half) : px;
      const isTaken = ([tx, ty, far]) => Math.abs(tx - x) < far + half && Math.abs(ty - y) < 17;
      if (taken.some(isTaken)) continue;
      taken.push([x, y, half]);
      paper.strokeText(text, x, y);
      paper.fillText(text, x, y);
    }
  }
}

/** The point that lies in the middle of some, or null. */
function middleOf(own) {
  if (!own.length) return null;
  const median = (values) => values.sort((one, other) => one - other)[values.length >> 1];
  return { x: median(own.map(({ x }) => x)), y: median(own.map(({ y }) => y)) };
}

function button(name, label, onclick) {
  return h(
    "button",
    { type: "button", class: "button", "aria-label": label, title: label, onclick },
    icon(name),
  );
}
