/** The library: what it holds, what is added to it, and how far that is. */

import { ask as fetched, parameters } from "./api.js";
import { addForm } from "./add.js";
import { debounced, el, fill, refill } from "./dom.js";
import { icon } from "./icons.js";
import { libraryNow, onLibrary } from "./about.js";
import { onEvent } from "./events.js";
import { jobsElement, readJobs } from "./jobs.js";
import { failed } from "./notes.js";
import { libraryEntry } from "./library_entry.js";
import { videoPicks } from "./video_picks.js";
import { bytes, length, plural, sentence } from "./words.js";

const PAGE = 60;
const MOST = 1000; // in one answer
const TYPING_MILLISECONDS = 120;
const LOOK = "footage.look";
const ORDER = "footage.order";
const ORDERS = {
  "-recorded": "Recorded, newest",
  recorded: "Recorded, oldest",
  "-added": "Added, newest",
  added: "Added, oldest",
  title: "Title, A to Z",
  "-title": "Title, Z to A",
  "-duration": "Longest",
  duration: "Shortest",
};

const facts = el("p.library-facts");
const look = el("div.segmented", { role: "group", "aria-label": "Look" });
const hidden = el("input", { type: "checkbox", id: "hidden", onchange: readAnew });
const title = el("input.field", {
  type: "search",
  placeholder: "Filter by title",
  "aria-label": "Filter by title",
  oninput: debounced(readAnew, TYPING_MILLISECONDS),
});
const order = el(
  "select.field",
  { "aria-label": "Order of the videos", onchange: reorder },
  Object.entries(ORDERS).map(([value, label]) => el("option", { value }, label)),
);
if (localStorage.getItem(ORDER) in ORDERS) order.value = localStorage.getItem(ORDER);
const count = el("span.panel-note", { role: "status" });
const list = el("ul", { class: "cards videos", "aria-label": "Videos" });
const EMPTY = "Nothing is here yet. Drop videos on this page, or name a folder above.";
const nothing = el("p.nothing", { hidden: true }, EMPTY);
const sentinel = el("div.sentinel");
const picks = videoPicks(readAll, readAgain);
const entryOf = (video) => libraryEntry(video, picks.box(video));

/** The element of the view. */
export const libraryElement = el(
  "section.library",
  { "aria-label": "Library", hidden: true },
  el("div.library-head", el("div", el("h2.library-title", "Library"), facts)),
  addForm(),
  jobsElement,
  el(
    "div.bar",
    el("div", el("h2.section-title", "Videos"), count),
    el("div.bar-end", title, order, el("label.check", { for: "hidden" }, hidden, "Removed and missing too"), look),
  ),
  list,
  nothing,
  sentinel,
  picks.bar,
);

let total = null;
let shownCount = 0;
let turn = 0;
let busy = false;
let visited = false;

/** Show the state. */
export function showLibrary({ view }) {
  const begins = view === "library" && libraryElement.hidden;
  libraryElement.hidden = view !== "library";
  if (!begins) return;
  showLook(localStorage.getItem(LOOK) ?? "grid");
  showFacts(libraryNow());
  readAgain();
  if (!visited) readJobs();
  visited = true;
}

onLibrary((about) => showFacts(about));
for (const name of ["library", "again"]) {
  onEvent(name, () => {
    if (!libraryElement.hidden) readAgain();
    if (visited && name === "again") readJobs();
  });
}

function showFacts(about) {
  if (!about) return;
  const disk = Object.values(about.disk).reduce((sum, part) => sum + part, 0);
  fill(
    facts,
    `${plural(about.videos, "video")} · ${length(about.seconds)} · ${bytes(disk)} of index · model ${about.embedder}`,
    about.indexing && " · being indexed",
  );
}

function showLook(wanted) {
  list.classList.toggle("videos-list", wanted === "list");
  localStorage.setItem(LOOK, wanted);
  const choice = (name, label, picture) =>
    el(
      "button",
      { "aria-pressed": String(wanted === name), dataset: { focus: name }, onclick: () => showLook(name) },
      icon(picture),
      label,
    );
  refill(look, choice("grid", "Grid", "grid"), choice("list", "List", "list"));
}

function reorder() {
  localStorage.setItem(ORDER, order.value);
  readAnew();
}

/** Another list, from its beginning. */
function readAnew() {
  shownCount = 0;
  readAgain();
}

/** From the beginning, as many as there are shown. */
async function readAgain() {
  const own = (turn += 1);
  total = null; // until it has come
  const wanted = Math.min(MOST, Math.max(PAGE, shownCount));
  const page = await read(wanted, 0);
  if (!page || own !== turn) return;
  total = page.total;
  shownCount = page.videos.length;
  refill(list, page.videos.map(entryOf));
  count.textContent = plural(total, "video");
  nothing.textContent = title.value ? `No title has “${title.value}” in it.` : EMPTY;
  nothing.hidden = total > 0;
  more();
}

async function more() {
  const isFar = sentinel.getBoundingClientRect().top > innerHeight + 800;
  if (busy || libraryElement.hidden || total === null || shownCount >= total || isFar) return;
  busy = true;
  const own = turn;
  const page = await read(PAGE, shownCount);
  busy = false;
  if (page && own === turn) {
    shownCount += page.videos.length;
    list.append(...page.videos.map(entryOf));
  }
  if (page?.videos.length) more();
}

/** Every video of the list. */
async function readAll() {
  const videos = [];
  let page;
  do {
    page = await read(MOST, videos.length);
    videos.push(...(page?.videos ?? []));
  } while (page?.videos.length && videos.length < page.total);
  return videos;
}

async function read(limit, offset) {
  const asked = parameters([
    ["hidden", hidden.checked],
    ["title", title.value.trim()],
    ["sort", order.value.replace("-", "")],
    ["descending", order.value.startsWith("-")],
    ["limit", limit],
    ["offset", offset],
  ]);
  try {
    return await fetched(`/videos?${asked}`);
  } catch (error) {
    nothing.textContent = sentence(error);
    nothing.hidden = list.childElementCount > 0;
    failed(error);
    return null;
  }
}

addEventListener("scroll", more, { passive: true });
