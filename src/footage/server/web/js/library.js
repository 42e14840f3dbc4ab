/** The library: what it holds, what is added to it, and how far that is. */

import { h } from "./dom.js";

export const libraryElement = h("section", { class: "library", hidden: true });

/** Show the state. */
export function showLibrary({ view }) {
  libraryElement.hidden = view !== "library";
}
