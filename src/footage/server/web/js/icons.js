/** Line icons of 24 units, by name. */

import { el, svg } from "./dom.js";

const PATHS = {
  search: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM15.4 15.4 20 20",
  close: "M6 6l12 12M18 6 6 18",
  image:
    "M4 6a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v12a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2ZM4 16l4.5-4.5L14 17m-1.5-1.5 3-3L20 17M15.5 8.5h.01",
  star: "m12 4 2.5 5.2 5.5.7-4 3.9 1 5.6-5-2.8-5 2.8 1-5.6-4-3.9 5.500-.7Z",
  filter: "M4 6h16M7 12h10M10 18h4",
  help: "M12 3.500a8.500 8.500 0 1 1 0 17 8.500 8.500 0 0 1 0-17ZM9.500 9.700a2.500 2.500 0 1 1 3.600 2.300c-.7.3-1.100.8-1.100 1.600M12 16.800h.01",
  bell: "M6 16.500V11a6 6 0 0 1 12 0v5.500l1.500 2h-15ZM10 20.500h4",
  like: "M4 8V6a2 2 0 0 1 2-2h2M16 4h2a2 2 0 0 1 2 2v2M20 16v2a2 2 0 0 1-2 2h-2M8 20H6a2 2 0 0 1-2-2v-2M12 8.500a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7Z",
  minus: "M5 12h14",
  plus: "M12 5v14M5 12h14",
  play: "M8 5.500v13l10.500-6.500Z",
  pause: "M8.500 5.500v13M15.500 5.500v13",
  next: "M6 6v12l8.500-6ZM18 6v12",
  previous: "M18 6v12l-8.500-6ZM6 6v12",
  sound: "M5 9.500v5h3l4.500 4v-13L8 9.500ZM16 9a4 4 0 0 1 0 6M18.500 6.500a8 8 0 0 1 0 11",
  silent: "M5 9.500v5h3l4.500 4v-13L8 9.500ZM16.500 9.500l5 5M21.500 9.500l-5 5",
  full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  link: "M10 14a4 4 0 0 0 5.700 0l3-3a4 4 0 0 0-5.700-5.700L12 6.300M14 10a4 4 0 0 0-5.700 0l-3 3a4 4 0 0 0 5.700 5.700l1-1",
  download: "M12 4v11m-4.500-4.500L12 15l4.500-4.500M5 19.500h14",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12ZM12 9.500a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5Z",
  speech:
    "M5 5h14a1.500 1.500 0 0 1 1.500 1.500v8A1.500 1.500 0 0 1 19 16h-7l-4.500 4v-4H5a1.500 1.500 0 0 1-1.500-1.500v-8A1.500 1.500 0 0 1 5 5Z",
  sign: "M5 7V5h14v2M12 5v14M9 19h6",
  any: "M12 4v16M4 12h16M6.500 6.500l11 11M17.500 6.500l-11 11",
  tag: "M4 5h7.500L20 13.500 13.500 20 5 11.500ZM8.500 8.500h.01",
  folder:
    "M4 7a1.500 1.500 0 0 1 1.500-1.500H10l2 2.500h6.500A1.500 1.500 0 0 1 20 9.500v8a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 17.500Z",
  calendar: "M5 6.500h14v13H5ZM5 10.500h14M8.500 4v4M15.500 4v4",
  film: "M4 6a1.500 1.500 0 0 1 1.500-1.500h13A1.500 1.500 0 0 1 20 6v12a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 18ZM8 4.500v15M16 4.500v15M4 9.500h4M4 14.500h4M16 9.500h4M16 14.500h4",
  clock: "M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16ZM12 8v4.500l3 2",
  then: "M5 5v7a3 3 0 0 0 3 3h10m-4-4 4 4-4 4",
  grid: "M4.500 4.500h6v6h-6ZM13.500 4.500h6v6h-6ZM4.500 13.500h6v6h-6ZM13.500 13.500h6v6h-6Z",
  list: "M4 6.500h16M4 12h16M4 17.500h16",
  trash: "M5 7h14M10 7V5h4v2M7 7l1 12.500h8L17 7M10.500 10.500v6M13.500 10.500v6",
  restore: "M5 12a7 7 0 1 0 2.200-5.100L5 9M5 4.500V9h4.500",
  upload: "M12 16V5m-4.500 4.500L12 5l4.500 4.500M5 19.500h14",
  check: "m5 12.500 4.500 4.500L19 7.500",
  warning: "M12 4.500 21 19.500H3ZM12 10v4.500M12 17h.01",
  captions:
    "M4 6.500A1.500 1.500 0 0 1 5.500 5h13A1.500 1.500 0 0 1 20 6.500v11a1.500 1.500 0 0 1-1.500 1.500h-13A1.500 1.500 0 0 1 4 17.500ZM7.500 13H12M14.500 13h2M7.500 16h2M12 16h4.500",
  in: "M9 5H6v14h3M11 12h8m-3-3 3 3-3 3",
  out: "M15 5h3v14h-3M13 12H5m3-3-3 3 3 3",
  library: "M5 5v14M9 5v14M13 5.500l5 13.500",
  explore:
    "M8 4.5a3 3 0 1 1 0 6 3 3 0 0 1 0-6ZM17 9.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4ZM10 15a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z",
};

/** An icon, which says nothing to a screen reader. */
export function icon(name, extra = "") {
  const drawing = svg("svg", {
    viewBox: "0 0 24 24",
    class: `icon ${extra}`,
    "aria-hidden": "true",
  });
  drawing.append(svg("path", { d: PATHS[name] }));
  return drawing;
}

/** A button with an icon before its word; `title` is shown on hovering. */
export const wordButton = (name, word, title, onclick) =>
  el("button.button", { title, onclick }, icon(name), el("span", word));

/** A button that is an icon; `label` is said, and shown on hovering unless `more` has a title. */
export const iconButton = (name, label, onclick, { class: extra = "", ...more } = {}) =>
  el(
    "button",
    {
      ...{ class: `ghost ${extra}`, "aria-label": label, title: label, onclick },
      ...more,
    },
    icon(name),
  );
