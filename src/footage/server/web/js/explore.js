/** What is in the library, as the server works it out: clusters, outliers, duplicates and trends. */

import { ask, parameters } from "./api.js";
import { el, fill, refill } from "./dom.js";
import { clusters } from "./explore_clusters.js";
import { duplicates } from "./explore_duplicates.js";
import { outliers } from "./explore_outliers.js";
import { trends } from "./explore_trends.js";
import { pairsOf } from "./filters.js";
import { linkTo, state } from "./state.js";
import { sentence } from "./words.js";

/** `facts` are said above, and `update()` is called when what was asked for stays the same. */
const PARTS = { clusters, outliers, duplicates, trends };

const views = el("nav.segmented", { "aria-label": "Explore" });
const controls = el("div.explore-controls");
const facts = el("p.library-facts", { role: "status" });
const body = el("div.explore-body");

/** The element of the view. */
export const exploreElement = el(
  "section.explore",
  { "aria-label": "Explore", hidden: true },
  el("div", el("h2.library-title", "Explore"), facts),
  el("div.explore-bar", views, controls),
  body,
);

let shown = null; // the path of what is shown or asked for
let asking = null;

/** Show the state. */
export function showExplore({ view, explore, query }) {
  exploreElement.hidden = view !== "explore";
  if (view !== "explore") {
    giveUp();
    return;
  }
  const name = explore.show in PARTS ? explore.show : "clusters";
  const part = PARTS[name];
  refill(views, Object.keys(PARTS).map((show) => choice(show, show === name)));
  refill(controls, part.controls?.(explore));
  const path = `/${name}?${parameters([...part.pairs(explore), ...pairsOf(query.filters)])}`;
  if (path === shown) part.update?.();
  else {
    giveUp();
    shown = path;
    read(part, path);
  }
}

function choice(show, isShown) {
  const link = linkTo({ explore: { ...state.explore, show }, open: null });
  return el("a", { ...link, "aria-current": isShown && "page", dataset: { focus: show } }, PARTS[show].name);
}

function giveUp() {
  if (asking) shown = null;
  asking?.abort();
  asking = null;
}

async function read(part, path) {
  const own = (asking = new AbortController());
  const boxes = [1, 2, 3, 4].map(() => el("div.waiting-box"));
  const slow = el("p.panel-note", "The first time takes a while; then the answer is kept.");
  fill(facts, `${part.doing}…`);
  fill(body, slow, el("div.waiting-boxes", boxes));
  body.ariaBusy = "true";
  try {
    const found = await ask(path, { signal: own.signal });
    const drawn = await part.draw(found);
    if (own !== asking) return;
    fill(facts, part.facts(found));
    fill(body, found.note && el("p.explore-note", sentence({ message: found.note })), drawn);
    part.update?.();
  } catch (error) {
    if (own !== asking) return;
    const again = el("button.button", { onclick: () => read(part, path) }, "Try again");
    fill(facts);
    fill(body, el("div.explore-note", { role: "alert" }, sentence(error), again));
  }
  asking = null;
  body.ariaBusy = "false";
}
