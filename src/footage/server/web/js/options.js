/** Choices of the explore view, kept in its address. */

import { h } from "./dom.js";
import { change, state } from "./state.js";

/** Buttons of which one is pressed: `names` by the value that `key` of the address may have. */
export function options(label, key, value, names) {
  const chosen = value in names ? value : Object.keys(names)[0];
  return h(
    "div",
    { class: "segmented", role: "group", "aria-label": label },
    Object.entries(names).map(([one, name]) =>
      h(
        "button",
        {
          type: "button",
          "aria-pressed": String(one === chosen),
          dataset: { focus: `${key}:${one}` },
          onclick: () => explore({ [key]: one }),
        },
        name,
      ),
    ),
  );
}

/** Change what is explored. */
export const explore = (changes, how) =>
  change({ explore: { ...state.explore, ...changes } }, how);
