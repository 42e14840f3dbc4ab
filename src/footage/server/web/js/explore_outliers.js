/** A wall of moments unlike all others, each with what it is nearest to all the same. */

import { h } from "./dom.js";
import { options } from "./options.js";
import { playLink, still, strip } from "./stretches.js";
import { plural } from "./words.js";

export const outliers = {
  name: "Outliers",
  doing: "Looking for what is unlike the rest",
  pairs: ({ among }) => [
    ["within", among === "video" ? "video" : ""],
    ["limit", 60],
  ],
  controls: ({ among }) =>
    options("Unlike what", "among", among, { "": "The library", video: "Its video" }),
  facts: ({ outliers: { length }, segments }) =>
    `${plural(length, "moment")} of ${segments.toLocaleString("en")} ${length === 1 ? "stands" : "stand"} out, the strangest first`,
  draw: ({ outliers: found }) =>
    h("ul", { class: "cards", "aria-label": "Outliers" }, found.map(entry)),
};

function entry(one) {
  const { title, concepts, score, near } = one;
  return h(
    "li",
    { class: "card outlier" },
    h(
      "article",
      {},
      playLink(one, { class: "card-link" }, still(one)),
      h(
        "div",
        { class: "card-body" },
        h("h3", { class: "card-title", title }, title),
        concepts.length > 0 && h("p", {}, `More than others: ${concepts.join(", ")}`),
        h(
          "p",
          { class: "card-facts" },
          `${score.toFixed(1)} deviations farther from its nearest than is usual`,
        ),
        near.length > 0 && [
          h("h4", { class: "strip-title" }, "The nearest ordinary moments"),
          strip(near, `Nearest to ${title}`),
        ],
      ),
    ),
  );
}
