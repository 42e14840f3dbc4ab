/** What is in the library: clusters, outliers, duplicates and trends, worked out by the server. */

import { ask, parameters } from "./api.js";
import { fill, h, refill } from "./dom.js";
import { onEvent } from "./events.js";
import { clusters } from "./explore_clusters.js";
import { duplicates } from "./explore_duplicates.js";
import { outliers } from "./explore_outliers.js";
import { trends } from "./explore_trends.js";
import { pairsOf } from "./filters.js";
import { icon } from "./icons.js";
import { addressOf, change, state } from "./state.js";
import { length, sentence } from "./words.js";

/**
 * Each is `{name, doing, pairs(explore), draw(found), facts(found)}` and may have `controls(explore)`
 * and `update(explore)`, which is called when what was asked for stays the same.
 */
const PARTS = { clusters, outliers, duplicates, trends };

const views = h("nav", { class: "segmented explore-views", "aria-label": "Explore" });
const controls = h("div", { class: "explore-controls" });
const facts = h("p", { class: "library-facts", role: "status" });
const stale = h(
  "button",
  { type: "button", class: "button", hidden: true, onclick: lookAgain },
  icon("restore"),
  "The library has changed: look again",
);
const body = h("div", { class: "explore-body" });

/** The element of the view. */
export const exploreElement = h(
  "section",
  { class: "explore", "aria-label": "Explore", hidden: true },
  h("div", {}, h("h2", { class: "library-title" }, "Explore"), facts),
  h("div", { class: "explore-bar" }, views, controls, stale),
  body,
);

const kept = new Map(); // answers, by path
let shown = null; // the path of what is shown or asked for
let controller = null;
let timer;

/** Show the state. */
export function showExplore({ view, explore, query }) {
  exploreElement.hidden = view !== "explore";
  if (view !== "explore") {
    stopWaiting();
    return;
  }
  const name = explore.show in PARTS ? explore.show : "clusters";
  const part = PARTS[name];
  refill(views, Object.entries(PARTS).map(choice(name)));
  refill(controls, part.controls?.(explore));
  const path = `/${name}?${parameters([...part.pairs(explore), ...pairsOf(query.filters)])}`;
  if (path === shown) {
    part.update?.(explore);
    return;
  }
  stopWaiting();
  shown = path;
  if (kept.has(path)) draw(part, kept.get(path));
  else read(part, path);
}

function choice(chosen) {
  return ([show, { name }]) => {
    const explore = { ...state.explore, show };
    return h(
      "a",
      {
        href: addressOf({ ...state, explore, open: null }),
        "aria-current": show === chosen ? "page" : null,
        dataset: { focus: show },
        onclick: (event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return;
          event.preventDefault();
          change({ explore });
        },
      },
      name,
    );
  };
}

async function read(part, path) {
  const own = (controller = new AbortController());
  wait(part);
  try {
    const found = await ask(path, { signal: own.signal });
    if (own !== controller) return;
    kept.set(path, found);
    stopWaiting(path);
    draw(part, found);
  } catch (error) {
    if (own !== controller || error.name === "AbortError") return;
    stopWaiting();
    fill(facts);
    fill(
      body,
      h(
        "div",
        { class: "verdict-box verdict-bad" },
        icon("warning"),
        h("p", { role: "alert" }, sentence(error)),
        h("button", { type: "button", class: "button", onclick: lookAgain }, "Try again"),
      ),
    );
  }
}

function wait({ doing }) {
  const since = performance.now();
  const time = h("span", { class: "explore-time", "aria-hidden": "true" });
  const box = (size) => h("div", { class: `waiting-box ${size}` });
  fill(facts, `${doing}…`, time);
  fill(
    body,
    h("p", { class: "panel-note" }, "The first time takes a while; then the answer is kept."),
    h("div", { class: "waiting-boxes", "aria-hidden": "true" }, [1, 2, 3, 4].map(box)),
  );
  body.setAttribute("aria-busy", "true");
  const tick = () => (time.textContent = ` ${length((performance.now() - since) / 1000)}`);
  timer = setInterval(tick, 1000);
}

/** Give up what is waited for; `path` is what came instead. */
function stopWaiting(path = null) {
  clearInterval(timer);
  body.removeAttribute("aria-busy");
  if (controller) {
    controller.abort();
    controller = null;
    shown = path;
  }
}

function draw(part, found) {
  fill(facts, part.facts(found));
  fill(
    body,
    found.note && h("p", { class: "explore-note" }, sentence({ message: found.note })),
    part.draw(found),
  );
  part.update?.(state.explore);
}

function lookAgain() {
  kept.clear();
  stale.hidden = true;
  shown = null;
  showExplore(state);
}

onEvent("library", () => {
  kept.clear();
  stale.hidden = !shown;
});
