/** The button that saves a search, and the list of those that were. */

import { fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { isBlank, toAddress, wholeText } from "./query.js";
import { failed, note } from "./notes.js";
import { popover } from "./popover.js";
import * as saved from "./saved.js";

const lists = new Set();

/** The button in the box. */
export function saveButton() {
  const element = h(
    "button",
    {
      type: "button",
      class: "ghost",
      "aria-label": "Save this search",
      title: "Save this search",
      dataset: { focus: "save" },
      onclick: () => ask(element, query),
    },
    icon("star"),
  );
  let query;
  return {
    element,
    show(now) {
      query = now;
      element.hidden = isBlank(now);
    },
  };
}

/** The list, which is empty where nothing was saved; `open` takes an address. */
export function savedList(open) {
  const element = h("div", { class: "saved" });
  const list = { element, open };
  lists.add(list);
  show(list);
  return element;
}

function ask(anchor, query) {
  const name = h("input", {
    class: "field",
    type: "text",
    required: true,
    maxlength: "100",
    value: wholeText(query) || "pictures like this",
    "aria-label": "Name of the saved search",
  });
  const keep = async (event) => {
    event.preventDefault();
    close();
    anchor.focus();
    try {
      await saved.put({ name: name.value.trim(), address: String(toAddress(query)) });
      note(`Saved “${name.value.trim()}”.`);
      lists.forEach(show);
    } catch (error) {
      failed(error);
    }
  };
  const close = popover(anchor, "Save this search", [
    h(
      "form",
      { class: "menu-row", onsubmit: keep },
      name,
      h("button", { class: "button button-main" }, "Save"),
    ),
  ]);
  name.select();
}

async function show(list) {
  const all = await saved.get().catch(() => []);
  list.element.hidden = !all.length;
  fill(
    list.element,
    h("h2", { class: "panel-title" }, "Saved searches"),
    h(
      "ul",
      { class: "saved-list" },
      all.map((one) => row(one, list)),
    ),
  );
}

function row({ name, address }, { open }) {
  const follow = (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    open(address);
  };
  const forget = async () => {
    await saved.remove(name);
    lists.forEach(show);
    note(`Forgot “${name}”.`, {
      action: {
        label: "Undo",
        run: () => saved.put({ name, address }).then(() => lists.forEach(show)),
      },
    });
  };
  return h(
    "li",
    {},
    h("a", { href: `?${address}`, onclick: follow }, icon("star"), h("span", {}, name)),
    h(
      "button",
      { type: "button", class: "ghost", "aria-label": `Forget ${name}`, onclick: forget },
      icon("close"),
    ),
  );
}
