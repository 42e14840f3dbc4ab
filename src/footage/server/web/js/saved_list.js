/** The button that saves a search, and the list of those that were. */

import { debounced, el, opensElsewhere, refill } from "./dom.js";
import { onEvent } from "./events.js";
import { icon, iconButton } from "./icons.js";
import { onLibrary } from "./about.js";
import { failed, note } from "./notes.js";
import { popover } from "./popover.js";
import { isAsked, wholeText } from "./query.js";
import * as saved from "./saved.js";
import { bell, newBadge, onSeen, readWatches } from "./watches.js";

const TOLD_MILLISECONDS = 200; // matches come several at once
const lists = [];

onLibrary(showAll);
onEvent("match", debounced(showAll, TOLD_MILLISECONDS));
onSeen(showAll);

/** The button in the box. */
export function saveButton() {
  const element = iconButton("star", "Save this search", () => ask(element, query), { dataset: { focus: "save" } });
  let query;
  return {
    element,
    show(now) {
      query = now;
      element.hidden = !isAsked(now) || Boolean(now.saved);
    },
  };
}

/** The list, if there is any; `open` takes an address, `leave` goes to the page. */
export function savedList(open, leave) {
  const element = el("div.saved");
  lists.push({ element, open, leave });
  return element;
}

function ask(anchor, query) {
  const name = el("input.field", {
    type: "text",
    required: true,
    maxlength: "100",
    value: saved.nameOf(wholeText(query)) || "pictures like this",
    "aria-label": "Name of the saved search",
  });
  const keep = async (event) => {
    event.preventDefault();
    close();
    const kept = saved.nameOf(name.value);
    anchor.focus();
    try {
      await saved.put(kept, query);
      note(`Saved “${kept}”.`);
      await showAll();
    } catch (error) {
      failed(error);
    }
  };
  const close = popover(anchor, "Save this search", [
    el(
      "form.menu-row",
      { onsubmit: keep },
      name,
      el("button", { type: "submit", class: "button button-main" }, "Save"),
    ),
  ]);
  name.select();
}

async function showAll() {
  try {
    const [all] = await Promise.all([saved.get(), readWatches()]);
    for (const list of lists) show(list, all);
  } catch (error) {
    failed(error);
  }
}

function show({ element, ...to }, all) {
  element.hidden = !all.length;
  refill(element, el("h2.panel-title", "Saved searches"), el("ul.saved-list", all.map((one) => row(one, to))));
}

function row(search, { open, leave }) {
  const { name } = search;
  const address = saved.addressOfSaved(search);
  const follow = (event) => {
    if (opensElsewhere(event)) return;
    event.preventDefault();
    open(address);
  };
  return el(
    "li",
    el("a", { href: `?${address}`, onclick: follow }, icon("star"), el("span", name)),
    newBadge(name, leave),
    bell(name, showAll),
    iconButton("close", `Forget ${name}`, () => forget(search).catch(failed)),
  );
}

async function forget(search) {
  await saved.remove(search.name);
  await showAll();
  const undo = { label: "Undo", run: () => saved.putBack(search).then(showAll).catch(failed) };
  const hasFiles = JSON.stringify(search.query).includes('"file"'); // which are gone with it
  note(`Forgot “${search.name}”.`, { action: hasFiles ? undefined : undo });
}
