/** The chapters of a video: a list that follows it, and that one can click. */

import { ask } from "./api.js";
import { el, fill } from "./dom.js";
import { hitRow } from "./hits.js";
import { failed } from "./notes.js";
import { clock } from "./words.js";

/** A list of the chapters of a video; `seek` is called with seconds. */
export function chapterList(video, seek) {
  const element = el("ol.hits");
  const controller = new AbortController();
  let chapters = [];
  return { element, read, follow, stop: () => controller.abort() };

  /** Ask for them; none where there is but one. */
  async function read() {
    try {
      const { signal } = controller;
      const answer = await ask(`/videos/${video.video_id}/summary`, { signal });
      if (answer.chapters.length > 1) chapters = answer.chapters.map(titled);
    } catch (error) {
      failed(error);
    }
    fill(element, chapters.map(row));
    return chapters;
  }

  function follow(time) {
    const at = chapters.findLastIndex(({ start }) => start <= time + 0.05);
    [...element.children].forEach((one, index) => {
      one.firstElementChild.toggleAttribute("aria-current", index === at);
    });
  }

  function row(chapter) {
    const { start, title } = chapter;
    const said = title && el("span.chapter-title", title);
    return hitRow(chapter, () => seek(start), said, "chapter");
  }
}

/** Without a title that says but when it begins. */
const titled = (chapter) =>
  chapter.title === clock(chapter.start) ? { ...chapter, title: "" } : chapter;
