/** Videos that are selected in the library: tagging them, and taking them out of it. */

import { ask } from "./api.js";
import { el } from "./dom.js";
import { icon, wordButton } from "./icons.js";
import { failed, note } from "./notes.js";
import { selection } from "./selection.js";
import { plural, tagsOf } from "./words.js";

/**
 * The selection: its `bar`, and `box` for the card of a video. `all` gives every video of the
 * list, `changed` is called when they are no longer as they were.
 */
export function videoPicks(all, changed) {
  const field = el("input.picks-field", {
    type: "text",
    required: true,
    placeholder: "tags",
    "aria-label": "Tags of the selected videos, with commas between",
  });
  const tagForm = el(
    "form.picks-label",
    { onsubmit: tag },
    field,
    el("button.button", { type: "submit", title: "Tag them" }, icon("tag"), el("span", "Tag")),
  );
  const videos = selection(
    "video",
    true,
    tagForm,
    wordButton("trash", "Remove", "Take them out of the library", remove),
    wordButton("check", "All", "Select all of the list", selectAll),
  );
  const box = (video) => videos.box(video.video_id, video, video.title);
  return { bar: videos.bar, box };

  async function tag(event) {
    event.preventDefault();
    const names = tagsOf(field.value);
    const chosen = videos.values();
    const added = names
      .map((name) => [name, chosen.filter(({ tags }) => !tags.includes(name))])
      .filter(([, without]) => without.length);
    const undo = async () => {
      for (const [name, without] of added)
        await send("tags", { ids: idsOf(without), remove: [name] });
    };
    if (!names.length || !(await send("tags", { ids: idsOf(chosen), add: names }))) return;
    field.value = "";
    note(`Tagged ${plural(chosen.length, "video")} ${names.map((name) => `“${name}”`).join(", ")}.`, {
      action: added.length ? { label: "Undo", run: undo } : undefined,
    });
  }

  async function remove() {
    const chosen = videos.values();
    const ids = idsOf(chosen);
    if (!(await send("remove", { ids }))) return;
    videos.clear();
    const restore = async () =>
      (await send("restore", { ids })) && note(`Bringing ${plural(ids.length, "video")} back.`);
    note(`Took ${plural(ids.length, "video")} out of the library; no file is touched.`, {
      action: { label: "Undo", run: restore },
    });
  }

  async function selectAll() {
    const there = (await all()).filter(({ state }) => state !== "removed");
    videos.add(there.map((video) => [video.video_id, video]));
    for (const one of document.querySelectorAll(".pick[name=video]")) one.checked = true;
  }

  /** Have the server do that; whether it did. */
  async function send(what, json) {
    try {
      await ask(`/videos/${what}`, { method: "POST", json });
      changed();
      return true;
    } catch (error) {
      failed(error);
      return false;
    }
  }
}

const idsOf = (videos) => videos.map(({ video_id: id }) => id);
