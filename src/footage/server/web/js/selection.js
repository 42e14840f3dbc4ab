/** Selecting cards, whatever is shown meanwhile, and the bar at the foot of the page for them. */

import { el, fill } from "./dom.js";
import { iconButton } from "./icons.js";
import { state, subscribe } from "./state.js";

/**
 * A selection of what `noun` names, none of it yet. Its bar has the `tools`, and is shown in the
 * library or, unless `inLibrary`, everywhere else.
 */
export function selection(noun, inLibrary, ...tools) {
  const picked = new Map(); // by key, in the order of selecting
  let last = null; // the box that a range begins at
  const count = el("p.picks-count", { role: "status" });
  const bar = el(
    "section.picks",
    { "aria-label": `Selected ${noun}s`, hidden: true },
    count,
    tools,
    iconButton("close", "Clear the selection", clear),
  );
  subscribe(show);
  return { bar, box, add, clear, values: () => [...picked.values()] };

  /** The checkbox of a card. */
  function box(key, value, label) {
    const element = el("input.pick", {
      type: "checkbox",
      name: noun,
      checked: picked.has(key),
      title: "Select (X); with Shift, all from the last one",
      "aria-label": `Select ${label}`,
      onclick: (event) => {
        const boxes = event.shiftKey ? between(last, element) : [element];
        const { checked } = element;
        for (const one of boxes) one.dispatchEvent(new CustomEvent("pick", { detail: checked }));
        last = element;
        show();
      },
      onpick: ({ detail: isPicked }) => {
        element.checked = isPicked;
        if (isPicked) picked.set(key, value);
        else picked.delete(key);
      },
    });
    return element;
  }

  /** Select these too, `[key, value]` each, whether they are shown or not. */
  function add(entries) {
    for (const [key, value] of entries) picked.set(key, value);
    show();
  }

  function clear() {
    picked.clear();
    for (const one of document.querySelectorAll(`.pick[name=${noun}]`)) one.checked = false;
    last = null;
    show();
    document.getElementById("main").focus({ preventScroll: true });
  }

  function show() {
    const { size } = picked;
    bar.hidden = !size || (state.view === "library") !== inLibrary;
    const words = ` ${noun}${size === 1 ? "" : "s"} selected`;
    fill(count, el("strong", size.toLocaleString("en")), el("span", words));
  }
}

/** The key `x` on a card, or with Shift. */
export function pickBy(card, shiftKey) {
  card?.querySelector(".pick")?.dispatchEvent(new MouseEvent("click", { shiftKey, bubbles: true }));
}

function between(first, second) {
  const boxes = [...second.closest(".cards").querySelectorAll(".pick")];
  const [from, to] = [boxes.indexOf(first), boxes.indexOf(second)].sort((a, b) => a - b);
  return from < 0 ? [second] : boxes.slice(from, to + 1);
}
