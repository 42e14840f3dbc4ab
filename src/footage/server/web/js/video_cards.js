/** Cards of whole videos. */

import { el, h } from "./dom.js";
import { addressOf, change, state } from "./state.js";
import { videoOf } from "./titles.js";
import { clock, day } from "./words.js";

/** A list entry for a video; `more` is put below its title. */
export function videoCard(video, ...more) {
  const open = { video: video.video_id, time: 0 };
  const isThere = video.state !== "removed";
  return h(
    "li",
    { class: `card card-video card-${video.state}`, dataset: { video: video.video_id } },
    el(
      "article",
      h(
        isThere ? "a" : "div",
        {
          class: isThere ? "card-link" : "",
          dataset: { focus: `video-${video.video_id}` },
          href: isThere ? addressOf({ ...state, open }) : null,
          "aria-label": isThere ? `Play ${video.title}` : null,
          onpointerenter: () => isThere && videoOf(video.video_id, { seconds: 60 }).catch(() => {}),
          onclick: (event) => {
            if (!isThere || event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            change({ open });
          },
        },
        el(
          "div.thumb",
          video.thumbnail && picture(video.thumbnail),
          el("span.thumb-time", clock(video.duration)),
        ),
      ),
      el(
        "div.card-body",
        el("h3.card-title", { title: video.title }, video.title),
        el("p.card-facts", day(video.recorded_at)),
        more,
      ),
    ),
  );
}

function picture(address) {
  const image = el("img.thumb-picture", {
    src: address,
    alt: "",
    loading: "lazy",
    decoding: "async",
  });
  image.onerror = () => image.remove();
  return image;
}
