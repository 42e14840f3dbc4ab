/** What one can type, and the keys. */

import { el } from "./dom.js";
import { iconButton } from "./icons.js";

const SAY = [
  ["a dog on the beach", "what is seen, said or written"],
  ['said:"refund policy"', "said in these words"],
  ["sign:exit", "written on screen"],
  ["seen:mountain", "only what is seen"],
  ["2:dog + beach", "a dog counts twice as much"],
  ["beach - people", "a beach, no people"],
  ["tag:summer year:2024", "only such videos; also folder:, video:, since:, until:, longer:, shorter:"],
];
const KEYS = [
  ["/", "to the box"],
  ["↑ ↓ ← →", "among results, and on a chip its weight"],
  ["Enter", "plays, or makes chips of what is typed"],
  ["−", "on a chip: not this"],
  ["Delete", "on a chip: away with it"],
  ["Space", "plays and pauses; on a chip, its menu"],
  ["← →", "five seconds back and on"],
  [", .", "one frame back and on"],
  ["N P", "next and previous match"],
  ["I O", "mark where a clip begins and ends"],
  ["L", "more like this"],
  ["X", "select a result; with Shift, all from the last one"],
  ["U", "copy a link to this moment"],
  ["F M C", "full screen, mute, captions"],
  ["Esc", "closes"],
  ["?", "this help"],
];

/** Open the help, over whatever is there. */
export function showHelp() {
  if (document.querySelector("dialog.help")) return;
  const close = () => dialog.close();
  const dialog = el(
    "dialog.help",
    {
      "aria-labelledby": "help-title",
      onclose: () => dialog.remove(),
      onclick: (event) => event.target === dialog && close(),
    },
    el(
      "div.help-body",
      el(
        "header.player-head",
        el("h2.player-title", { id: "help-title" }, "How to ask, and the keys"),
        iconButton("close", "Close the help", close),
      ),
      el("div.help-parts", table("What to type", SAY, "code"), table("Keys", KEYS, "kbd")),
      el("p.panel-note", "Paste or drop a picture to search by it. A weight goes from 0.001 to 1000."),
    ),
  );
  document.getElementById("overlays").append(dialog);
  dialog.showModal();
}

function table(title, rows, tag) {
  return el(
    "section",
    el("h3.panel-title", title),
    el("dl.help-list", rows.map(([left, right]) => el("div", el("dt", el(tag, left)), el("dd", right)))),
  );
}
