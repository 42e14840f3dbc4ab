/** Adding videos: dropped or chosen files, and paths and addresses that the server reads itself. */

import { ask } from "./api.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { libraryNow, onLibrary } from "./about.js";
import { failed, note } from "./notes.js";
import { subscribe } from "./state.js";
import { upload } from "./uploads.js";
import { bytes, plural, sentence, tagsOf } from "./words.js";

const FILES = "video/*,.mkv,.mts,.m2ts,.ts,.avi,.flv,.wmv,.mxf";

/** A form to add by. */
export function addForm() {
  const picker = el("input", { type: "file", accept: FILES, multiple: true, hidden: true, onchange: chosen });
  const source = el("input.field", {
    type: "text",
    "aria-label": "Path or address",
    placeholder: "/home/me/Videos or https://…",
    autocomplete: "off",
    spellcheck: "false",
  });
  const tags = el("input", {
    class: "field add-tags",
    type: "text",
    "aria-label": "Tags, with commas between",
    placeholder: "tags, if any",
  });
  const trouble = el("p.trouble-text", { role: "alert" });
  const where = el("p.hint");
  showWhere(libraryNow());
  onLibrary(showWhere);
  subscribe(forget);
  const drop = el(
    "button.dropzone",
    { onclick: () => picker.click() },
    icon("upload"),
    el("span", el("strong", "Drop videos here"), " or choose files"),
  );
  return el(
    "form.add",
    { onsubmit: submitted, oninput: forget },
    drop,
    picker,
    el(
      "div.add-row",
      source,
      tags,
      el("button", { type: "submit", class: "button button-main" }, icon("plus"), "Add"),
    ),
    where,
    trouble,
  );

  function showWhere(about) {
    const roots = about?.roots.join(", ");
    const may = roots ? `Paths within ${roots}` : "No paths yet";
    where.textContent = about ? `${may}; start footage serve with --root FOLDER for others.` : "";
  }

  function forget() {
    trouble.textContent = "";
  }

  function chosen() {
    addFiles([...picker.files], tagsOf(tags.value));
    picker.value = "";
  }

  async function submitted(event) {
    event.preventDefault();
    forget();
    const named = source.value.trim();
    if (!named) {
      trouble.textContent = "Name a file, a folder or an https:// address, or drop files above.";
      source.focus();
      return;
    }
    try {
      await ask("/jobs", { method: "POST", json: { sources: [named], tags: tagsOf(tags.value) } });
      source.value = "";
      note("It is being indexed.");
    } catch (error) {
      failed(error, (text) => (trouble.textContent = text));
    }
  }
}

/** Upload files, but for those that are too large or empty. */
export function addFiles(files, tags = []) {
  const limit = libraryNow()?.limits.upload_bytes ?? Infinity;
  const fit = files.filter(({ size }) => size > 0 && size <= limit);
  for (const { name, size } of files.filter((file) => !fit.includes(file))) {
    const why = size ? `is larger than ${bytes(limit)}; index it from a folder instead` : "is empty or a folder";
    note(sentence({ message: `“${name}” ${why}` }), { kind: "note-bad" });
  }
  fit.forEach((file) => upload(file, tags));
  if (fit.length) note(`Sending ${plural(fit.length, "file")}; the library shows how far it is.`);
}
