/** What kinds of things there are: a map of all moments, and a tile for each cluster. */

import { clusterMap, hueOf } from "./cluster_map.js";
import { el, h } from "./dom.js";
import { state } from "./state.js";
import { explore, options, strip } from "./stretches.js";
import { length, plural } from "./words.js";

let tiles = [];
let map = null;

export const clusters = {
  name: "Clusters",
  doing: "Sorting everything by what it shows",
  pairs: ({ of }) => [["of", of], ["map", true]],
  controls: () => options("Of what", "of", { "": "Moments", videos: "Videos" }),
  facts: ({ clusters: found }) => (found.length ? `${plural(found.length, "kind")} of things` : ""),
  draw({ clusters: found, points }) {
    tiles = found.map(tile);
    map = points.length ? clusterMap(points, found) : null;
    return el("div.clusters", map?.element, h("ol", { class: "tiles", "aria-label": "Clusters" }, tiles));
  },
  update() {
    map?.light(chosen());
    tiles.forEach((element, at) => {
      element.classList.toggle("tile-on", at + 1 === chosen());
      element.firstElementChild.ariaPressed = String(at + 1 === chosen());
    });
  },
};

const chosen = () => Number(state.explore.cluster);

function tile({ number, name, share, size, videos, seconds, moments, said, written }) {
  const choose = () => explore({ cluster: chosen() === number ? "" : String(number) }, "replace");
  const facts = `${size.toLocaleString("en")} in ${plural(videos, "video")} · ${length(seconds)}`;
  const words = [...said, ...written];
  return h(
    "li",
    {
      ...{ class: "tile", style: hueOf(number) },
      onpointerenter: () => map?.light(number),
      onpointerleave: () => map?.light(chosen()),
    },
    h(
      "button",
      { type: "button", class: "tile-head", onclick: choose },
      el("span.tile-mark", number),
      el("span.tile-name", name),
      el("span", `${Math.round(100 * share)} %`),
      el("span.tile-facts", facts),
    ),
    words.length > 0 && el("p.tile-words", `Words: ${words.join(", ")}`),
    strip(moments, `Moments of ${name}`),
  );
}
