/** Keys of the whole page; those of one part are that part's own. */

import { focusBox } from "./box.js";
import { shownLinks } from "./cards.js";
import { openView } from "./player.js";
import { showHelp } from "./help.js";
import { pickBy } from "./selection.js";
import { change, state } from "./state.js";

/** Begin to listen. */
export function listenToKeys() {
  addEventListener("keydown", pressed);
}

function pressed(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const view = openView();
  if (event.key === "?" && !isTyping(event.target)) {
    event.preventDefault();
    showHelp();
  } else if (document.querySelector("dialog.help[open], .popover")) {
    return;
  } else if (view) {
    if (isTyping(event.target) || (event.key === " " && isPressable(event.target))) return;
    if (view.press(event)) event.preventDefault();
  } else if (event.key === "/" && !isTyping(event.target)) {
    event.preventDefault();
    if (state.view !== "search") change({ view: "search" });
    focusBox();
  } else if (event.key === " " && event.target.matches?.(".card-link")) {
    event.preventDefault();
    event.target.click();
  } else if (event.key === "l" && document.activeElement.matches(".card-link")) {
    document.activeElement.closest(".card").querySelector("[aria-label^='More like']")?.click();
  } else if (event.key.toLowerCase() === "x" && !isTyping(event.target)) {
    pickBy(document.activeElement.closest(".card"), event.shiftKey);
  } else if (event.key.startsWith("Arrow") && !isTyping(event.target)) {
    moveAmongCards(event);
  }
}

/** In the box, which has the focus from the beginning, once there is something in it. */
const isTyping = (element) =>
  !(element.id === "box" && !element.value) &&
  element.matches?.("input:not([type=range]):not([type=checkbox]), textarea, select, [contenteditable]");
const isPressable = (element) => element.closest?.("button, a, summary");

/** To the card that lies nearest in the way of the arrow. */
function moveAmongCards(event) {
  const links = shownLinks();
  if (!links.length) return;
  const here = document.activeElement.closest?.(".card")?.querySelector(".card-link");
  const next = here ? nearest(here, links, event.key) : event.key === "ArrowDown" && links[0];
  if (!here && document.activeElement !== document.body && !document.activeElement.matches("main"))
    return;
  event.preventDefault();
  if (next) next.focus();
  else if (event.key === "ArrowUp" && here) focusBox();
}

function nearest(here, links, key) {
  const at = links.indexOf(here);
  if (key === "ArrowRight") return links[at + 1];
  if (key === "ArrowLeft") return links[at - 1];
  const { top, left } = here.getBoundingClientRect();
  const rows = links
    .map((link) => ({ link, place: link.getBoundingClientRect() }))
    .filter(({ place }) => (key === "ArrowDown" ? place.top > top + 4 : place.top < top - 4));
  if (!rows.length) return null;
  const tops = rows.map(({ place }) => place.top);
  const row = key === "ArrowDown" ? Math.min(...tops) : Math.max(...tops);
  const inRow = rows.filter(({ place }) => Math.abs(place.top - row) < 4);
  inRow.sort((one, other) => Math.abs(one.place.left - left) - Math.abs(other.place.left - left));
  return inRow[0].link;
}
