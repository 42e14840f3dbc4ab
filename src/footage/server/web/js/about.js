/** What `GET /library` says: asked again when it changes, and the banner of what is degraded. */

import { ask } from "./api.js";
import { el, fill } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { failed } from "./notes.js";
import { state } from "./state.js";
import { sentence } from "./words.js";

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
  const bad = about?.readers?.filter((reader) => reader.state !== "ok");
  const text = bad?.length ? toldOf(bad) : "";
  const isSeen = text && state.view === "library" && localStorage.getItem(DISMISSED) !== text;
  bannerElement.hidden = !isSeen;
  const onclick = () => {
    localStorage.setItem(DISMISSED, text);
    showBanner();
    document.getElementById("main").focus();
  };
  fill(
    bannerElement,
    icon("warning"),
    el("p", text),
    iconButton("close", "Dismiss the warning", onclick),
  );
}

function toldOf(readers) {
  const names = readers.map(({ name }) => NAMES[name]).join(" and ");
  const why = ({ reason, state: is, remedy }) => [reason || is, remedy].filter(Boolean).join("; ");
  const reasons = [...new Set(readers.map(why))].join(" · ");
  const are = readers.length > 1 ? "are" : "is";
  return sentence({ message: `${names} ${are} not searched: ${reasons}` });
}
