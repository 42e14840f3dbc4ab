/** What `GET /library` says: asked again when it changes, and the banner of what is degraded. */

import { ask } from "./api.js";
import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { failed } from "./notes.js";

const listeners = [];
let about = null;

/** The element of the banner. */
export const bannerElement = el("div.banner", { role: "status", hidden: true });

/** What was said last, or null. */
export const libraryNow = () => about;

/** Be called with it each time it has been read. */
export function onLibrary(listener) {
  listeners.push(listener);
}

/** Ask what the library is. */
export async function readLibrary() {
  try {
    about = await ask("/library");
    showBanner(about.readers ?? []);
    for (const listener of listeners) listener(about);
  } catch (error) {
    failed(error);
  }
}

function showBanner(readers) {
  const bad = readers.filter(({ state }) => state !== "ok");
  bannerElement.hidden = !bad.length;
  fill(
    bannerElement,
    icon("warning"),
    el("p", bad.map(({ name, state, reason }) => `${name}: ${reason || state}`).join(" · ")),
  );
}
