/** A small panel at an element; Esc, or a click elsewhere, closes it. */

import { el, setStyles } from "./dom.js";

let closeOpen = null;

/** Open one with `children`; returns what closes it. Another one that is open closes. */
export function popover(anchor, label, children) {
  closeOpen?.();
  const panel = el("div.popover", { role: "dialog", "aria-label": label, tabindex: "-1" }, children);
  const home = anchor.closest("dialog") ?? document.getElementById("overlays");
  home.append(panel);
  place(panel, anchor);
  (panel.querySelector("[aria-pressed=true], input, button") ?? panel).focus();
  const outside = (event) => !panel.contains(event.target) && close();
  const pressed = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    close();
    focusAgain(anchor);
  };
  const close = () => {
    removeEventListener("pointerdown", outside, true);
    panel.remove();
    closeOpen = null;
  };
  addEventListener("pointerdown", outside, true);
  panel.addEventListener("keydown", pressed);
  closeOpen = close;
  return close;
}

function focusAgain(anchor) {
  const { focus } = anchor.dataset;
  (anchor.isConnected ? anchor : document.querySelector(`[data-focus="${focus}"]`))?.focus();
}

function place(panel, anchor) {
  const at = anchor.getBoundingClientRect();
  const { width, height } = panel.getBoundingClientRect();
  const below = at.bottom + 8 + height < innerHeight || at.top < height + 8;
  setStyles(panel, {
    left: `${Math.max(8, Math.min(at.left, innerWidth - width - 8))}px`,
    top: `${below ? at.bottom + 8 : at.top - height - 8}px`,
  });
}
