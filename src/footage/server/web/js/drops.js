/** Files dropped anywhere: to search by, or to be added to the library. */

import { addFiles } from "./add.js";
import { attachFiles } from "./box.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { change, state } from "./state.js";

const zones = {
  ask: zone("search", "Search with it", "what looks or sounds like this"),
  add: zone("upload", "Add to the library", "videos are sent and indexed"),
};
const cover = el("div.drop-cover", { "aria-hidden": "true", hidden: true }, zones.ask, zones.add);

/** Begin to listen. */
export function listenToDrops() {
  document.body.append(cover);
  addEventListener("dragenter", over);
  addEventListener("dragover", over);
  addEventListener("dragleave", (event) => !event.relatedTarget && hide());
  addEventListener("drop", dropped);
}

function zone(picture, title, more) {
  return el("div.drop-zone", icon(picture), el("strong", title), el("span", more));
}

function over(event) {
  if (!event.dataTransfer?.types.includes("Files")) return;
  event.preventDefault();
  const types = [...event.dataTransfer.items].map(({ type }) => type);
  const pictures = types.length > 0 && types.every((type) => /^(image|audio)\//.test(type));
  zones.add.hidden = pictures;
  zones.ask.hidden = !pictures && state.view !== "search";
  cover.hidden = Boolean(document.querySelector("dialog.login"));
  for (const one of Object.values(zones)) one.classList.toggle("drop-over", one === target(event));
}

function target(event) {
  if (zones.add.hidden) return zones.ask;
  if (zones.ask.hidden) return zones.add;
  const at = cover.getBoundingClientRect();
  const isWide = at.width > at.height;
  const first = isWide ? event.clientX < at.width / 2 : event.clientY < at.height / 2;
  return first ? zones.ask : zones.add;
}

function dropped(event) {
  const files = [...(event.dataTransfer?.files ?? [])];
  if (!files.length) return;
  event.preventDefault();
  const isAsking = target(event) === zones.ask;
  hide();
  if (isAsking) attachFiles(files);
  else {
    addFiles(files);
    if (state.view !== "library") change({ view: "library", open: null });
  }
}

function hide() {
  cover.hidden = true;
}
