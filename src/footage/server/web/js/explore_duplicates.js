/** What two videos share: both side by side, and where it lies in each, on one line of time. */

import { ask, parameters } from "./api.js";
import { el } from "./dom.js";
import { still } from "./stretches.js";
import { length, span } from "./words.js";

export const duplicates = {
  name: "Duplicates",
  doing: "Comparing every video with every other",
  pairs: () => [["limit", 50]], // whose videos are asked for in one address
  facts: ({ duplicates: found }) => found.length > 0 && "What two videos share, the surest first",
  async draw({ duplicates: found, same_files: files }) {
    return [files.length > 0 && el("ul.same-files", files.map(several)), found.length > 0 && (await pairsOf(found))];
  },
};

async function pairsOf(found) {
  const ids = new Set(found.flatMap(({ first, second }) => [first.video_id, second.video_id]));
  const pairs = [...ids].map((id) => ["video", id]);
  const { videos } = await ask(`/videos?${parameters([...pairs, ["limit", ids.size]])}`);
  const ends = new Map(videos.map(({ video_id, duration }) => [video_id, duration]));
  return el("ol.pairs", found.map((one) => pair(one, ends)));
}

/** A video that lies in several files, which are the same to the byte. */
function several({ title, paths }) {
  return el("li", el("b", title), ` lies in ${paths.length} files, the same to the byte:`, el("ul", paths.map((path) => el("li", path))));
}

function pair({ first, second, speed, score, whole }, ends) {
  const shared = length(first.end - first.start);
  const said = whole ? `Nearly the same video, ${shared} of it.` : `${shared} of the first are in the second, too.`;
  const pace = Math.abs(speed - 1) > 0.08 ? ` The second runs at ${(1 / speed).toFixed(2)}×.` : "";
  const side = (one) => el("div.card", still(one), el("h3.card-title", one.title));
  return el(
    "li.pair",
    el("p.pair-head", said + pace, el("span.card-facts", `${Math.round(100 * score)} % sure`)),
    el("div.pair-sides", side(first), side(second)),
    lines([[first, 1], [second, speed]], ends),
  );
}

/** Both in seconds of the first, with the shared below the shared. */
function lines(sides, ends) {
  const from = Math.max(...sides.map(([{ start }, pace]) => start / pace));
  const rests = sides.map(([{ video_id, start, end }, pace]) => ((ends.get(video_id) ?? end) - start) / pace);
  const share = (seconds) => `${(100 * seconds) / (from + Math.max(...rests))}%`;
  return sides.map(([{ start, end }, pace], at) => {
    const style = {
      ...{ "--from": share(from - start / pace), "--long": share(start / pace + rests[at]) },
      ...{ "--shared": share(from), "--length": share((end - start) / pace) },
    };
    return el("div.pair-line", { style }, el("i"), el("i.pair-shared"), el("span", span(start, end)));
  });
}
