/** What kinds of things there are: a map of all moments, and a tile for each cluster. */

import { clusterMap, hueOf } from "./cluster_map.js";
import { el } from "./dom.js";
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
  facts: ({ clusters: found }) => found.length > 0 && `${plural(found.length, "kind")} of things`,
  draw({ clusters: found, points }) {
    tiles = found.map(tile);
    map = points.length ? clusterMap(points, found) : null;
    return el("div.clusters", map?.element, el("ol.tiles", tiles));
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
  const onclick = () => explore({ cluster: chosen() === number ? "" : String(number) }, "replace");
  const onpointerenter = () => map?.light(number);
  const onpointerleave = () => map?.light(chosen());
  const words = [...said, ...written];
  const counts = size === videos ? "" : `${size} in `;
  return el(
    "li.tile",
    {
      ...{ style: hueOf(number), onpointerenter, onpointerleave },
      ...{ onfocusin: onpointerenter, onfocusout: onpointerleave },
    },
    el(
      "button.tile-head",
      { onclick },
      el("span.tile-mark", number),
      el("span.tile-name", name),
      el("span", `${Math.round(100 * share)} %`),
      el("span.tile-facts", `${counts}${plural(videos, "video")} · ${length(seconds)}`),
    ),
    words.length > 0 && el("p.tile-words", `Words: ${words.join(", ")}`),
    strip(moments, `Moments of ${name}`),
  );
}
