/** What `GET /library` says: asked again when it changes, and the banner of what is degraded. */

import { ask } from "./api.js";
import { el, fill } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { failed } from "./notes.js";
import { state } from "./state.js";
import { plural, sentence } from "./words.js";

const DISMISSED = "footage.dismissed";
const NAMES = { speech: "speech", screen: "on-screen text" };
const listeners = [];
let about = null;

/** The element of the banner. */
export const bannerElement = el("div.banner", { role: "status", hidden: true });

/** What was said last, or null. */
export const libraryNow = () => about;

/** Whether any text of a modality, `speech` or `screen`, was read; true while nobody knows. */
export const isRead = (modality) =>
  about?.readers?.find((reader) => reader.modality === modality)?.videos !== 0;

/** Whether the library is known to hold nothing. */
export const isEmpty = () => Boolean(about) && !about.videos;

/** Be called with it, and what it was before or null, each time it has been read. */
export function onLibrary(listener) {
  listeners.push(listener);
}

/** Ask what the library is. */
export async function readLibrary() {
  try {
    const before = about;
    about = await ask("/library");
    showBanner();
    for (const listener of listeners) listener(about, before);
  } catch (error) {
    failed(error);
  }
}

/** Show what is not searched, in the library, until it is dismissed. */
export function showBanner() {
  const text = (about?.readers ?? []).filter(isLacking).map(toldOf).join(" ");
  const isSeen = text && state.view === "library" && localStorage.getItem(DISMISSED) !== text;
  bannerElement.hidden = !isSeen;
  const onclick = () => {
    localStorage.setItem(DISMISSED, text);
    showBanner();
    document.getElementById("main").focus();
  };
  fill(bannerElement, icon("warning"), el("p", text), iconButton("close", "Dismiss the warning", onclick));
}

/** Whether it does not work, and videos are without it: subtitles may have done for all. */
const isLacking = ({ state: is, videos, waiting }) => is !== "ok" && !(videos && waiting === 0);

function toldOf({ name, state: is, reason, remedy, videos, waiting }) {
  const all = videos + waiting;
  const others = waiting === 1 ? "the other one it was" : `the other ${waiting} it was`;
  const searched = videos
    ? `is searched in ${videos} of ${plural(all, "video")}; in ${others} not read`
    : "is not searched";
  return sentence({ message: `${NAMES[name]} ${searched}: ${reason || is}`, remedy });
}
