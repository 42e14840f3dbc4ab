/** What kinds of things there are: a map of all moments, and a tile for each cluster. */

import { clusterMap, colourOf } from "./cluster_map.js";
import { h } from "./dom.js";
import { explore, options } from "./options.js";
import { openOf, strip } from "./stretches.js";
import { change, state } from "./state.js";
import { length, plural } from "./words.js";

const SHOWN = 3; // pictures of a tile; of the chosen one, all

let tiles = [];
let map = null;

export const clusters = {
  name: "Clusters",
  doing: "Sorting everything by what it shows",
  pairs: ({ of }) => [
    ["of", of === "videos" ? "videos" : ""],
    ["map", true],
  ],
  controls: ({ of }) => options("Of what", "of", of, { "": "Moments", videos: "Videos" }),
  facts: ({ clusters: { length: count } }) =>
    count ? `${plural(count, "kind")} of things, what is alike near each other` : "",
  draw({ clusters: found, points, of }) {
    const unit = of === "videos" ? "video" : "moment";
    tiles = found.map((one) => ({ one, element: tile(one, unit) }));
    map = null;
    if (!found.length) return null;
    const names = new Map(found.map((one) => [one.number, nameOf(one)]));
    const play = (point) => change({ open: openOf(point) });
    if (points.length) map = clusterMap(points, { names, unit, play });
    return h(
      "div",
      { class: "clusters" },
      map?.element,
      h(
        "ol",
        { class: "tiles", "aria-label": "Clusters" },
        tiles.map(({ element }) => element),
      ),
    );
  },
  update: () => showChosen(),
};

const nameOf = ({ name, number }) => name || `Cluster ${number}`;
const chosen = () => Number(state.explore.cluster) || null;

function showChosen() {
  map?.highlight(chosen());
  for (const { one, element } of tiles) {
    const is = one.number === chosen();
    element.classList.toggle("tile-on", is);
    element.firstElementChild.setAttribute("aria-pressed", String(is));
    [...element.querySelectorAll(".strip li")].forEach((li, at) => (li.hidden = !is && at >= SHOWN));
  }
}

function tile(one, unit) {
  const { number, share, size, videos, seconds, moments, concepts, said, written } = one;
  const words = [
    ["Seen", concepts],
    ["Said", said],
    ["On screen", written],
  ].filter(([, list]) => list.length);
  const counts = [plural(size, unit), unit === "moment" && plural(videos, "video")];
  return h(
    "li",
    {
      class: "tile",
      style: colourOf(number),
      onpointerenter: () => map?.highlight(number),
      onpointerleave: () => map?.highlight(chosen()),
    },
    h(
      "button",
      {
        type: "button",
        class: "tile-head",
        onclick: () => explore({ cluster: chosen() === number ? "" : String(number) }, "replace"),
      },
      h("span", { class: "tile-mark" }, String(number)),
      h("span", { class: "tile-name" }, nameOf(one)),
      h("span", { class: "tile-share" }, `${Math.round(100 * share)} %`),
      h(
        "span",
        { class: "tile-facts" },
        [...counts, length(seconds)].filter(Boolean).join(" · "),
      ),
    ),
    h(
      "dl",
      { class: "tile-words" },
      words.map(([name, list]) => h("div", {}, h("dt", {}, name), h("dd", {}, list.join(", ")))),
    ),
    strip(moments, `Moments of ${nameOf(one)}`),
  );
}
