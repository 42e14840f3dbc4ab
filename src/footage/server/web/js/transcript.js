/** What is said, or written on screen: lines that follow the video and that one can click. */

import { ask } from "./api.js";
import { el, fill, isStill } from "./dom.js";
import { marked } from "./evidence.js";
import { clock, sentence } from "./words.js";

const HANDS_OFF = 4000; // milliseconds after scrolling by hand in which it does not follow

/** A list of the lines of a video; `seek` is called with seconds, `mark` with words to mark. */
export function transcript(video, modality, { seek }) {
  const list = el("ol.lines");
  const element = el(
    "div.transcript",
    {
      tabindex: "0",
      role: "region",
      "aria-label": modality === "speech" ? "What is said" : "What is written on screen",
    },
    list,
  );
  let lines = [];
  let rows = [];
  let current = -1;
  let byHand = 0;
  let loaded = false;
  let words = [];
  for (const name of ["wheel", "touchmove"]) {
    element.addEventListener(name, () => (byHand = performance.now()), { passive: true });
  }
  return { element, load, follow, mark };

  async function load() {
    if (loaded) return;
    loaded = true;
    try {
      const answer = await ask(`/videos/${video.video_id}/transcript?modality=${modality}`);
      lines = answer.lines;
      rows = lines.map(row);
      fill(list, rows);
      if (!rows.length)
        fill(element, el("p.nothing", nothing(modality, answer)));
    } catch (error) {
      loaded = false;
      if (error.name !== "AbortError") fill(element, el("p.nothing", sentence(error)));
    }
  }

  function mark(wanted) {
    words = wanted;
    rows.forEach((one, at) => fill(one.querySelector(".line-text"), marked(lines[at].text, words)));
  }

  function row({ start, text }) {
    return el(
      "li",
      el(
        "button.line",
        { onclick: () => seek(start) },
        el("span.line-time", clock(start)),
        el("span.line-text", marked(text, words)),
      ),
    );
  }

  function follow(time) {
    let at = lines.findLastIndex((line) => line.start <= time + 0.05);
    if (at >= 0 && time > lines[at].end + 4) at = -1;
    if (at === current) return;
    rows[current]?.firstElementChild.removeAttribute("aria-current");
    current = at;
    if (at < 0) return;
    rows[at].firstElementChild.setAttribute("aria-current", "true");
    if (performance.now() - byHand < HANDS_OFF || !element.offsetParent) return;
    const top = rows[at].offsetTop - element.clientHeight / 2 + rows[at].clientHeight / 2;
    element.scrollTo({ top, behavior: isStill() ? "auto" : "smooth" });
  }
}

function nothing(modality, { reader, warnings }) {
  if (reader === "none") return sentence({ message: warnings[0] });
  return modality === "speech" ? "Nothing is said in this video." : "Nothing is written in this video.";
}
