/** The page: puts its parts together, and shows each of them every change of the state. */

import { on } from "./api.js";
import { boxElement, focusBox, showBox } from "./box.js";
import { listenToDrops } from "./drops.js";
import { listenToEvents, onEvent } from "./events.js";
import { exploreElement, showExplore } from "./explore.js";
import { el, fill, opensElsewhere } from "./dom.js";
import { homeElement, showHome } from "./home.js";
import { icon, iconButton } from "./icons.js";
import { showHelp } from "./help.js";
import { listenToKeys } from "./keys.js";
import { libraryElement, showLibrary } from "./library.js";
import { bannerElement, isEmpty, onLibrary, readLibrary, showBanner } from "./about.js";
import { askToken } from "./login.js";
import { countAgain, panelElement, panelToggle, showPanel } from "./panel.js";
import { picksElement } from "./picks.js";
import { showPlayer } from "./player.js";
import { blank, isAsked, textOf } from "./query.js";
import { resultsElement, searchAgain, showResults } from "./results.js";
import { ask, change, linkTo, state, subscribe } from "./state.js";
import { newElement, newsButton } from "./watches.js";

const views = el("nav.views", { "aria-label": "Views" });
const grouping = el("div.segmented", { role: "group", "aria-label": "One card for each" });
const bar = el("div.bar", panelToggle, grouping);
const search = el("div.search-view", panelElement, el("div.column", newElement, bar, homeElement, resultsElement));

fill(
  document.getElementById("top"),
  el(
    "a.brand",
    { href: "./", onclick: home, "aria-label": "footage, to the beginning" },
    el("h1", mark(), "footage"),
  ),
  boxElement,
  el("div.top-end", newsButton, views, iconButton("help", "Help and keys", showHelp, { title: "Help (?)" })),
);
fill(document.getElementById("main"), bannerElement, search, libraryElement, exploreElement, picksElement);

function mark() {
  return el("img.brand-mark", { src: "icon.svg", alt: "", width: "26", height: "26" });
}

function home(event) {
  if (opensElsewhere(event)) return;
  event.preventDefault();
  change({ view: "search", query: blank(), open: null });
  focusBox();
}

function showViews({ view }) {
  const link = (name, label, picture) =>
    el(
      "a",
      { ...linkTo({ view: name, open: null }), "aria-current": view === name ? "page" : null },
      icon(picture),
      el("span", label),
    );
  fill(
    views,
    link("search", "Search", "search"),
    link("library", "Library", "library"),
    link("explore", "Explore", "explore"),
  );
}

function showGrouping({ query }) {
  bar.classList.toggle("bar-quiet", !isAsked(query));
  const choice = (byVideo, label) =>
    el("button", { "aria-pressed": String(query.byVideo === byVideo), onclick: () => ask({ byVideo }) }, label);
  fill(grouping, choice(false, "Moments"), choice(true, "Videos"));
  grouping.hidden = !isAsked(query) || Boolean(query.saved);
}

function show(now, before) {
  const isSearch = now.view === "search";
  const asked = textOf(now.query) || now.query.saved;
  document.body.dataset.view = now.view;
  document.title = (isSearch && asked ? `${asked} – ` : "") + "footage";
  showViews(now);
  showBanner();
  showBox(now);
  showGrouping(now);
  showPanel(now);
  search.hidden = !isSearch;
  hideResults();
  if (isSearch) {
    showHome(now);
    showResults(now, before);
  }
  showLibrary(now);
  showExplore(now);
  showPlayer(now);
}

/** Where nothing is asked, or there is nothing to find. */
function hideResults() {
  resultsElement.hidden = !isAsked(state.query) || isEmpty();
}

subscribe((now, before) => {
  // what is searched for is shown where it is found
  if (now.view !== "search" && String(textOf(now.query)) !== String(textOf(before.query))) {
    change({ view: "search" }, "replace");
  } else show(now, before);
});

on("tokenNeeded", () => askToken(begin));
onLibrary(hideResults);
onEvent("library", () => {
  readLibrary();
  countAgain();
  searchAgain();
});
onEvent("again", () => {
  readLibrary();
  countAgain();
  if (state.view === "search") searchAgain();
});

function begin() {
  readLibrary();
  listenToEvents();
  show(state);
}

listenToKeys();
listenToDrops();
begin();
const hasKeyboard = matchMedia("(hover: hover)").matches; // elsewhere one would pop up
if (hasKeyboard && !isAsked(state.query) && state.view === "search" && !state.open) focusBox();
performance.mark("footage:ready");
