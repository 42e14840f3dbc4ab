/** The player: over the page, with the address saying what is open and where. */

import { shownLinks } from "./cards.js";
import { el, fill } from "./dom.js";
import { iconButton } from "./icons.js";
import { failed } from "./notes.js";
import { closeVideo, state } from "./state.js";
import { pathOf, videoOf } from "./titles.js";
import { day, length, sentence } from "./words.js";
import { playerView } from "./player_view.js";

let dialog = null;
let view = null;

/** Show what the state says is open. */
export function showPlayer({ open }) {
  if (!open) {
    close();
    return;
  }
  if (view?.id === open.video) {
    view.goTo(open);
    return;
  }
  close();
  begin(open);
}

/** The view that is open, for the keys. */
export const openView = () => view;

async function begin(open) {
  const body = el("div.player-body", el("p.nothing", "Opening…"));
  const own = (dialog = el(
    "dialog.player",
    {
      "aria-label": "Player",
      oncancel: (event) => {
        event.preventDefault();
        closeVideo();
      },
      onclick: (event) => event.target === own && closeVideo(),
    },
    body,
    el("div", { class: "dialog-notes notes", role: "status", "aria-live": "polite" }),
  ));
  document.getElementById("overlays").append(own);
  own.showModal();
  document.documentElement.classList.add("is-covered");
  try {
    const video = await videoOf(open.video, { seconds: 60 });
    if (dialog !== own) return;
    own.setAttribute("aria-label", `Player: ${video.title}`);
    view = playerView(video, open);
    fill(body, head(video), view.element);
    view.start();
  } catch (error) {
    if (dialog !== own) return;
    fill(body, head(null), el("p.nothing", { role: "alert" }, sentence(error)), wayBack());
    failed(error, () => {});
  }
}

function wayBack() {
  const label = state.view === "library" ? "To the library" : "To the results";
  return el("button.button way-back", { onclick: closeVideo }, label);
}

function head(video) {
  const facts = video
    ? [
        day(video.recorded_at),
        length(video.duration),
        video.width && `${video.width} × ${video.height}`,
      ]
    : [];
  return el(
    "header.player-head",
    el(
      "div",
      el("h2.player-title", video?.title ?? "This video cannot be opened"),
      el("p.player-facts", facts.filter(Boolean).join(" · ")),
      video && el("p.player-place", { title: video.paths.map((path) => pathOf({ path })).join("\n") || video.url }, placeOf(video)),
    ),
    iconButton("close", "Close the player", closeVideo, { title: "Close (Esc)" }),
  );
}

/** The name of its file, then the folder: where there is little room, that is cut. */
function placeOf(video) {
  const [, folder, name] = /^(.*)[/\\](.*)$/.exec(pathOf(video)) ?? [];
  return folder ? [el("strong", name), folder === "sent here" ? `, ${folder}` : ` in ${folder}`] : pathOf(video);
}

function close() {
  if (!dialog) return;
  const id = view?.id;
  view?.stop();
  view = null;
  dialog.close(); // which gives the focus back
  dialog.remove();
  dialog = null;
  document.documentElement.classList.remove("is-covered");
  if (document.activeElement === document.body) focusCard(id);
}

/** After a link was followed there is no focus to give back. */
function focusCard(id) {
  const link = shownLinks().find((one) => one.href.includes(`v=${id}`));
  (link ?? document.getElementById("main")).focus();
}
