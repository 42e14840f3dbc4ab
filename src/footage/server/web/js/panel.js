/** The side panel: how much each channel counts, which videos are searched, saved searches. */

import { isRead, onLibrary } from "./about.js";
import { ask as fetched, parameters } from "./api.js";
import { el, fill, refill, setStyles } from "./dom.js";
import { CHANNEL_LOOKS } from "./evidence.js";
import { icon, iconButton } from "./icons.js";
import { pairsOf, withFilter, withoutFilter, yearsOf } from "./filters.js";
import { failed } from "./notes.js";
import { CHANNELS, fromAddress, isAsked } from "./query.js";
import { AUTOMATIC } from "./rerank.js";
import { savedList } from "./saved_list.js";
import { ask, change, state } from "./state.js";
import { plural } from "./words.js";

const READERS = { said: "speech", sign: "screen" };
const FEW = 8;

const balance = el("section.panel-part", { "aria-label": "Balance" });
const facets = el("div.facets");
const toggle = el(
  "button",
  { class: "button panel-toggle", "aria-expanded": "false", "aria-controls": "panel", onclick: () => open() },
  icon("filter"),
  el("span", "Filters"),
);
const panel = el(
  "aside.panel",
  { id: "panel", "aria-label": "Filters" },
  el("div.panel-head", el("h2", "Filters"), iconButton("close", "Close the filters", () => open(false))),
  balance,
  savedList((address) => {
    leave();
    change({ query: fromAddress(new URLSearchParams(address)), open: null, view: "search" });
  }, leave),
  facets,
);

/** The panel, and the button that opens it where the page is narrow. */
export const panelElement = panel;
export const panelToggle = toggle;

const sliders = new Map(CHANNELS.map((name) => [name, slider(name)]));
const automatic = el("button.link", { onclick: () => ask({ weights: null }) }, "Automatic");
fill(
  balance,
  el("div.panel-row", el("h2.panel-title", "What counts"), automatic),
  [...sliders.values()].map(({ element }) => element),
);

const whole = new Set(); // the titles of facets that are shown without an end
let shown = null; // the filters that were counted by
let controller = null;

/** Show the state. */
export function showPanel({ query, view }) {
  panel.hidden = view !== "search";
  balance.hidden = !isAsked(query) || Boolean(query.saved);
  const weights = query.weights ?? AUTOMATIC;
  for (const [name, { show }] of sliders) show(weights[name]);
  automatic.disabled = !query.weights;
  automatic.textContent = query.weights ? "Reset" : "Automatic";
  const count = pairsOf(query.filters).length;
  toggle.lastElementChild.textContent = count ? `Filters · ${count}` : "Filters";
  const wanted = String(parameters(pairsOf(query.filters)));
  if (wanted !== shown) showFacets(wanted);
}

onLibrary(() => showPanel(state));

/** Count again, as after the library has changed. */
export function countAgain() {
  showFacets(String(parameters(pairsOf(state.query.filters))));
}

function open(wanted = !panel.classList.contains("panel-open")) {
  panel.classList.toggle("panel-open", wanted);
  toggle.setAttribute("aria-expanded", String(wanted));
  if (wanted) panel.querySelector("button").focus();
  else toggle.focus();
}

/** Close the drawer, if it is one and open. */
function leave() {
  if (panel.classList.contains("panel-open")) open(false);
}

addEventListener("pointerdown", ({ target }) => {
  const isOpen = panel.classList.contains("panel-open");
  if (isOpen && !panel.contains(target) && !toggle.contains(target)) open(false);
});
panel.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !panel.classList.contains("panel-open")) return;
  event.stopPropagation();
  open(false);
});

function slider(name) {
  const [label, picture] = CHANNEL_LOOKS[name];
  const value = el("output.slider-value");
  const input = el("input", {
    type: "range",
    min: "0",
    max: "1",
    step: "0.05",
    class: `slider slider-${name}`,
    "aria-label": `How much counts what is ${label.toLowerCase()}`,
    oninput: () => {
      const weights = { ...(state.query.weights ?? AUTOMATIC), [name]: Number(input.value) };
      if (CHANNELS.some((one) => weights[one])) ask({ weights }, "type");
      else show(state.query.weights?.[name] ?? AUTOMATIC[name]);
    },
  });
  const show = (weight) => {
    if (Number(input.value) !== weight) input.value = weight;
    setStyles(input, { "--share": `${100 * weight}%` });
    const has = isRead(READERS[name]);
    input.disabled = !has;
    element.title = has ? "" : "No such text was read in this library yet";
    const share = weight ? `${Math.round(100 * weight)} %` : "off";
    value.textContent = has ? share : "nothing read";
  };
  const element = el("label.slider-row", icon(picture, `of-${name}`), el("span", label), input, value);
  return { element, show };
}

async function showFacets(wanted) {
  shown = wanted;
  controller?.abort();
  controller = new AbortController();
  try {
    const counts = await fetched(`/facets?${wanted}`, { signal: controller.signal });
    refill(
      facets,
      group("Tags", "tag", counts.tags, "all"),
      years(counts.years),
      group("Folders", "folder", counts.folders, "any", lastParts),
      el("p.panel-note", `${plural(counts.videos, "video")} to search in`),
    );
  } catch (error) {
    shown = null;
    failed(error);
  }
}

/** The end of a folder's path, which tells it from others. */
const lastParts = (path) => path.split("/").filter(Boolean).slice(-2).join("/");

function group(title, name, counts, meaning, shortened = (text) => text) {
  const chosen = state.query.filters[name];
  const gone = chosen.filter((value) => !counts.some((count) => count.name === value));
  const all = [...gone.map((value) => ({ name: value })), ...counts];
  if (!all.length) return null;
  const entries = all.map((count) => {
    const isOn = chosen.includes(count.name);
    const onclick = () =>
      ask({ filters: (isOn ? withoutFilter : withFilter)(state.query.filters, name, count.name) });
    return entry(`${name}:${count.name}`, shortened(count.name), count, isOn, onclick);
  });
  return facet(title, chosen.length > 0 && `${meaning} of them`, entries);
}

/** Years are filtered by as one stretch: choosing another goes on to it, letting go cuts it. */
function years(counts) {
  const [first, last] = yearsOf(state.query.filters) ?? [];
  const newest = counts.toSorted((one, other) => other.name.localeCompare(one.name));
  const chosen = newest.map(({ name }) => name).filter((name) => first <= name && name <= last);
  const entries = newest.map((count) => {
    const at = chosen.indexOf(count.name);
    const others = at ? chosen.slice(0, at) : chosen.slice(1);
    const kept = at < 0 ? [...chosen, count.name].sort() : others.toReversed();
    const onclick = () => ask({ filters: { ...state.query.filters, since: kept[0], until: kept.at(-1) } });
    return entry(`year:${count.name}`, count.name, count, at >= 0, onclick);
  });
  return counts.length ? facet("Years", first && "from first to last", entries) : null;
}

/** A facet; `meaning` says what several of it mean, once one is chosen. */
function facet(title, meaning, entries) {
  const isShown = (one, at) => at < FEW || whole.has(title) || one.querySelector("[aria-pressed=true]");
  const rest = entries.filter((one, at) => !isShown(one, at));
  const list = el("ul", entries.filter(isShown));
  const showAll = () => {
    whole.add(title);
    list.replaceChildren(...entries);
    more.remove();
    rest[0].firstElementChild.focus();
  };
  const more = el("button.link", { onclick: showAll }, `${rest.length} more`);
  return el(
    "section",
    { class: "panel-part facet" },
    el("h2.panel-title", title, meaning && el("span.panel-note", ` ${meaning}`)),
    list,
    rest.length > 0 && more,
  );
}

function entry(key, label, { name, count }, isOn, onclick) {
  return el(
    "li",
    el(
      "button.facet-button",
      { "aria-pressed": String(isOn), title: name, dataset: { focus: key }, onclick },
      el("span.facet-name", label),
      el("span.facet-count", count?.toLocaleString("en")),
    ),
  );
}
