/** What the server tells by itself, and whether it is there: a quiet note while it is not. */

import { ROOT, ask, on, tell } from "./api.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";

const AGAIN_MILLISECONDS = 2000;
const REFUSED_MILLISECONDS = 5000;

const listeners = { job: [], library: [], match: [], again: [] };
const away = el(
  "div.away",
  { role: "status", hidden: true },
  icon("restore"),
  el("span", "The server does not answer. Reconnecting…"),
);
let source = null;
let timer = null;

/** Be told of `job`, `library` and `match` with their data, and of `again`: the server is back. */
export function onEvent(name, listener) {
  listeners[name].push(listener);
}

/** Begin to listen, or begin anew. */
export function listenToEvents() {
  source?.close();
  source = new EventSource(`${ROOT}/events`);
  for (const name of ["job", "library", "match"]) {
    source.addEventListener(name, (event) => told(name, JSON.parse(event.data)));
  }
  source.onopen = () => tell("reached");
  source.onerror = () => lost();
}

function told(name, data) {
  for (const listener of listeners[name]) listener(data);
}

/** Ask until it answers; only what cannot be reached is away, not what refuses. */
function lost() {
  if (timer) return;
  timer = setInterval(look, AGAIN_MILLISECONDS);
  setTimeout(look, 200);
}

async function look() {
  try {
    await ask("/health", { quiet: true });
  } catch (error) {
    if (error.code === "unreachable") show(true);
    return;
  }
  const wasAway = !away.hidden;
  clearInterval(timer);
  timer = null;
  show(false);
  if (wasAway) told("again");
  if (source?.readyState === EventSource.CLOSED) setTimeout(listenAgain, REFUSED_MILLISECONDS);
}

/** After it was refused: where a token is needed, that is asked for first. */
async function listenAgain() {
  if (source?.readyState !== EventSource.CLOSED) return;
  try {
    await ask("/library", { quiet: true });
  } catch (error) {
    if (error.code === "token_needed") return;
  }
  listenToEvents();
}

function show(isAway) {
  if (!away.isConnected) document.body.append(away);
  away.hidden = !isAway;
}

on("lost", () => {
  show(true);
  lost();
});
