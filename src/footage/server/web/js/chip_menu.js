/** What a click on a chip opens: where it is looked for, its weight, not, edit and remove. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { stepped } from "./chips.js";
import { popover } from "./popover.js";

const WHERE = [
  ["any", "Anywhere", "any"],
  ["seen", "Seen", "eye"],
  ["said", "Said", "speech"],
  ["sign", "On screen", "sign"],
];

/** Open the menu of a chip at its element. */
export function openMenu(anchor, { list, part, label, set, remove, edit }) {
  const close = popover(anchor, `Options for ${label}`, [
    list === "terms" && whereOf(part, (kind) => done({ kind })),
    h(
      "div",
      { class: "menu-row" },
      h("span", { class: "menu-label" }, "Weight"),
      stepButton("minus", "Count less", -1),
      h("output", { class: "menu-weight" }, `×${Math.abs(part.weight)}`),
      stepButton("plus", "Count more", 1),
    ),
    h(
      "div",
      { class: "menu-row" },
      h(
        "button",
        {
          type: "button",
          class: "button",
          "aria-pressed": String(part.weight < 0),
          onclick: () => done({ weight: -part.weight }),
        },
        icon("minus"),
        part.weight < 0 ? "Wanted after all" : "Not this",
      ),
      edit &&
        h("button", { type: "button", class: "button", onclick: () => (close(), edit()) }, "Edit"),
      h(
        "button",
        { type: "button", class: "button", onclick: () => (close(), remove()) },
        icon("trash"),
        "Remove",
      ),
    ),
  ]);

  function done(changes) {
    close();
    set(changes);
  }

  function stepButton(name, title, by) {
    const weigh = (event) => {
      part = { ...part, weight: stepped(part.weight, by) };
      const output = event.currentTarget.parentElement.querySelector("output");
      output.textContent = `×${Math.abs(part.weight)}`;
      set({ weight: part.weight }, "replace");
      event.currentTarget.focus();
    };
    return h(
      "button",
      { type: "button", class: "ghost", "aria-label": title, onclick: weigh },
      icon(name),
    );
  }
}

function whereOf(part, choose) {
  return h(
    "div",
    { class: "menu-where", role: "group", "aria-label": "Where it is looked for" },
    WHERE.map(([kind, name, picture]) =>
      h(
        "button",
        {
          type: "button",
          class: "button",
          "aria-pressed": String(part.kind === kind),
          onclick: () => choose(kind),
        },
        icon(picture),
        name,
      ),
    ),
  );
}
