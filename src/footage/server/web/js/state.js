/**
 * What the page shows, kept in its address: `view`, the query, what of the library is explored, and
 * which video is open.
 *
 * `history.state.depth` counts how many entries of this page lie behind, so that closing what was
 * opened here goes back, and what came by a link does not leave the page.
 */

import { opensElsewhere } from "./dom.js";
import { fromAddress, settled, toAddress } from "./query.js";

const VIEWS = ["search", "library", "explore"];
const EXPLORE = { show: "clusters", of: "", cluster: "", among: "", by: "", about: "", named: "" };
const listeners = [];
let typing = false; // whether the present entry holds a query that is still being typed

export const state = read();

/** Be called with the state and the one before, after each change. */
export function subscribe(listener) {
  listeners.push(listener);
}

/**
 * Change the state. `how` is `push` (a new entry of the history), `replace`, or `type`: the first
 * letter makes a new entry, the next ones go on in it.
 */
export function change(changes, how = "push") {
  const before = { ...state };
  Object.assign(state, changes);
  state.query = settled(state.query);
  write(how);
  tell(before);
}

/** Change a part of the query. */
export const ask = (changes, how) => change({ query: { ...state.query, ...changes } }, how);

/** The address of the page for a state. */
export function addressOf({ view, query, explore, open }) {
  const address = toAddress(query);
  if (view !== "search") address.set("view", view);
  const shown = view === "explore" ? Object.entries(explore) : [];
  for (const [name, value] of shown) if (value) address.set(name, value);
  if (open) {
    address.set("v", open.video);
    address.set("t", String(Math.round(100 * open.time) / 100));
  }
  const text = String(address).replaceAll("%3A", ":").replaceAll("%40", "@").replaceAll("%2F", "/");
  return text ? `?${text}` : location.pathname;
}

/** Attributes of a link that changes the state. */
export const linkTo = (changes) => ({
  href: addressOf({ ...state, ...changes }),
  onclick(event) {
    if (opensElsewhere(event)) return;
    event.preventDefault();
    change(changes);
  },
});

/** Close the video that is open. */
export function closeVideo() {
  if (history.state?.opened) history.back();
  else change({ open: null }, "replace");
}

function read() {
  const address = new URLSearchParams(location.search);
  const video = address.get("v");
  const time = Number(address.get("t"));
  return {
    view: VIEWS.includes(address.get("view")) ? address.get("view") : "search",
    query: fromAddress(address),
    explore: Object.fromEntries(Object.entries(EXPLORE).map(([name, usual]) => [name, address.get(name) || usual])),
    open: video ? { video, time: Number.isFinite(time) ? Math.max(0, time) : 0 } : null,
  };
}

function write(how) {
  const address = addressOf(state);
  const begins = how === "push" || (how === "type" && !typing);
  typing = how === "type";
  const opened = Boolean(state.open) && (how === "push" || history.state?.opened);
  if (begins && address !== location.pathname + location.search && address !== location.search) {
    history.pushState({ opened }, "", address);
  } else {
    history.replaceState({ opened: Boolean(state.open) && history.state?.opened }, "", address);
  }
}

function tell(before) {
  for (const listener of listeners) listener(state, before);
}

addEventListener("popstate", () => {
  const before = { ...state };
  typing = false;
  const now = read();
  // what is being typed is not made chips by closing a video
  if (String(toAddress(now.query)) === String(toAddress(state.query))) now.query = state.query;
  Object.assign(state, now);
  tell(before);
});
