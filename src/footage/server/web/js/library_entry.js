/** One video of the library view: its tags, its state, taking it out and bringing it back. */

import { ask as fetched } from "./api.js";
import { el, fill } from "./dom.js";
import { onEvent } from "./events.js";
import { icon, iconButton } from "./icons.js";
import { none } from "./filters.js";
import { failed, note } from "./notes.js";
import { blank } from "./query.js";
import { change } from "./state.js";
import { videoCard } from "./video_cards.js";
import { tagsOf } from "./words.js";

const restoring = new Set(); // ids of the videos that a job brings back

onEvent("job", ({ kind, sources, ended_at: ended }) => {
  if (kind === "restore") for (const id of sources) setRestoring(id, !ended);
});

/** The list entry of a video, with a `box` that selects it unless it is removed. */
export function libraryEntry(video, box) {
  const tags = el("ul.tags", { "aria-label": `Tags of ${video.title}` });
  const deeds = el("div.card-actions");
  const entry = videoCard(video, stateMark(video), tags, deeds);
  entry.querySelector("a")?.after(box);
  showTags(tags, video);
  fill(deeds, video.state === "removed" ? [restoreButton(video)] : [searchButton(video), removeButton(video, entry)]);
  return entry;
}

function stateMark({ state, damage }) {
  const count = Object.values(damage ?? {}).reduce((sum, one) => sum + one, 0);
  const said = {
    missing: "Missing: its file is not where it was",
    removed: "Removed",
    ready: count ? "Damaged in places" : "",
  }[state];
  return said ? el("p", { class: `state state-${state}` }, icon("warning"), said) : null;
}

function showTags(list, video) {
  const set = async (tags, focus) => {
    try {
      const changed = await fetched(`/videos/${video.video_id}/tags`, { method: "PUT", json: { tags } });
      showTags(list, changed);
      if (focus) list.querySelector(".tag-add input")?.focus();
    } catch (error) {
      failed(error);
    }
  };
  fill(
    list,
    video.tags.map((tag) =>
      el(
        "li.tag",
        el("button.tag-name", { title: `Search in videos tagged ${tag}`, onclick: () => searchIn("tag", tag) }, tag),
        el(
          "button.tag-remove",
          { "aria-label": `Take the tag ${tag} away`, onclick: () => set(video.tags.filter((one) => one !== tag)) },
          icon("close"),
        ),
      ),
    ),
    el("li", tagField(video, (tags) => set([...video.tags, ...tags], true))),
  );
}

function tagField(video, add) {
  const field = el("input", {
    type: "text",
    placeholder: "+ tag",
    size: "7",
    "aria-label": `Add a tag to ${video.title}`,
  });
  const submit = (event) => {
    event.preventDefault();
    const tags = tagsOf(field.value);
    if (tags.length) add(tags);
  };
  return el("form.tag-add", { onsubmit: submit }, field);
}

function searchIn(name, value) {
  change({ view: "search", open: null, query: { ...blank(), filters: { ...none(), [name]: [value] } } });
  document.getElementById("box").focus();
}

function searchButton(video) {
  return iconButton("search", `Search in ${video.title}`, () => searchIn("video", video.video_id));
}

function removeButton(video, entry) {
  const remove = async () => {
    try {
      await fetched(`/videos/${video.video_id}`, { method: "DELETE" });
      entry.querySelector(".pick:checked")?.click();
      const next = entry.nextElementSibling ?? entry.previousElementSibling;
      entry.remove();
      (next?.querySelector("a, button") ?? document.getElementById("main")).focus();
      note(`Took “${video.title}” out of the library; its file is untouched.`, {
        action: { label: "Undo", run: () => restore(video) },
      });
    } catch (error) {
      failed(error);
    }
  };
  return iconButton("trash", `Take ${video.title} out of the library`, remove);
}

function restoreButton(video) {
  const dataset = { restores: video.video_id };
  const button = el("button.button", { dataset, onclick: () => restore(video) });
  showRestoring(button);
  return button;
}

/** It keeps the focus, but does nothing more, until its job has ended. */
function showRestoring(button) {
  const is = restoring.has(button.dataset.restores);
  button.setAttribute("aria-disabled", String(is));
  fill(button, icon("restore"), is ? "Restoring…" : "Restore");
}

function setRestoring(id, is) {
  if (is) restoring.add(id);
  else restoring.delete(id);
  const button = document.querySelector(`[data-restores="${CSS.escape(id)}"]`);
  if (button) showRestoring(button);
}

async function restore({ video_id: id, title }) {
  if (restoring.has(id)) return;
  setRestoring(id, true);
  try {
    await fetched(`/videos/${id}/restore`, { method: "POST" });
    note(`Bringing “${title}” back.`);
  } catch (error) {
    setRestoring(id, false);
    failed(error);
  }
}
