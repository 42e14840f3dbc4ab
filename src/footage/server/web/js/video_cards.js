/** Cards of whole videos. */

import { thumbPicture } from "./cards.js";
import { el } from "./dom.js";
import { linkTo } from "./state.js";
import { pathOf, videoOf } from "./titles.js";
import { clock, day } from "./words.js";

/** A list entry for a video; `more` is put below its title. */
export function videoCard(video, ...more) {
  const isThere = video.state !== "removed";
  return el(
    "li",
    { class: `card card-video card-${video.state}`, dataset: { video: video.video_id } },
    el(
      "article",
      el(
        isThere ? "a" : "div",
        { dataset: { focus: `video-${video.video_id}` }, ...(isThere && playing(video)) },
        el(
          "div.thumb",
          video.thumbnail && thumbPicture(video.thumbnail),
          el("span.thumb-time", clock(video.duration)),
        ),
      ),
      el(
        "div.card-body",
        el("h3.card-title", { title: `${video.title}\n${pathOf(video)}` }, video.title),
        el(
          "p.card-facts",
          { title: pathOf(video) },
          [day(video.recorded_at), video.path && pathOf(video).split(/[/\\]/).at(-2)].filter(Boolean).join(" · "),
        ),
        more,
      ),
    ),
  );
}

const playing = ({ video_id: video, title }) => ({
  ...{ class: "card-link", "aria-label": `Play ${title}`, ...linkTo({ open: { video, time: 0 } }) },
  onpointerenter: () => videoOf(video, { seconds: 60 }).catch(() => {}), // it may be played next
});
