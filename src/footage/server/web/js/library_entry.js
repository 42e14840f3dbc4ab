/** One video of the library view: its tags, its state, taking it out and bringing it back. */

import { ask as fetched } from "./api.js";
import { el, fill } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { none } from "./filters.js";
import { failed, note } from "./notes.js";
import { blank } from "./query.js";
import { change } from "./state.js";
import { videoCard } from "./video_cards.js";
import { tagsOf } from "./words.js";

/** The list entry of a video, with a `box` that selects it unless it is removed. */
export function libraryEntry(video, box) {
  const tags = el("ul.tags", { "aria-label": `Tags of ${video.title}` });
  const deeds = el("div.card-actions");
  const entry = videoCard(video, stateMark(video), tags, deeds);
  entry.querySelector("a")?.after(box);
  showTags(tags, video);
  fill(
    deeds,
    video.state === "removed"
      ? [restoreButton(video, entry)]
      : [searchButton(video), removeButton(video, entry)],
  );
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
      const changed = await fetched(`/videos/${video.video_id}/tags`, {
        method: "PUT",
        json: { tags },
      });
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
        el(
          "button.tag-name",
          {
            title: `Search in videos tagged ${tag}`,
            onclick: () => searchIn("tag", tag),
          },
          tag,
        ),
        el(
          "button.tag-remove",
          {
            "aria-label": `Take the tag ${tag} away`,
            onclick: () => set(video.tags.filter((one) => one !== tag)),
          },
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
  change({
    view: "search",
    open: null,
    query: { ...blank(), filters: { ...none(), [name]: [value] } },
  });
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

function restoreButton(video, entry) {
  return el("button.button", { onclick: () => restore(video, entry) }, icon("restore"), "Restore");
}

async function restore(video, entry) {
  try {
    await fetched(`/videos/${video.video_id}/restore`, { method: "POST" });
    entry?.classList.add("card-waits");
    note(`Bringing “${video.title}” back.`);
  } catch (error) {
    failed(error);
  }
}
