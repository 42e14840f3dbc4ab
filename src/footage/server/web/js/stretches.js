/** Stretches of videos, as analyses name them: links that play one, and its picture. */

import { LEAD } from "./cards.js";
import { el, h } from "./dom.js";
import { addressOf, change, state } from "./state.js";
import { span } from "./words.js";

/** What the state says while one is played. */
export const openOf = ({ video_id: video, start, end }) => ({
  ...{ video, time: Math.max(0, start - LEAD), start, end },
});

/** Its picture, which plays it. */
export function still(one, kind = "card-link") {
  const { title, thumbnail, start, end } = one;
  const open = openOf(one);
  const image = thumbnail && h("img", { src: thumbnail, class: "thumb-picture", alt: "", loading: "lazy" });
  return h(
    "a",
    {
      class: kind,
      href: addressOf({ ...state, open }),
      title,
      "aria-label": `Play ${title}, ${span(start, end)}`,
      onclick: (event) => follow(event, { open }),
    },
    el("div.thumb", image, el("span.thumb-time", span(start, end))),
  );
}

/** Change the state by a link, unless it is opened beside. */
export function follow(event, changes) {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  change(changes);
}

/** A row of small pictures. */
export const strip = (stretches, label) =>
  h("ul", { class: "strip", "aria-label": label }, stretches.map((one) => el("li", still(one, "strip-link"))));

/** Buttons of which one is pressed: `names` by the value that `key` of the address may have. */
export function options(label, key, names) {
  const value = state.explore[key];
  const choice = ([one, name]) =>
    h(
      "button",
      {
        ...{ type: "button", "aria-pressed": String(one === (value in names ? value : "")) },
        dataset: { focus: `${key}:${one}` },
        onclick: () => explore({ [key]: one }),
      },
      name,
    );
  const attributes = { class: "segmented", role: "group", "aria-label": label };
  return h("div", attributes, Object.entries(names).map(choice));
}

/** Change what is explored. */
export const explore = (changes, how) =>
  change({ explore: { ...state.explore, ...changes } }, how);
