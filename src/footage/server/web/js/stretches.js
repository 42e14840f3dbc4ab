/** Stretches of videos, as analyses name them: links that play one, and its picture. */

import { LEAD } from "./cards.js";
import { h } from "./dom.js";
import { addressOf, change, state } from "./state.js";
import { span } from "./words.js";

/** A link that plays a stretch. */
export function playLink(stretch, attributes, ...children) {
  const { title, start, end } = stretch;
  const open = openOf(stretch);
  const aim = () => (link.href = addressOf({ ...state, open }));
  const link = h(
    "a",
    {
      "aria-label": `Play ${title}, ${span(start, end)}`,
      onpointerenter: aim,
      onfocus: aim,
      onclick: (event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
        event.preventDefault();
        change({ open });
      },
      ...attributes,
    },
    ...children,
  );
  aim();
  return link;
}

/** What the state says while it is played. */
export const openOf = ({ video_id: video, start, end }) => ({
  ...{ video, time: Math.max(0, start - LEAD), start, end },
});

/** Its picture, and its times. */
export function still({ thumbnail, start, end }) {
  const image = h("img", { class: "thumb-picture", src: thumbnail, alt: "", loading: "lazy" });
  image.onerror = () => image.remove();
  return h(
    "div",
    { class: "thumb" },
    thumbnail && image,
    h("span", { class: "thumb-time" }, span(start, end)),
  );
}

/** A row of small pictures that play. */
export const strip = (stretches, label) =>
  h(
    "ul",
    { class: "strip", "aria-label": label },
    stretches.map((one) =>
      h("li", {}, playLink(one, { class: "strip-link", title: one.title }, still(one))),
    ),
  );
