/** Stretches of videos, as analyses tell them, and what the parts of the explore view share. */

import { LEAD, thumbPicture } from "./cards.js";
import { el } from "./dom.js";
import { change, linkTo, state } from "./state.js";
import { span } from "./words.js";

/** What the state says while one is played. */
export const openOf = ({ video_id: video, start, end }) => ({
  ...{ video, time: Math.max(0, start - LEAD), start, end },
});

/** Its picture, which plays it. */
export function still(one, kind = "card-link") {
  const { title, thumbnail: src, start, end } = one;
  const times = span(start, end);
  return el(
    `a.${kind}`,
    { title, "aria-label": `Play ${title}, ${times}`, ...linkTo({ open: openOf(one) }) },
    el("div.thumb", src && thumbPicture(src), el("span.thumb-time", times)),
  );
}

/** A row of small pictures. */
export const strip = (stretches, label) =>
  el("ul.strip", { "aria-label": label }, stretches.map((one) => el("li", still(one, "strip-link"))));

/** Buttons of which one is pressed: `names` by the value that `key` of the address may have. */
export function options(label, key, names) {
  const value = state.explore[key] in names ? state.explore[key] : "";
  const choice = ([one, name]) => {
    const dataset = { focus: key + one };
    const onclick = () => explore({ [key]: one });
    return el("button", { "aria-pressed": String(one === value), dataset, onclick }, name);
  };
  return el("div.segmented", { role: "group", "aria-label": label }, Object.entries(names).map(choice));
}

/** Change what is explored. */
export const explore = (changes, how) => change({ explore: { ...state.explore, ...changes } }, how);
