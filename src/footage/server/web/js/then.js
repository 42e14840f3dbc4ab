/** What is to follow: a text for each step, and how soon. */

import { el } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { ask, state } from "./state.js";

/** The rows of a query. */
export function thenRows(query) {
  return query.then.map((text, at) => row(text, at, at === query.then.length - 1, query.within));
}

function row(text, at, isLast, within) {
  return el(
    "div.then-row",
    icon("then", "then-icon"),
    el("label.then-label", { for: `then-${at}` }, "then"),
    el("input.then-input", {
      id: `then-${at}`,
      type: "text",
      value: text,
      autocomplete: "off",
      placeholder: "what follows in the same video",
      oninput: (event) => setStep(at, event.target.value),
    }),
    isLast && withinField(within),
    iconButton("close", `Remove step ${at + 1}`, () => remove(at)),
  );
}

function withinField(within) {
  const field = el("input.within", {
    type: "number",
    min: "0",
    max: "3600",
    step: "5",
    value: String(within),
    "aria-label": "Seconds until it follows, at most",
    onchange: () => ask({ within: Math.max(0, Number(field.value) || 0) }),
  });
  return el("span.within-label", "within", field, "s");
}

/** The row itself is kept: it is being typed in. */
function setStep(at, value) {
  ask({ then: state.query.then.map((text, index) => (index === at ? value : text)) }, "type");
}

function remove(at) {
  ask({ then: state.query.then.filter((_, index) => index !== at) });
  document.getElementById("box").focus();
}
