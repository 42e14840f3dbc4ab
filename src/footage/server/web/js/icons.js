/** Line icons of 24 units, by name. */

import { el, svg } from "./dom.js";

const PATHS = {
  search: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM15.4 15.4 20 20",
  close: "M6 6l12 12M18 6 6 18",
  image:
    "M4 6a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2ZM4 16l4.5-4.5L14 17m-1.5-1.5 3-3L20 17M15.5 8.5h.01",
  star: "m12 4 2.5 5.2 5.5.7-4 3.9 1 5.6-5-2.8-5 2.8 1-5.6-4-3.9 5.5-.7Z",
  filter: "M4 6h16M7 12h10M10 18h4",
  help: "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM9.5 9.7a2.5 2.5 0 1 1 3.6 2.3c-.7.3-1.1.8-1.1 1.6M12 16.8h.01",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15ZM10 20.5h4",
  like: "M4 8V6a2 2 0 0 1 2-2h2M16 4h2a2 2 0 0 1 2 2v2M20 16v2a2 2 0 0 1-2 2h-2M8 20H6a2 2 0 0 1-2-2v-2M12 8.5a3.5 3.5 0 1 1 0 7 3.5 3.5 0 0 1 0-7Z",
  minus: "M5 12h14",
  plus: "M12 5v14M5 12h14",
  play: "M8 5.5v13l10.5-6.5Z",
  pause: "M8.5 5.5v13M15.5 5.5v13",
  next: "M6 6v12l8.5-6ZM18 6v12",
  previous: "M18 6v12l-8.5-6ZM6 6v12",
  sound: "M5 9.5v5h3l4.5 4v-13L8 9.5ZM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",
  silent: "M5 9.5v5h3l4.5 4v-13L8 9.5ZM16.5 9.5l5 5M21.5 9.5l-5 5",
  full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  link: "M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1",
  download: "M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 19.5h14",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z",
  speech:
    "M5 5h14a1.5 1.5 0 0 1 1.5 1.5v8A1.5 1.5 0 0 1 19 16h-7l-4.5 4v-4H5a1.5 1.5 0 0 1-1.5-1.5v-8A1.5 1.5 0 0 1 5 5Z",
  sign: "M5 7V5h14v2M12 5v14M9 19h6",
  any: "M12 4v16M4 12h16M6.5 6.5l11 11M17.5 6.5l-11 11",
  tag: "M4 5h7.5L20 13.5 13.5 20 5 11.5ZM8.5 8.5h.01",
  folder:
    "M4 7a1.5 1.5 0 0 1 1.5-1.5H10l2 2.5h6.5A1.5 1.5 0 0 1 20 9.5v8a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5Z",
  calendar: "M5 6.5h14v13H5ZM5 10.5h14M8.5 4v4M15.5 4v4",
  film: "M4 6a1.5 1.5 0 0 1 1.5-1.5h13A1.5 1.5 0 0 1 20 6v12a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 18ZM8 4.5v15M16 4.5v15M4 9.5h4M4 14.5h4M16 9.5h4M16 14.5h4",
  clock: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16ZM12 8v4.5l3 2",
  then: "M5 5v7a3 3 0 0 0 3 3h10m-4-4 4 4-4 4",
  grid: "M4.5 4.5h6v6h-6ZM13.5 4.5h6v6h-6ZM4.5 13.5h6v6h-6ZM13.5 13.5h6v6h-6Z",
  list: "M4 6.5h16M4 12h16M4 17.5h16",
  trash: "M5 7h14M10 7V5h4v2M7 7l1 12.5h8L17 7M10.5 10.5v6M13.5 10.5v6",
  restore: "M5 12a7 7 0 1 0 2.2-5.1L5 9M5 4.5V9h4.5",
  upload: "M12 16V5m-4.5 4.5L12 5l4.5 4.5M5 19.5h14",
  check: "m5 12.5 4.5 4.5L19 7.5",
  warning: "M12 4.5 21 19.5H3ZM12 10v4.5M12 17h.01",
  captions:
    "M4 6.5A1.5 1.5 0 0 1 5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5ZM7.5 13H12M14.5 13h2M7.5 16h2M12 16h4.5",
  in: "M9 5H6v14h3M11 12h8m-3-3 3 3-3 3",
  out: "M15 5h3v14h-3M13 12H5m3-3-3 3 3 3",
  library: "M5 5v14M9 5v14M13 5.5l5 13.5",
  explore:
    "M8 4.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM17 9.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4ZM10 15a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z",
};

/** An icon, which says nothing to a screen reader. */
export function icon(name, extra = "") {
  const drawing = svg("svg", { viewBox: "0 0 24 24", class: `icon ${extra}`, "aria-hidden": "true" });
  drawing.append(svg("path", { d: PATHS[name] }));
  return drawing;
}

/** A button with an icon before its word; `title` is shown on hovering. */
export const wordButton = (name, word, title, onclick) =>
  el("button.button", { title, onclick }, icon(name), el("span", word));

/** A button that is an icon; `label` is said, and shown on hovering unless `more` has a title. */
export const iconButton = (name, label, onclick, { class: extra = "", ...more } = {}) =>
  el("button", { ...{ class: `ghost ${extra}`, "aria-label": label, title: label, onclick }, ...more }, icon(name));
