/** What is seen more at some times: a chart of each, what is found in words, and a table. */

import { h, svg } from "./dom.js";
import { explore, options } from "./options.js";
import { strip } from "./stretches.js";
import { length, plural } from "./words.js";

const BY = { month: "Month", week: "Week", day: "Day", position: "Place in videos" };
const [WIDE, HIGH] = [600, 150];

export const trends = {
  name: "Trends",
  doing: "Looking for changes over time",
  pairs: ({ by, about }) => [
    ["q", about],
    ["by", by in BY ? by : "month"],
  ],
  controls: ({ by, about }) => [asking(about), options("By", "by", by, BY)],
  facts: ({ trends: { length: count } }) => (count > 1 ? plural(count, "kind") + " of things" : ""),
  draw: (found) =>
    h(
      "ul",
      { class: "trends", "aria-label": "Trends" },
      found.trends.map((one) => h("li", { class: "trend" }, trend(one, found.by === "position"))),
    ),
};

function asking(about) {
  const field = h("input", {
    ...{ class: "field", value: about, placeholder: "Of everything, or of: a dog" },
    ...{ type: "search", "aria-label": "Trends of what", dataset: { focus: "about" } },
    onchange: send,
  });
  return h("form", { class: "explore-ask", onsubmit: send }, field);

  function send(event) {
    event.preventDefault();
    const wanted = field.value.trim();
    if (wanted !== about) explore({ about: (about = wanted) });
  }
}

const percent = (share) =>
  `${share > 0 && share < 0.1 ? (100 * share).toFixed(1) : Math.round(100 * share)} %`;
const chance = (p) => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`);
const through = (first, last) => (first === last ? first : `${first} to ${last}`);

function trend({ subject, bins, bursts, changes }, isPlace) {
  const found = [
    ...bursts.map(({ first, last, share, usual, p, moments }) => ({
      text: `Much of it ${isPlace ? "at" : "in"} ${through(first, last)}: ${percent(share)}, elsewhere ${percent(usual)} (${chance(p)}).`,
      moments,
    })),
    ...changes.map(({ at, before, after, p, moments }) => ({
      text: `${after > before ? "More" : "Less"} from ${at} on: ${percent(after)}, before ${percent(before)} (${chance(p)}).`,
      moments,
    })),
  ];
  return [
    h("h3", { class: "trend-title" }, subject),
    bins.length > 0 && chart(bins, bursts, changes, subject),
    found.map(({ text, moments }) => [
      h("p", { class: "trend-finding" }, text),
      moments.length > 0 && strip(moments, text),
    ]),
    h("details", {}, h("summary", {}, "As a table"), table(bins, subject)),
  ];
}

function chart(bins, bursts, changes, subject) {
  const most = Math.max(...bins.map(({ share }) => share), 0.01);
  const step = WIDE / bins.length;
  const place = new Map(bins.map(({ name }, at) => [name, at]));
  const x = (at) => ((at + 0.5) * step).toFixed(1);
  const y = (share) => (HIGH - (share / most) * (HIGH - 8)).toFixed(1);
  const line = bins.map(({ share }, at) => `${x(at)} ${y(share)}`).join("L");
  const top = bins.find(({ share }) => share === Math.max(...bins.map((one) => one.share)));
  const label = `Share of ${subject}, from ${bins[0].name} to ${bins.at(-1).name}; most in ${top.name}, ${percent(top.share)}`;
  return h(
    "div",
    { class: "chart" },
    svg(
      "svg",
      { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
      bursts.map(({ first, last }) => {
        const [from, to] = [place.get(first) * step, (place.get(last) + 1) * step];
        return svg("rect", { class: "burst", x: from, width: to - from, height: HIGH });
      }),
      svg("path", { class: "chart-area", d: `M${x(0)} ${HIGH}L${line}L${x(bins.length - 1)} ${HIGH}Z` }),
      svg("path", { class: "chart-line", d: `M${line}` }),
      changes.map(({ at }) => {
        const d = `M${place.get(at) * step} 0V${HIGH}`;
        return svg("path", { class: "turning", d });
      }),
      bins.map(({ name, share, videos }, at) =>
        svg(
          "rect",
          { class: "chart-bin", x: at * step, width: step, height: HIGH },
          svg("title", {}, `${name}: ${percent(share)} of ${plural(videos, "video")}`),
        ),
      ),
    ),
    h("span", { class: "chart-most" }, percent(most)),
    h(
      "div",
      { class: "chart-names", "aria-hidden": "true" },
      ticks(bins).map((name) => h("span", {}, name)),
    ),
  );
}

/** The names of the first, the middle and the last. */
const ticks = (bins) =>
  [...new Set([0, (bins.length - 1) >> 1, bins.length - 1])].map((at) => bins[at].name);

const table = (bins, subject) =>
  h(
    "table",
    { class: "trend-table" },
    h("caption", { class: "hidden" }, subject),
    h("thead", {}, row("th", ["When", "Share", "Videos", "In all"], "col")),
    h(
      "tbody",
      {},
      bins.map(({ name, share, videos, seconds }) =>
        row("td", [name, percent(share), videos, length(seconds)]),
      ),
    ),
  );

const row = (tag, cells, scope) =>
  h(
    "tr",
    {},
    cells.map((cell) => h(tag, { scope }, String(cell))),
  );
