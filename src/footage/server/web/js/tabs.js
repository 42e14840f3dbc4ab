/** Tabs of the player: one pane of several, chosen by click or arrow. */

import { el } from "./dom.js";

/**
 * Tabs of `panes`, each `{name, element, load, follow}`; `load` is called when one is chosen, and
 * `follow` with the time of the video, which `now` gives.
 */
export function tabs(panes, now) {
  const buttons = panes.map(({ name }, at) =>
    el(
      "button",
      { role: "tab", id: `tab-${at}`, "aria-controls": `pane-${at}`, onclick: () => choose(at), onkeydown: walk },
      name,
    ),
  );
  const boxes = panes.map((pane, at) =>
    el("div.pane", { role: "tabpanel", id: `pane-${at}`, "aria-labelledby": `tab-${at}` }, pane.element),
  );
  const element = el("div.tabs", el("div", { role: "tablist", "aria-label": "Of this video" }, buttons), boxes);
  let chosen = 0;
  return { element, choose, name, follow: (time) => panes[chosen].follow?.(time), chosen: () => chosen };

  function choose(at) {
    chosen = at;
    buttons.forEach((one, index) => {
      one.setAttribute("aria-selected", String(index === at));
      one.tabIndex = index === at ? 0 : -1;
      boxes[index].hidden = index !== at;
    });
    panes[at].load?.().then(() => panes[at].follow?.(now()));
  }

  /** Call a tab otherwise; without a name it is not shown. */
  function name(at, text) {
    buttons[at].hidden = !text;
    if (text) buttons[at].textContent = text;
  }

  function walk(event) {
    const way = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!way) return;
    event.stopPropagation();
    const shown = buttons.filter((one) => !one.hidden);
    const next = shown[(shown.indexOf(event.currentTarget) + way + shown.length) % shown.length];
    next.focus();
    next.click();
  }
}
