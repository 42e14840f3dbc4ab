/** Giving moments out as a file to keep: the menu of formats, the request, the download. */

import { ask } from "./api.js";
import { el } from "./dom.js";
import { failed, note } from "./notes.js";
import { popover } from "./popover.js";
import { textOf } from "./query.js";
import { state } from "./state.js";
import { plural } from "./words.js";

const FORMATS = [
  ["edl", "EDL", "Resolve, Premiere, Avid"],
  ["fcpxml", "FCPXML", "Final Cut Pro"],
  ["otio", "OTIO", "OpenTimelineIO"],
  ["csv", "CSV", "a table"],
  ["json", "JSON", "for programs"],
  ["vtt", "Chapters", "WebVTT of one video"],
  ["clips", "Clips", "a ZIP, at most 10 min"],
];
const KEPT_SECONDS = 60; // that a browser may take to begin a download

/** Let a format be chosen for `moments`; `handles` are seconds, or frames as `12f`. */
export function exportMenu(anchor, moments, handles = "") {
  const choose = (format, name) => {
    close();
    anchor.focus();
    give(anchor, { format, name, moments, handles });
  };
  const close = popover(
    anchor,
    "Export as",
    FORMATS.map(([format, name, more]) =>
      el("button.format", { onclick: () => choose(format, name) }, el("strong", name), el("span", more)),
    ),
  );
}

async function give(anchor, { format, name, moments, handles }) {
  anchor.setAttribute("aria-busy", "true");
  try {
    const answer = await ask("/export", {
      method: "POST",
      json: {
        format,
        moments: moments.map(({ video_id: video, start, end }) => ({ video, start, end })),
        handles: handles.trim() || 0,
        title: (textOf(state.query) || state.query.saved || "footage").slice(0, 200),
      },
      raw: true,
    });
    download(await answer.blob(), nameOf(answer));
    const said = answer.headers.get("Footage-Note");
    const done = `Exported ${plural(moments.length, "moment")}: ${name}.`;
    note(said ? `${done} Note: ${said}.` : done, { kind: said ? "note-long" : "" });
  } catch (error) {
    failed(error);
  } finally {
    anchor.removeAttribute("aria-busy");
  }
}

const nameOf = (answer) =>
  decodeURIComponent(/filename\*=UTF-8''(\S+)/.exec(answer.headers.get("Content-Disposition"))?.[1] ?? "footage");

function download(blob, name) {
  const address = URL.createObjectURL(blob);
  el("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000 * KEPT_SECONDS);
}
