/** Moments that are selected, whatever is searched for meanwhile, and the bar that exports them. */

import { el, fill } from "./dom.js";
import { exportMenu } from "./exports.js";
import { icon, iconButton } from "./icons.js";
import { clock } from "./words.js";

const picked = new Map(); // by key, in the order of selecting
let last = null; // the box that a range begins at

const count = el("p.picks-count", { role: "status" });
const handles = el("input.picks-handles", {
  type: "text",
  inputmode: "decimal",
  size: "4",
  placeholder: "0",
  "aria-label": "Handles: seconds more at either side, or frames as 12f",
  title: "Seconds more at either side, or frames as 12f",
});
const give = el(
  "button",
  {
    class: "button button-main",
    "aria-haspopup": "dialog",
    onclick: () => exportMenu(give, [...picked.values()], handles.value),
  },
  icon("download"),
  "Export",
);

/** The bar at the foot of the page. */
export const picksElement = el(
  "section.picks",
  { "aria-label": "Selected moments", hidden: true },
  count,
  el("label.picks-label", el("span", "Handles"), handles),
  give,
  iconButton("close", "Clear the selection", clear),
);

/** The checkbox of a moment's card. */
export function pickBox(moment, key) {
  const box = el("input.pick", {
    type: "checkbox",
    checked: picked.has(key),
    title: "Select (X); with Shift, all from the last one",
    "aria-label": `Select ${moment.title}, ${clock(moment.start)}`,
    onclick: (event) => {
      const boxes = event.shiftKey ? between(last, box) : [box];
      for (const one of boxes) one.dispatchEvent(new CustomEvent("pick", { detail: box.checked }));
      last = box;
      show();
    },
    onpick: ({ detail: isPicked }) => {
      box.checked = isPicked;
      if (isPicked) picked.set(key, moment);
      else picked.delete(key);
    },
  });
  return box;
}

/** The key `x` on a card, or with Shift. */
export function pickBy(card, shiftKey) {
  card?.querySelector(".pick")?.dispatchEvent(new MouseEvent("click", { shiftKey, bubbles: true }));
}

function between(first, second) {
  const boxes = [...document.querySelectorAll(".pick")];
  const [from, to] = [boxes.indexOf(first), boxes.indexOf(second)].sort((a, b) => a - b);
  return from < 0 ? [second] : boxes.slice(from, to + 1);
}

function clear() {
  picked.clear();
  for (const box of document.querySelectorAll(".pick")) box.checked = false;
  last = null;
  show();
  document.getElementById("main").focus({ preventScroll: true });
}

function show() {
  const { size } = picked;
  picksElement.hidden = !size;
  document.body.classList.toggle("has-picks", size > 0);
  const noun = el("span", size === 1 ? " moment" : " moments");
  fill(count, el("strong", String(size)), noun, " selected");
}
