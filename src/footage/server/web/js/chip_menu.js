/** What a click on a chip opens: where it is looked for, its weight, not, edit and remove. */

import { el } from "./dom.js";
import { CHANNEL_LOOKS } from "./evidence.js";
import { icon, iconButton } from "./icons.js";
import { stepped } from "./chips.js";
import { popover } from "./popover.js";

const WHERE = { any: ["Anywhere", "any"], ...CHANNEL_LOOKS };

/** Open the menu of a chip at its element. */
export function openMenu(anchor, { list, part, label, set, remove, edit }) {
  const close = popover(anchor, `Options for ${label}`, [
    list === "terms" && whereOf(part, (kind) => done({ kind })),
    el(
      "div.menu-row",
      el("span.menu-label", "Weight"),
      stepButton("minus", "Count less", -1),
      el("output.menu-weight", `×${Math.abs(part.weight)}`),
      stepButton("plus", "Count more", 1),
    ),
    el(
      "div.menu-row",
      el(
        "button.button",
        { "aria-pressed": String(part.weight < 0), onclick: () => done({ weight: -part.weight }) },
        icon("minus"),
        part.weight < 0 ? "Wanted after all" : "Not this",
      ),
      edit &&
        el("button.button", { onclick: () => (close(), edit()) }, "Edit"),
      el("button.button", { onclick: () => (close(), remove()) }, icon("trash"), "Remove"),
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
    return iconButton(name, title, weigh);
  }
}

function whereOf(part, choose) {
  return el(
    "div.menu-where",
    { role: "group", "aria-label": "Where it is looked for" },
    Object.entries(WHERE).map(([kind, [name, picture]]) =>
      el(
        "button.button",
        { "aria-pressed": String(part.kind === kind), onclick: () => choose(kind) },
        icon(picture),
        name,
      ),
    ),
  );
}
