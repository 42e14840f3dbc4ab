/** Watches: the bell of a saved search, how many new moments it has found, and the list of them. */

import { ask, parameters } from "./api.js";
import { card } from "./cards.js";
import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { failed, note } from "./notes.js";
import { toAddress } from "./query.js";
import { change, state, subscribe } from "./state.js";
import { watchMenu } from "./watch_menu.js";

const MOST = 200; // matches of one list
const listeners = [];
let watches = new Map();

/** What is new, above the results; hidden until it is asked for. */
export const newElement = h("section", {
  class: "news",
  "aria-label": "New moments",
  tabindex: "-1",
  hidden: true,
});

/** The button that shows all that is new, where there is any. */
export const newsButton = h(
  "button",
  { type: "button", class: "ghost news-button", hidden: true, onclick: () => showNew(null) },
  icon("bell"),
  h("span", { class: "news-count", "aria-hidden": "true" }),
);

/** Be called when what was new has been seen. */
export function onSeen(listener) {
  listeners.push(listener);
}

/** Ask which watches there are. Raises `ApiError`. */
export async function readWatches() {
  const answer = await ask("/watches");
  watches = new Map(answer.watches.map((watch) => [watch.name, watch]));
  const count = answer.watches.reduce((sum, watch) => sum + watch.new, 0);
  newsButton.hidden = !count;
  newsButton.lastElementChild.textContent = few(count);
  newsButton.title = `${count} new: what watches have found`;
  newsButton.setAttribute("aria-label", newsButton.title);
}

const few = (count) => (count > 99 ? "99+" : String(count));

/** The bell of a saved search; `changed` is called when it is watched for, or no more. */
export function bell(name, changed) {
  const watch = watches.get(name);
  const begin = async () => {
    try {
      await ask(pathOf(name), { method: "PUT", json: {} });
      note(`Watching for “${name}”: what new videos hold of it will show here.`);
      changed();
    } catch (error) {
      failed(error);
    }
  };
  const element = h(
    "button",
    {
      type: "button",
      class: "ghost bell",
      "aria-label": `Watch for ${name}`,
      "aria-pressed": String(Boolean(watch)),
      title: watch ? "Watched for: what new videos hold of it is told" : "Watch for it in new videos",
      dataset: { focus: `bell-${name}` },
      onclick: () => (watch ? watchMenu(element, watch, pathOf(name), changed) : begin()),
    },
    icon("bell"),
  );
  return element;
}

const pathOf = (name) => `/watches/${encodeURIComponent(name)}`;

/** How many moments are new, as a button that shows them, or null. */
export function newBadge(name, leave) {
  const count = watches.get(name)?.new;
  if (!count) return null;
  const show = () => (leave(), showNew(name));
  return h(
    "button",
    { type: "button", class: "new-badge", "aria-label": `${count} new for ${name}`, onclick: show },
    few(count),
  );
}

/** Show what is new for a watch, or for all, which is seen thereby. */
async function showNew(name) {
  try {
    const wanted = parameters([
      ["new", true],
      ["limit", MOST],
      ["watch", name],
    ]);
    const { matches } = await ask(`/matches?${wanted}`);
    if (state.view !== "search" || state.open) change({ view: "search", open: null });
    const names = [...new Set(matches.map(({ watch }) => watch))];
    fill(
      newElement,
      names.map((one) => group(one, matches)),
    );
    newElement.hidden = !names.length;
    scrollTo({ top: 0 });
    newElement.focus({ preventScroll: true });
    const ids = matches.map(({ id }) => id);
    await ask("/matches/seen", { method: "POST", json: { ids } });
    for (const listener of listeners) listener();
  } catch (error) {
    failed(error);
  }
}

function group(name, matches) {
  const own = matches.filter(({ watch }) => watch === name);
  const close = h(
    "button",
    { type: "button", class: "ghost", "aria-label": `Close what is new for ${name}` },
    icon("close"),
  );
  const element = h(
    "div",
    { class: "news-group" },
    h(
      "header",
      { class: "panel-row" },
      h("h2", { class: "section-title" }, `New for “${name}”`),
      close,
    ),
    h(
      "ul",
      { class: "cards" },
      own.map(({ moment }) => card(moment)),
    ),
  );
  close.addEventListener("click", () => {
    element.remove();
    newElement.hidden = !newElement.childElementCount;
    document.getElementById("main").focus({ preventScroll: true });
  });
  return element;
}

subscribe((now, before) => {
  if (String(toAddress(now.query)) !== String(toAddress(before.query))) newElement.hidden = true;
});
