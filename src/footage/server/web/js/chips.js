/**
 * Chips: the parts of a query, each with a weight. Dragging up or right makes a part count more;
 * the arrow keys too, `-` turns it into what is not wanted, Delete takes it away, Enter edits it.
 */

import { el } from "./dom.js";
import { CHANNEL_LOOKS } from "./evidence.js";
import { icon } from "./icons.js";
import { ask, state } from "./state.js";
import { blobOf, fetched } from "./files.js";
import { tokensOf, withoutFilter } from "./filters.js";
import { thumbnailOf } from "./cards.js";
import { clock } from "./words.js";
import { titleOf } from "./titles.js";
import { openMenu } from "./chip_menu.js";

const STEPS = [0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10];
const PIXELS_A_STEP = 18;
const FILTER_ICONS = {
  ...{ tag: "tag", folder: "folder", video: "film", partition: "folder", year: "calendar" },
  ...{ since: "calendar", until: "calendar", longer: "clock", shorter: "clock" },
};

/** The chips of a query; `edit` takes a term, by its place, back into the box. */
export function chipsOf(query, { edit }) {
  return [
    ...query.files.map((file, at) => fileChip(file, at)),
    ...query.likes.map((like, at) => likeChip(like, at)),
    ...query.terms.map((term, at) => termChip(term, at, edit)),
    ...tokensOf(query.filters).map(filterChip),
    query.saved && savedChip(query.saved),
  ];
}

function savedChip(name) {
  const face = el("span.chip-face", icon("star", "chip-icon"), chipText(name));
  const remove = () => ask({ saved: null });
  return el("li.chip", face, removeButton(name, remove, "saved"));
}

/** Its text, or what that is `later`: cut where it is long, and whole on hovering. */
function chipText(text, later) {
  const element = el("span.chip-text", { title: text }, text);
  if (later) later.then((said) => (element.textContent = element.title = said));
  return element;
}

/** The next weight up or down, of the same sign. */
export function stepped(weight, by) {
  const size = Math.abs(weight);
  const next = by > 0 ? STEPS.find((step) => step > size) : STEPS.findLast((step) => step < size);
  return Math.sign(weight) * (next ?? size);
}

function termChip(term, at, edit) {
  return weighedChip({
    list: "terms",
    at,
    part: term,
    label: term.text,
    kind: term.kind === "any" ? "" : term.kind,
    face: [term.kind !== "any" && icon(CHANNEL_LOOKS[term.kind][1], "chip-icon"), chipText(term.text)],
    edit: () => edit(at),
  });
}

function likeChip(like, at) {
  const address = thumbnailOf(like.video, like.time);
  const time = clock(like.time);
  const said = titleOf(like.video).then((title) => `like ${title} ${time}`);
  const face = [el("img.chip-picture", { src: address, alt: "" }), chipText(`like ${time}`, said)];
  return weighedChip({ list: "likes", at, part: like, label: `like the moment at ${time}`, face });
}

function fileChip(file, at) {
  const face = [pictureOf(file), chipText(file.name)];
  return weighedChip({ list: "files", at, part: file, label: `${file.kind} ${file.name}`, face });
}

function pictureOf(file) {
  if (file.kind !== "image") return icon(file.kind === "clip" ? "film" : "sound", "chip-icon");
  const picture = el("img.chip-picture", { alt: "" });
  fetched([file])
    .then(() => {
      picture.src = URL.createObjectURL(blobOf(file.key));
      picture.onload = () => URL.revokeObjectURL(picture.src);
    })
    .catch(() => {});
  return picture;
}

function filterChip({ key, value, names }) {
  const remove = () => {
    let { filters } = state.query;
    for (const name of names) filters = withoutFilter(filters, name, value);
    ask({ filters });
    document.getElementById("box").focus();
  };
  return el(
    "li",
    { class: "chip chip-filter" },
    el(
      "span.chip-face",
      icon(FILTER_ICONS[key], "chip-icon"),
      el("span.chip-key", `${key}:`),
      chipText(value, key === "video" && titleOf(value)),
    ),
    removeButton(`only ${key} ${value}`, remove, `filter-${key}-${value}`),
  );
}

function weighedChip({ list, at, part, label, kind = "", face, edit }) {
  const name = `${list}-${at}`;
  const set = (changes, how) => setPart(list, at, changes, how, name);
  const remove = () => removePart(list, at);
  const open = () => openMenu(main, { list, part, label, set, remove, edit });
  const said = [part.weight < 0 ? `not ${label}` : label, kind, `weight ${Math.abs(part.weight)}`];
  const main = el(
    "button.chip-face",
    {
      dataset: { focus: name },
      "aria-label": said.filter(Boolean).join(", "),
      "aria-haspopup": "dialog",
      "aria-description": "Arrow up and down weigh it, minus is not, Delete removes, Enter edits",
      title: "Drag up or down to weigh it, click for more",
      onclick: open,
      onkeydown: (event) => pressed(event, { part, set, remove, edit, open }),
      onpointerdown: (event) => dragged(event, part, set),
    },
    part.weight < 0 && el("span.chip-not", "not"),
    face,
    Math.abs(part.weight) !== 1 && el("span.chip-weight", `×${Math.abs(part.weight)}`),
  );
  const classes = `chip ${kind && `chip-${kind}`} ${part.weight < 0 ? "chip-minus" : ""}`;
  return el("li", { class: classes }, main, removeButton(label, remove));
}

function removeButton(label, onclick, focus) {
  return el(
    "button.chip-remove",
    {
      "aria-label": `Remove ${label}`,
      dataset: focus ? { focus } : {},
      onclick,
      onkeydown: (event) =>
        walk(event) || (["Delete", "Backspace"].includes(event.key) && onclick()),
    },
    icon("close"),
  );
}

function setPart(list, at, changes, how, name) {
  const parts = state.query[list].map((part, index) =>
    index === at ? { ...part, ...changes } : part,
  );
  ask({ [list]: parts }, how);
  document.querySelector(`[data-focus="${name}"]`)?.focus();
}

function removePart(list, at) {
  ask({ [list]: state.query[list].filter((_, index) => index !== at) });
  document.getElementById("box").focus();
}

function pressed(event, { part, set, remove, edit, open }) {
  const does = {
    ArrowUp: () => set({ weight: stepped(part.weight, 1) }),
    ArrowDown: () => set({ weight: stepped(part.weight, -1) }),
    "-": () => set({ weight: -part.weight }),
    Delete: remove,
    Backspace: remove,
    Enter: edit ?? open,
  }[event.key];
  if (does) {
    event.preventDefault();
    event.stopPropagation();
    does();
  } else walk(event);
}

/** Left and right among the chips, and to the box. */
function walk(event) {
  const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  if (!way) return false;
  const stops = [...document.querySelectorAll(".chip button"), document.getElementById("box")];
  stops[stops.indexOf(event.currentTarget) + way]?.focus();
  event.preventDefault();
  return true;
}

/** Weigh a part by dragging it: up or right for more. */
function dragged(event, part, set) {
  if (event.button) return;
  const face = event.currentTarget;
  face.setPointerCapture(event.pointerId);
  const from = { x: event.clientX, y: event.clientY };
  let weight = part.weight;
  const badge = el("span.chip-drag");
  const move = (moved) => {
    const steps = Math.round((moved.clientX - from.x + from.y - moved.clientY) / PIXELS_A_STEP);
    weight = part.weight;
    for (let step = 0; step < Math.abs(steps); step += 1) weight = stepped(weight, steps);
    if (weight === part.weight && !badge.isConnected) return;
    badge.textContent = `×${Math.abs(weight)}`;
    if (!badge.isConnected) face.append(badge);
  };
  const end = () => {
    face.removeEventListener("pointermove", move);
    if (!badge.isConnected) return;
    badge.remove();
    face.addEventListener("click", (click) => click.stopImmediatePropagation(), { capture: true, once: true });
    setTimeout(() => weight !== part.weight && set({ weight }));
  };
  face.addEventListener("pointermove", move);
  face.addEventListener("pointerup", end, { once: true });
  face.addEventListener("pointercancel", end, { once: true });
}
