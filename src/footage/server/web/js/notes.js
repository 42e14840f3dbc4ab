/** Short notes at the foot of the page: what was done, what failed, and that the server is away. */

import { el } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { sentence } from "./words.js";

const SECONDS = 6;
const place = () =>
  [...document.querySelectorAll("dialog[open] .dialog-notes")].at(-1) ??
  document.getElementById("notes");

/** Show a text for a while; `action` is `{label, run}`, of the latest alone. */
export function note(text, { action, kind = "" } = {}) {
  const remove = () => element.remove();
  const element = el(
    "div",
    { class: `note ${kind}` },
    kind === "note-bad" && icon("warning"),
    el("span", text),
    action &&
      el("button.note-action", { onclick: () => (remove(), action.run()) }, action.label),
    iconButton("close", "Dismiss", remove),
  );
  if (action) for (const old of document.querySelectorAll(".note-action")) old.parentElement.remove();
  const home = place();
  while (home.childElementCount > 2) home.firstElementChild.remove();
  home.append(element);
  setTimeout(remove, 1000 * (kind || action ? 2 * SECONDS : SECONDS));
}

/** Say what failed, by `say` or in a note; what was given up on purpose is no failure. */
export function failed(error, say) {
  if (error.name === "AbortError") return;
  if (!error.code) console.error(error);
  if (error.code === "unreachable" || error.code === "token_needed") return; // said elsewhere
  if (say) say(sentence(error));
  else note(sentence(error), { kind: "note-bad" });
}
