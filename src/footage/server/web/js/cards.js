/** Cards: one moment each, or one video with its best moment. */

import { ROOT } from "./api.js";
import { el, opensElsewhere, setStyles } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { badges, quotation } from "./evidence.js";
import { addressOf, ask, change, state } from "./state.js";
import { tileAt, tilesOf, tileView } from "./sprites.js";
import { pickBox } from "./picks.js";
import { pathOf, videoOf } from "./titles.js";
import { withFilter } from "./filters.js";
import { clock, confidence, span } from "./words.js";

/** Seconds before a moment that playing begins. */
export const LEAD = 1.5;

/** The links of the cards that can be seen, in their order. */
export const shownLinks = () => [...document.querySelectorAll(".card-link")].filter((link) => link.offsetParent);

/** What tells one moment from another. */
export const keyOf = (moment) => `${moment.video_id}:${moment.start}:${moment.end}`;

/** A list entry for a moment; `place` says where its video lies, if its title does not tell it. */
export function card(moment, place) {
  const { title, start, end } = moment;
  const chance = confidence(moment.confidence);
  const open = { video: moment.video_id, time: Math.max(0, start - LEAD) };
  const link = el(
    "a.card-link",
    {
      "aria-label": `Play ${title}${place ? `, ${place}` : ""}, ${span(start, end)}${chance ? `, ${chance.word}, ${chance.percent} %` : ""}`,
      onclick: (event) => followed(event, open, moment),
      onfocus: () => (link.href = addressOf({ ...state, open })),
      onpointerenter: () => {
        link.href = addressOf({ ...state, open });
        videoOf(moment.video_id, { seconds: 60 }).catch(() => {}); // it may be played next
      },
    },
    thumb(moment),
  );
  link.href = addressOf({ ...state, open });
  return el(
    "li.card",
    { dataset: { key: keyOf(moment) } },
    el(
      "article",
      link,
      pickBox(moment, keyOf(moment)),
      el(
        "div.card-body",
        el(
          "div.card-head",
          el("h3.card-title", { title: `${title}\n${pathOf(moment)}` }, title),
          chance && confidenceMark(chance),
        ),
        place && el("p.card-facts", { title: pathOf(moment) }, place),
        quotation(moment.evidence),
        el("div.card-foot", badges(moment.evidence), actions(moment)),
      ),
    ),
  );
}

function followed(event, open, moment) {
  if (opensElsewhere(event)) return;
  event.preventDefault();
  change({ open: { ...open, start: moment.start, end: moment.end } });
}

/** A chance as a word, dots and a number. */
export function confidenceMark({ word, level, percent }) {
  const dots = [1, 2, 3, 4].map((at) => el("i", { class: at <= level ? "dot dot-on" : "dot" }));
  return el(
    "span",
    { class: `confidence confidence-${level}`, title: `${percent} % likely to match` },
    el("span.dots", { "aria-hidden": "true" }, dots),
    el("span", word),
    el("span.confidence-percent", `${percent} %`),
  );
}

/** The picture of a card, which goes where it cannot be had. */
export const thumbPicture = (src) =>
  el("img.thumb-picture", {
    src,
    alt: "",
    loading: "lazy",
    decoding: "async",
    onerror: ({ currentTarget }) => currentTarget.remove(),
  });

function thumb(moment) {
  const box = el(
    "div.thumb",
    moment.thumbnail && thumbPicture(moment.thumbnail),
    el("span.thumb-time", timesOf(moment)),
    el("span.thumb-play", { "aria-hidden": "true" }, icon("play")),
  );
  scrubbing(box, moment);
  return box;
}

function timesOf({ start, end, steps }) {
  return steps.length ? steps.map(([from]) => clock(from)).join(" → ") : span(start, end);
}

/** Show the whole video under the pointer, and where in it the moment lies. */
function scrubbing(box, moment) {
  let view = null;
  let tiles = [];
  let x = 0; // of the pointer, also while the pictures are on their way
  const bar = el("span.scrub-bar");
  const clockFace = el("span.scrub-clock");
  const enter = async (event) => {
    if (event.pointerType === "touch") return;
    x = event.clientX;
    tiles = await tilesOf(moment.video_id);
    if (!tiles.length || !box.matches(":hover")) return;
    view ??= tileView(moment.video_id);
    await view.loaded;
    if (!box.matches(":hover")) return;
    const total = tiles.at(-1).end;
    setStyles(bar, { "--from": `${(100 * moment.start) / total}%`, "--to": `${(100 * moment.end) / total}%` });
    box.append(view.element, bar, clockFace);
    place();
  };
  const move = (event) => {
    x = event.clientX;
    if (view?.element.isConnected) place();
  };
  const place = () => {
    const at = box.getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (x - at.left) / at.width));
    const time = share * tiles.at(-1).end;
    view.show(tileAt(tiles, time));
    setStyles(bar, { "--at": `${100 * share}%` });
    clockFace.textContent = clock(time);
  };
  const leave = () => [view?.element, bar, clockFace].forEach((element) => element?.remove());
  box.addEventListener("pointerenter", enter);
  box.addEventListener("pointermove", move);
  box.addEventListener("pointerleave", leave);
}

function actions(moment) {
  const { query } = state;
  const only = () => ask({ filters: withFilter(state.query.filters, "video", moment.video_id), byVideo: false });
  return el(
    "div.card-actions",
    query.byVideo && iconButton("film", `All moments in ${moment.title}`, only),
    likeButton("like", "More like this", moment, 1),
    likeButton("minus", "Less like this", moment, -0.5),
  );
}

function likeButton(name, title, moment, weight) {
  const { video_id: video, start, end } = moment;
  const part = { video, time: (start + end) / 2, weight };
  const isOther = (one) => one.video !== video || Math.abs(one.time - part.time) > 0.5;
  const like = () => {
    ask({ likes: [...state.query.likes.filter(isOther), part] });
    scrollTo({ top: 0 });
  };
  return iconButton(name, `${title}: ${moment.title}, ${clock(start)}`, like, { title });
}

/** Cards that wait for an answer. */
export function skeletons(count) {
  return Array.from({ length: count }, () =>
    el("li", { class: "card card-waiting", "aria-hidden": "true" }, el("div.thumb"), el("div.card-body")),
  );
}

/** Put other actions on cards where what they do has changed. */
export function refreshActions(list, momentOf) {
  for (const element of list.children) {
    const moment = momentOf(element.dataset.key);
    const place = element.querySelector(".card-actions");
    if (moment && place) place.replaceWith(actions(moment));
  }
}

/** The address of a picture of a video at a time. */
export const thumbnailOf = (video, time) => `${ROOT}/thumbnails/${encodeURIComponent(video)}?t=${time.toFixed(2)}`;
