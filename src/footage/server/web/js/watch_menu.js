/** The menu of a watch: how it fares, where it sends what it finds, and ending it. */

import { ask } from "./api.js";
import { fill, h } from "./dom.js";
import { failed, note } from "./notes.js";
import { popover } from "./popover.js";
import { plural, sentence } from "./words.js";

/** Open it at the bell; `changed` is called when the watch has. */
export function watchMenu(anchor, watch, path, changed) {
  const { name, matches, webhook, error, delivery_error: undelivered } = watch;
  const trouble = h("p", { class: "trouble-text", role: "alert" }, error ?? undelivered ?? "");
  const address = h("input", {
    class: "field",
    type: "url",
    placeholder: webhook ?? "https://…",
    id: "webhook",
  });
  const set = async (json) => {
    try {
      const { secret } = await ask(path, { method: "PUT", json });
      changed();
      if (secret) showSecret(panel, secret);
      else close();
    } catch (failure) {
      failed(failure, (text) => (trouble.textContent = text));
    }
  };
  const end = async () => {
    close();
    try {
      await ask(path, { method: "DELETE" });
      note(`No longer watching for “${name}”.`);
      changed();
    } catch (failure) {
      note(sentence(failure), { kind: "note-bad" });
    }
  };
  const send = (event) => {
    event.preventDefault();
    if (address.value) set({ webhook: address.value });
  };
  const panel = h(
    "div",
    { class: "watch-menu" },
    h("p", {}, `Watching for “${name}”: ${plural(matches, "moment")} found so far.`),
    h("label", { class: "panel-note", for: "webhook" }, "Webhook that is told of what is found"),
    h("form", { class: "menu-row", onsubmit: send }, address, button("Send there")),
    trouble,
    h(
      "div",
      { class: "menu-where" },
      button("Stop watching", end),
      webhook && button("Send nowhere", () => set({ webhook: null })),
    ),
  );
  const close = popover(anchor, `Watch for ${name}`, [panel]);
}

function showSecret(panel, secret) {
  fill(
    panel,
    h("p", {}, "What is found is sent there, signed with this secret, which is shown only now:"),
    h("code", { class: "secret", tabindex: "0" }, secret),
  );
  panel.lastElementChild.focus();
}

const button = (text, onclick) =>
  h("button", { type: onclick ? "button" : "submit", class: "button", onclick }, text);
