/** The answer: cards as they come, more as one scrolls, and an honest word where nothing matches. */

import { ask as fetched } from "./api.js";
import { isRead, onLibrary } from "./about.js";
import { debounced, el } from "./dom.js";
import { icon } from "./icons.js";
import { card, keyOf, refreshActions, skeletons } from "./cards.js";
import { blobOf, fetched as filesAtHand } from "./files.js";
import { none, pairsOf } from "./filters.js";
import { LEAST } from "./hits.js";
import { failed } from "./notes.js";
import { isAsked, request, readable, toAddress } from "./query.js";
import { reranked } from "./rerank.js";
import { ask, state } from "./state.js";
import { placesOf } from "./titles.js";
import { confidence, LIKELY, plural, sentence } from "./words.js";

const PAGE = 24;
const FAINTEST = 0.02; // chance of what is shown at all among others
const DEEPEST = 1000;
const TYPING_MILLISECONDS = 90;
const SLIDING_MILLISECONDS = 140;
const UNFOLDED = "footage.unfolded:";

const list = el("ul.cards", { "aria-label": "Results" });
const verdict = el("div.verdict", { role: "status" });
const count = el("p.hidden", { role: "status" });
const sentinel = el("div.sentinel");
const end = el("p.results-end");
const less = el("button.button", { onclick: () => fold(!isFolded()) });
const fence = el("li.cards-fold", less);

/** The element of the results. */
export const resultsElement = el(
  "section.results",
  { "aria-labelledby": "results-title" },
  el("h2.hidden", { id: "results-title" }, "Results"),
  verdict,
  count,
  list,
  sentinel,
  end,
);

let moments = [];
let asked = null; // the query of what is shown
let controller = null;
let ended = true;
let told = null; // the answer that the verdict is of
let served = []; // as the server ranked them by the weights of `asked`

const soon = debounced(() => search(), TYPING_MILLISECONDS);
const later = debounced(() => search(), SLIDING_MILLISECONDS);

onLibrary(() => told && showVerdict(told));

/** Search for the state's query, unless that is what is shown; at once, or when typing pauses. */
export function showResults({ query }, before) {
  if (!isAsked(query)) return forget();
  if (asked && key(query) === key(asked)) return undefined;
  const slid = asked && key({ ...query, weights: null }) === key({ ...asked, weights: null });
  if (slid && served.length) {
    show(reranked(served, asked.weights, query.weights));
    return later();
  }
  const types = before && query.draft !== before.query.draft;
  list.setAttribute("aria-busy", "true");
  return types ? soon() : soon.now();
}

/** Search again, as after the library has changed or the server is back. */
export function searchAgain() {
  if (asked || isAsked(state.query)) {
    asked = null;
    search();
  }
}

const key = (query) => String(toAddress(query));

function forget() {
  controller?.abort();
  soon.cancel();
  later.cancel();
  [asked, told, moments, served, ended] = [null, null, [], [], true];
  list.replaceChildren();
  verdict.replaceChildren();
  list.classList.remove("cards-stale");
  end.textContent = "";
}

async function search() {
  const { query } = state;
  if (!isAsked(query)) return;
  controller?.abort();
  controller = new AbortController();
  const { signal } = controller;
  if (!moments.length) list.replaceChildren(...skeletons(6));
  try {
    const answer = await answered(query, 0, signal);
    if (!answer) {
      forget();
      return;
    }
    asked = query;
    served = pageOf(answer);
    told = { ...answer, moments: served };
    list.classList.remove("cards-stale");
    show(served);
    showVerdict(told);
    performance.mark("footage:cards");
    if (isInSight()) more();
  } catch (error) {
    if (error.name === "AbortError") return;
    asked = told = null;
    if (error.code === "unreachable") showStale();
    failed(error, () => {
      moments = served = [];
      list.replaceChildren();
      showFailure(error);
    });
  } finally {
    if (!signal.aborted) list.removeAttribute("aria-busy");
  }
}

async function answered(query, offset, signal) {
  const wanted = readable(query);
  if (!isAsked(wanted)) return null; // nothing but an operator yet
  await filesAtHand(wanted.files);
  const { path, ...options } = request(wanted, { limit: PAGE + 1, offset, data: blobOf });
  return fetched(path, { ...options, signal });
}

/** What is shown of an answer, which has one more where there is more. */
function pageOf({ moments: found }) {
  const page = found.slice(0, PAGE);
  ended = found.length <= PAGE || isFaint(page.at(-1));
  return page;
}

const isFaint = ({ confidence: chance }) => chance !== null && chance < FAINTEST;

/** Show these, keeping the cards that are there: their pictures need not come again. */
function show(found) {
  const byVideo = list.dataset.byVideo !== String(state.query.byVideo);
  list.dataset.byVideo = String(state.query.byVideo);
  moments = found;
  const cards = new Map([...list.children].map((element) => [element.dataset.key, element]));
  const places = placesOf(found);
  const cardOf = (moment) => reused(cards.get(keyOf(moment)), moment, places.get(moment.video_id));
  const { likely, others } = parted(found);
  const isClosed = others.length > 0 && isFolded();
  less.textContent = `${isClosed ? "Show" : "Hide"} ${others.length}${ended ? "" : "+"} less likely`;
  less.setAttribute("aria-expanded", String(!isClosed));
  const isFocused = document.activeElement === less;
  list.replaceChildren(
    ...likely.map(cardOf),
    ...(others.length ? [fence] : []),
    ...(isClosed ? [] : others.map(cardOf)),
  );
  if (isFocused) less.focus();
  if (byVideo) refreshActions(list, (wanted) => moments.find((moment) => keyOf(moment) === wanted));
  end.textContent = ended && !isClosed && found.length > 3 ? "That is all there is." : "";
}

/** The likely ones, or where nothing was found the best guesses, at least one; and others, but no faint ones. */
function parted(found) {
  const least = told?.found ? LIKELY : LEAST;
  const isLikely = ({ confidence: chance }) => chance === null || chance >= least;
  const some = found.filter(isLikely);
  const likely = some.length ? some : found.slice(0, 1);
  return { likely, others: found.filter((moment) => !likely.includes(moment) && !isFaint(moment)) };
}

const unfoldedKey = () => UNFOLDED + key({ ...state.query, weights: null, byVideo: false });
const isFolded = () => !sessionStorage.getItem(unfoldedKey());

function fold(wanted) {
  if (wanted) sessionStorage.removeItem(unfoldedKey());
  else sessionStorage.setItem(unfoldedKey(), "1");
  show(moments);
  if (isInSight()) more();
}

function reused(element, moment, place) {
  const hasPicture = !moment.thumbnail || element?.querySelector(".thumb-picture");
  const [known, was] = element?.shown ?? [];
  if (hasPicture && known && was === place && same(known, moment)) return element;
  const made = card(moment, place);
  made.shown = [moment, place];
  return made;
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function showVerdict(answer) {
  const { found, hint: advice, moments: best } = answer;
  const { likely, others } = parted(best);
  const whole = ended ? "" : " or more";
  const folded = others.length && isFolded() ? `, ${others.length}${whole} less likely ones folded` : whole;
  count.textContent = found ? plural(likely.length, "result") + folded : "";
  if (found) {
    verdict.replaceChildren();
    return;
  }
  const isLikely = confidence(best[0]?.confidence)?.level > 1; // as the dots have it
  const well = best.length && !isLikely ? " well" : "";
  const guesses = likely.length > 1 ? "are the best guesses. " : "is the best guess. ";
  const hint = isRead("speech") ? advice : advice && "say it in other words";
  const [said, key] = (hint ?? "").split(/(\S+:)$/); // no full stop after a key
  verdict.replaceChildren(
    el(
      "div.verdict-box",
      icon("search"),
      el(
        "div",
        el(
          "p.verdict-title",
          isLikely ? `Not sure. ${likely.length > 1 ? "These" : "This"} ${guesses}` : `Nothing here matches${well}.`,
        ),
        el("p", well && `Below ${guesses}`, hint && `To find more, ${said}`, hint && (key ? el("code", key) : ".")),
        pairsOf(state.query.filters).length > 0 &&
          el("button.link", { onclick: () => ask({ filters: none() }) }, "Search without the filters"),
      ),
    ),
  );
}

/** What was found before stays while the server is away. */
function showStale() {
  if (!moments.length) list.replaceChildren();
  list.classList.add("cards-stale");
  const remedy = moments.length ? "these are the results of before" : "";
  showFailure({ message: "the server does not answer", remedy });
}

function showFailure(error) {
  verdict.replaceChildren(
    el("div", { class: "verdict-box verdict-bad", role: "alert" }, icon("warning"), el("p", sentence(error))),
  );
  end.textContent = "";
}

async function more() {
  if (ended || !asked || (fence.isConnected && isFolded()) || served.length + PAGE >= DEEPEST || !controller) return;
  ended = true; // until it has come
  const { signal } = controller;
  try {
    const answer = await answered(asked, served.length, signal);
    if (signal.aborted) return;
    const known = new Set(served.map(keyOf));
    served = [...served, ...pageOf(answer).filter((moment) => !known.has(keyOf(moment)))];
    show(served);
    if (!ended && isInSight()) more();
  } catch (error) {
    if (!signal.aborted) ended = false;
    failed(error);
  }
}

const isInSight = () => sentinel.offsetParent && sentinel.getBoundingClientRect().top < innerHeight + 600;

addEventListener("scroll", () => isInSight() && more(), { passive: true });
