/** What two videos share: both side by side, and where it lies in each, on one line of time. */

import { ask, parameters } from "./api.js";
import { el, h, setStyles } from "./dom.js";
import { failed } from "./notes.js";
import { still } from "./stretches.js";
import { length, span } from "./words.js";

const LIMIT = 50; // pairs, whose videos are asked for in one address

export const duplicates = {
  name: "Duplicates",
  doing: "Comparing every video with every other",
  pairs: () => [["limit", LIMIT]],
  facts: ({ duplicates: found }) => (found.length ? "What two videos share, the surest first" : ""),
  draw({ duplicates: found }) {
    const lines = found.map(({ first, second }) => [line(first), line(second)]);
    layOut(found, lines);
    return el("ol.pairs", found.map((one, at) => pair(one, lines[at])));
  },
};

function pair({ first, second, speed, score, whole }, lines) {
  const shared = length(first.end - first.start);
  const said = whole ? `Nearly the same video, ${shared} of it.` : `${shared} of the first are in the second, too.`;
  const pace = Math.abs(speed - 1) > 0.08 ? ` The second runs at ${(1 / speed).toFixed(2)}×.` : "";
  const side = (one) => el("div.pair-side", still(one), el("h3.card-title", one.title));
  return el(
    "li.pair",
    el("p.pair-head", said + pace, el("span.card-facts", `${Math.round(100 * score)} % sure`)),
    el("div.pair-sides", side(first), side(second)),
    lines,
  );
}

const line = ({ start, end }) =>
  el("div.pair-line", el("i"), el("i.pair-shared"), el("span", span(start, end)));

/** Lay each pair on one line of time, the shared below the shared, once the videos' lengths are known. */
async function layOut(found, lines) {
  const ids = new Set(found.flatMap(({ first, second }) => [first.video_id, second.video_id]));
  const asked = [...[...ids].map((id) => ["video", id]), ["limit", 1000]];
  const { videos } = await ask(`/videos?${parameters(asked)}`).catch((error) => failed(error) ?? { videos: [] });
  const durations = new Map(videos.map(({ video_id, duration }) => [video_id, duration]));
  found.forEach(({ first, second, speed }, row) => {
    // in seconds of the first, from where the shared begins
    const bars = [[first, 1], [second, speed]].map(([{ video_id, start, end }, pace]) => ({
      from: -start / pace,
      to: (Math.max(end, durations.get(video_id) ?? 0) - start) / pace,
      shared: (end - start) / pace,
    }));
    const from = Math.min(...bars.map((bar) => bar.from));
    const share = (seconds) => `${(100 * seconds) / (Math.max(...bars.map(({ to }) => to)) - from)}%`;
    bars.forEach((bar, at) =>
      setStyles(lines[row][at], {
        ...{ "--from": share(bar.from - from), "--long": share(bar.to - bar.from) },
        ...{ "--shared": share(-from), "--length": share(bar.shared) },
      }),
    );
  });
}
