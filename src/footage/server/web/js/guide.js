/** What to do with a library that holds nothing yet. */

import { h } from "./dom.js";
import { icon } from "./icons.js";
import { change } from "./state.js";
import { addForm } from "./add.js";

/** Three ways to fill it. */
export function emptyGuide() {
  return h(
    "div",
    { class: "guide" },
    h("h2", { class: "hero-title" }, "There is nothing to search yet."),
    h(
      "p",
      { class: "hero-text" },
      "Name a folder, whose files stay where they are, or drop videos here to send them.",
    ),
    addForm(),
    h(
      "div",
      { class: "guide-more" },
      h("p", {}, icon("list"), " On the command line: ", h("code", {}, "footage index ~/Videos")),
      h("p", {}, icon("film"), " To try it on sample footage: ", h("code", {}, "footage demo")),
    ),
    h(
      "button",
      { type: "button", class: "link", onclick: () => change({ view: "library" }) },
      "To the library, where jobs are shown",
    ),
  );
}
