/** The box: chips and what is being typed, with its buttons; and below it what is to follow. */

import { el, fill } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { ask, change, state } from "./state.js";
import { blank, committed, isAsked, isBlank, wholeText } from "./query.js";
import { takeFilters, withFilter } from "./filters.js";
import { shownLinks } from "./cards.js";
import { chipsOf } from "./chips.js";
import { keep } from "./files.js";
import { failed } from "./notes.js";
import { thenRows } from "./then.js";
import { saveButton } from "./saved_list.js";

const FILES = "image/*,video/*,audio/*,.mkv,.heic,.mts,.m2ts";

const input = el("input.box-input", {
  id: "box",
  type: "text",
  autocomplete: "off",
  autocapitalize: "off",
  spellcheck: "false",
  enterkeyhint: "search",
  "aria-label": "Search your videos",
  "aria-describedby": "box-hint",
  oninput: typed,
  onkeydown: pressed,
});
const chips = el("ul.chips", { "aria-label": "Parts of the query" });
const picker = el("input", { type: "file", accept: FILES, multiple: true, hidden: true, onchange: picked });
const attach = iconButton("image", "Search by a picture, clip or sound", () => picker.click());
const then = iconButton("then", "Then: what follows it", addStep);
const clear = iconButton("close", "Clear the query", () => {
  change({ query: blank(), open: null });
  input.focus();
});
const hint = el("p.box-hint", { id: "box-hint", role: "status" });
const rows = el("div.then-rows");
const save = saveButton();
const box = el(
  "div.box",
  { onmousedown: focusInput },
  icon("search", "box-icon"),
  el("div.box-parts", chips, input),
  el("div.box-buttons", clear, then, attach, save.element),
  picker,
);

/** The element of the box. */
export const boxElement = el("form.ask", { role: "search", onsubmit: submitted }, box, hint, rows);

let shown = "";

/** Show the state; what is being typed is left alone where it says the same. */
export function showBox({ query }) {
  const { terms, likes, files, filters, saved } = query;
  const parts = JSON.stringify([terms, likes, files, filters, saved]);
  if (parts !== shown) fill(chips, chipsOf(query, { edit }));
  shown = parts;
  chips.hidden = !chips.childElementCount;
  if (input.value !== query.draft) input.value = query.draft;
  input.placeholder = chips.hidden ? "What do you remember? Say it, or paste a picture" : "and…";
  clear.hidden = isBlank(query) && !query.then.length;
  then.hidden = !isAsked(query) || Boolean(saved) || query.then.length >= 4;
  box.classList.toggle("box-filled", !chips.hidden);
  showThen(query);
  save.show(query);
}

function showThen(query) {
  const inputs = [...rows.querySelectorAll(".then-input")].map((step) => step.value);
  const within = rows.querySelector(".within")?.value ?? String(query.within);
  const same = JSON.stringify(inputs) === JSON.stringify(query.then);
  if (!same || within !== String(query.within)) fill(rows, thenRows(query));
}

/** Say what is wrong with the text, or nothing. */
function showHint(text) {
  hint.textContent = text;
}

/** Put the cursor into the box. */
export function focusBox() {
  input.focus();
  input.select();
}

/** Ask by files, beside what is asked already. */
export async function attachFiles(files) {
  for (const file of files) {
    try {
      const kept = await keep(file);
      const others = state.query.files.filter((one) => one.key !== kept.key);
      change({ view: "search", open: null, query: { ...state.query, files: [...others, kept] } });
    } catch (error) {
      failed(error);
    }
  }
}

function focusInput(event) {
  if (event.target.closest("button, li, input")) return;
  event.preventDefault();
  input.focus();
}

function typed() {
  showHint("");
  const draft = input.value;
  const { rest, found } = takeFilters(draft, { all: false });
  if (!found.length) {
    ask({ draft }, "type");
    return;
  }
  let { filters } = state.query;
  for (const [name, value] of found) filters = withFilter(filters, name, value);
  ask({ filters, draft: rest.trimStart() });
}

function submitted(event) {
  event.preventDefault();
  try {
    const query = committed(state.query);
    showHint("");
    change({ query, view: "search", open: null });
  } catch (error) {
    failed(error, showHint);
  }
}

function pressed(event) {
  const atStart = !input.selectionStart && !input.selectionEnd;
  if (event.key === "Backspace" && atStart && !input.value && state.query.terms.length) {
    event.preventDefault();
    edit(state.query.terms.length - 1);
  } else if (event.key === "ArrowLeft" && atStart && chips.lastElementChild) {
    event.preventDefault();
    chips.lastElementChild.querySelector("button").focus();
  } else if (event.key === "Escape" && input.value) {
    event.preventDefault();
    event.stopPropagation();
    ask({ draft: "" }, "replace");
  } else if (event.key === "Escape") {
    input.blur();
  } else if (event.key === "ArrowDown") {
    const [card] = shownLinks();
    if (card) {
      event.preventDefault();
      card.focus();
    }
  }
}

/** Take a chip back into what is being typed. */
function edit(at) {
  const { terms, draft } = state.query;
  const others = terms.filter((_, index) => index !== at);
  let said = wholeText({ ...blank(), terms: [terms[at]], draft: "" });
  if (others.length && said.startsWith("- ") === false && draft.trim()) said = `${said} + ${draft}`;
  else if (draft.trim()) said = `${said} ${draft}`;
  ask({ terms: others, draft: said }, "replace");
  input.focus();
  input.setSelectionRange(input.value.length, input.value.length);
}

function addStep() {
  ask({ then: [...state.query.then, ""] }, "replace");
  rows.querySelector(".then-row:last-of-type input")?.focus();
}

async function picked() {
  await attachFiles([...picker.files]);
  picker.value = "";
}

addEventListener("paste", (event) => {
  const files = [...(event.clipboardData?.files ?? [])];
  if (!files.length) return;
  event.preventDefault();
  attachFiles(files);
});
