/** What two videos share: both side by side, and where it lies in each, on one line of time. */

import { ask, parameters } from "./api.js";
import { h, setStyles } from "./dom.js";
import { failed } from "./notes.js";
import { playLink, still } from "./stretches.js";
import { length, plural, span } from "./words.js";

const LIMIT = 50; // pairs, whose videos are asked for in one address

export const duplicates = {
  name: "Duplicates",
  doing: "Comparing every video with every other",
  pairs: () => [["limit", LIMIT]],
  facts: ({ duplicates: found }) =>
    `${plural(found.length, "stretch").replace(/hs$/, "hes")} that two videos share, the surest first`,
  draw({ duplicates: found }) {
    const pairs = found.map(pair);
    showLengths(pairs);
    return h(
      "ol",
      { class: "pairs", "aria-label": "Duplicates" },
      pairs.map(({ element }) => element),
    );
  },
};

function pair({ first, second, speed, score, whole }) {
  const lines = [line(first), line(second)];
  const said = whole
    ? `Both are nearly the same video, ${length(first.end - first.start)} of it.`
    : `${length(first.end - first.start)} of the first are in the second, too.`;
  const pace = Math.abs(speed - 1) > 0.08 && ` The second runs at ${(1 / speed).toFixed(2)}×.`;
  const element = h(
    "li",
    { class: "pair" },
    h("p", { class: "pair-head" }, `${said}${pace || ""}`, sure(score)),
    h("div", { class: "pair-sides" }, side(first), side(second)),
    h("div", { class: "pair-lines" }, lines),
  );
  return { element, lines, sides: [first, second], speed };
}

const sure = (score) => h("span", { class: "card-facts" }, `${Math.round(100 * score)} % sure`);

const side = (stretch) =>
  h(
    "div",
    { class: "pair-side" },
    playLink(stretch, { class: "card-link" }, still(stretch)),
    h("h3", { class: "card-title", title: stretch.title }, stretch.title),
  );

const line = ({ start, end }) =>
  h(
    "div",
    { class: "pair-line" },
    h("i", { class: "pair-whole" }),
    h("i", { class: "pair-shared" }),
    h("span", {}, span(start, end)),
  );

/** Ask how long the videos are, and lay each pair on one line of time, the shared below the shared. */
async function showLengths(pairs) {
  const ids = new Set(pairs.flatMap(({ sides }) => sides.map(({ video_id }) => video_id)));
  let videos = [];
  try {
    const asked = [...ids].map((id) => ["video", id]);
    if (ids.size) videos = (await ask(`/videos?${parameters([...asked, ["limit", 1000]])}`)).videos;
  } catch (error) {
    failed(error);
  }
  const lasts = new Map(videos.map(({ video_id, duration }) => [video_id, duration]));
  for (const { lines, sides, speed } of pairs) {
    const paces = [1, speed];
    const whole = sides.map(({ video_id, start, end }, at) => [
      -start / paces[at],
      (Math.max(end, lasts.get(video_id) ?? 0) - start) / paces[at],
    ]);
    const from = Math.min(...whole.map(([begin]) => begin));
    const all = Math.max(...whole.map(([, end]) => end)) - from;
    const share = (seconds) => `${(100 * seconds) / all}%`;
    lines.forEach((element, at) => {
      const { start, end } = sides[at];
      setStyles(element, {
        "--from": share(whole[at][0] - from),
        "--long": share(whole[at][1] - whole[at][0]),
        "--shared": share(-from),
        "--length": share((end - start) / paces[at]),
      });
    });
  }
}
