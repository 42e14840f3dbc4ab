/** What to do with a library that holds nothing yet. */

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { change } from "./state.js";
import { addForm } from "./add.js";

/** Three ways to fill it. */
export function emptyGuide() {
  return el(
    "div.guide",
    el("h2.hero-title", "There is nothing to search yet."),
    el("p.hero-text", "Name a folder, whose files stay where they are, or drop videos here to send them."),
    addForm(),
    el(
      "div.guide-more",
      el("p", icon("list"), " On the command line: ", el("code", "footage index ~/Videos")),
      el("p", icon("film"), " To try it on sample footage: ", el("code", "footage demo")),
    ),
    el("button.link", { onclick: () => change({ view: "library" }) }, "To the library, where jobs are shown"),
  );
}
