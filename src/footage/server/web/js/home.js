/** What is shown before anything is asked: how to ask, and what there is. */

import { ask as fetched, parameters } from "./api.js";
import { el, fill } from "./dom.js";
import { icon } from "./icons.js";
import { isEmpty, isRead, libraryNow, onLibrary } from "./about.js";
import { pairsOf } from "./filters.js";
import { focusBox } from "./box.js";
import { failed } from "./notes.js";
import { blank, committed, isAsked } from "./query.js";
import { change, state } from "./state.js";
import { emptyGuide } from "./guide.js";
import { videoCard } from "./video_cards.js";
import { length, plural } from "./words.js";

const SHOWN = 12;
const EXAMPLES = [
  ["a dog running on the beach", "any", "Say what you remember", "in your own words"],
  ['said:"the best of times"', "speech", "What was said", "in these words, or by its meaning"],
  ["sign:exit", "sign", "What could be read", "on a sign, a slide, a title"],
  ["2:sunset + sea - people", "plus", "Weigh it", "more of this, none of that"],
];

export const homeElement = el("section.home");
const newest = el("div.newest");

let shown = null;

/** Show it where nothing is asked. */
export function showHome({ query }) {
  homeElement.hidden = isAsked(query) && !isEmpty();
  if (homeElement.hidden) return;
  const about = libraryNow();
  if (isEmpty()) {
    if (!homeElement.querySelector(".guide")) fill(homeElement, emptyGuide());
    shown = null;
    return;
  }
  if (!newest.isConnected) fill(homeElement, hero(about), newest);
  const wanted = String(parameters(pairsOf(query.filters)));
  if (wanted !== shown) showVideos(wanted, pairsOf(query.filters).length > 0);
}

onLibrary((_, before) => {
  if (before) shown = null; // else they have just been asked for
  newest.remove();
  if (state.view === "search") showHome(state);
});

function hero(about) {
  const all = about ? `${plural(about.videos, "video")}, ${length(about.seconds)}` : "your videos";
  return el(
    "div.hero",
    el("h2.hero-title", "Say what you remember, get the moment."),
    el("p.hero-text", `Search ${all}, by words, by a picture, or by another moment.`),
    el("ul.examples", EXAMPLES.filter(isOfUse).map(example)),
  );
}

const isOfUse = ([, picture]) => isRead(picture === "sign" ? "screen" : picture);

function example([text, picture, title, more]) {
  const use = () => {
    change({ query: committed({ ...blank(), draft: text, filters: state.query.filters }) });
    focusBox();
  };
  return el(
    "li",
    el(
      "button.example",
      { onclick: use },
      el("span.example-title", icon(picture), title),
      el("code", text),
      el("span.example-more", more),
    ),
  );
}

async function showVideos(wanted, isFiltered) {
  shown = wanted;
  try {
    const { videos, total } = await fetched(`/videos?limit=${SHOWN}&descending=true&${wanted}`);
    if (shown !== wanted) return;
    fill(
      newest,
      el("h2.section-title", isFiltered ? plural(total, "video") : "Latest recordings"),
      el("ul.cards", videos.map((video) => videoCard(video))),
    );
  } catch (error) {
    shown = null;
    failed(error);
  }
}
