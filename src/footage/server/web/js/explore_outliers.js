/** A wall of moments unlike all others, each with what it is nearest to all the same. */

import { el } from "./dom.js";
import { options, still, strip } from "./stretches.js";
import { plural } from "./words.js";

export const outliers = {
  name: "Outliers",
  doing: "Looking for what is unlike the rest",
  pairs: ({ among }) => [["within", among], ["limit", 60]],
  controls: () => options("Unlike what", "among", { "": "The library", video: "Its video" }),
  facts: ({ outliers: { length }, segments }) =>
    `${plural(length, "outlier")} among ${plural(segments, "moment")}, the strangest first`,
  draw: ({ outliers: found }) => el("ul.cards", found.map(entry)),
};

const entry = (one) =>
  el(
    "li.card",
    still(one),
    el("h3.card-title", one.title),
    one.concepts.length > 0 && el("p", `More than others: ${one.concepts.join(", ")}`),
    el("p.card-facts", `${one.score.toFixed(1)} deviations farther from its nearest than is usual:`),
    strip(one.near, `Ordinary moments nearest to ${one.title}`),
  );
