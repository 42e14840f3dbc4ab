/** Moments that are selected, and what exports them. */

import { el } from "./dom.js";
import { exportMenu } from "./exports.js";
import { icon } from "./icons.js";
import { selection } from "./selection.js";
import { clock } from "./words.js";

const handles = el("input.picks-field", {
  type: "text",
  inputmode: "decimal",
  size: "4",
  placeholder: "0",
  "aria-label": "Handles: seconds more at either side, or frames as 12f",
  title: "Seconds more at either side, or frames as 12f",
});
const give = el(
  "button",
  {
    class: "button button-main",
    "aria-haspopup": "dialog",
    onclick: () => exportMenu(give, moments.values(), handles.value),
  },
  icon("download"),
  "Export",
);
const moments = selection("moment", false, el("label.picks-label", el("span", "Handles"), handles), give);

/** The bar at the foot of the page. */
export const picksElement = moments.bar;

/** The checkbox of a moment's card. */
export const pickBox = (moment, key) => moments.box(key, moment, `${moment.title}, ${clock(moment.start)}`);
