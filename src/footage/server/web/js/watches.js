/** Watches: the bell of a saved search, how many new moments it has found, and the list of them. */

import { ask, parameters } from "./api.js";
import { card } from "./cards.js";
import { el, fill } from "./dom.js";
import { iconButton } from "./icons.js";
import { failed, note } from "./notes.js";
import { toAddress } from "./query.js";
import { change, state, subscribe } from "./state.js";
import { plural } from "./words.js";

const MOST = 200; // matches of one list
const listeners = [];
let watches = new Map();

/** What is new, above the results; hidden until it is asked for. */
export const newElement = el("section.news", { "aria-label": "New moments", tabindex: "-1", hidden: true });

/** The button that shows all that is new, where there is any. */
export const newsButton = iconButton("bell", "New moments", () => showNew(null), {
  class: "news-button",
  hidden: true,
});
const newsCount = el("span.news-count", { "aria-hidden": "true" });
newsButton.append(newsCount);

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
  newsCount.textContent = few(count);
  newsButton.title = `${count} new: what watches have found`;
  newsButton.setAttribute("aria-label", newsButton.title);
}

const few = (count) => (count > 99 ? "99+" : String(count));

/** The bell of a saved search; `changed` is called when it is watched for, or no more. */
export function bell(name, changed) {
  const watch = watches.get(name);
  const set = async (method, said) => {
    try {
      const json = method === "PUT" ? {} : undefined;
      await ask(`/watches/${encodeURIComponent(name)}`, { method, json });
      note(said);
      changed();
    } catch (error) {
      failed(error);
    }
  };
  const begin = () => set("PUT", `What new videos hold of “${name}” will show here.`);
  const end = () => set("DELETE", `No longer watching for “${name}”.`);
  // what it has found, and where it sends that, would be gone with it: one click is too few
  const tell = () => note(toldOf(watch), { action: { label: "Stop watching", run: end } });
  return iconButton("bell", `Watch for ${name}`, watch ? tell : begin, {
    ...{ class: "bell", "aria-pressed": String(Boolean(watch)) },
    dataset: { focus: `bell-${name}` },
  });
}

function toldOf({ name, matches, webhook, error, delivery_error: undelivered }) {
  const how = "as JSON, signed with the secret of the watch (HMAC-SHA256, Footage-Signature)";
  const sent = webhook ? `, sent to ${webhook} ${how}` : "";
  const trouble = error ?? undelivered;
  const found = `Watching for “${name}”: ${plural(matches, "moment")} so far${sent}.`;
  return trouble ? `${found} ${trouble}.` : found;
}

/** How many moments are new, as a button that shows them, or null. */
export function newBadge(name, leave) {
  const count = watches.get(name)?.new;
  if (!count) return null;
  const show = () => (leave(), showNew(name));
  return el("button.new-badge", { "aria-label": `${count} new for ${name}`, onclick: show }, few(count));
}

/** Show what is new for a watch, or for all, which is seen thereby. */
async function showNew(name) {
  try {
    const wanted = parameters([["watch", name]]);
    const { matches } = await ask(`/matches?new=true&limit=${MOST}&${wanted}`);
    if (state.view !== "search" || state.open) change({ view: "search", open: null });
    const names = [...new Set(matches.map(({ watch }) => watch))];
    fill(newElement, names.map((one) => group(one, matches)));
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
  const close = () => {
    element.remove();
    newElement.hidden = !newElement.childElementCount;
    document.getElementById("main").focus({ preventScroll: true });
  };
  const own = matches.filter(({ watch }) => watch === name);
  const title = el("h2.section-title", `New for “${name}”`);
  const element = el(
    "div.news-group",
    el("header.panel-row", title, iconButton("close", `Close what is new for ${name}`, close)),
    el("ul.cards", own.map(({ moment }) => card(moment))),
  );
  return element;
}

subscribe((now, before) => {
  if (String(toAddress(now.query)) !== String(toAddress(before.query))) newElement.hidden = true;
});
