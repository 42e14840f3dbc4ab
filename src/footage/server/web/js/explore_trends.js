/** What is seen more at some times: a chart of each, what is found in words, and a table. */

import { el, fill, svg } from "./dom.js";
import { get } from "./saved.js";
import { explore, options, strip } from "./stretches.js";
import { length } from "./words.js";

const [WIDE, HIGH] = [600, 150];
const LONG = { day: 864e5, week: 6048e5, month: 263e7 }; // ms

export const trends = {
  name: "Trends",
  doing: "Looking for changes over time",
  pairs: ({ by, about, named }) => [["q", named ? "" : about], ["saved", named], ["by", by]],
  controls: ({ about, named }) => [
    asking(about),
    choosing(named),
    options("By", "by", { "": "Month", week: "Week", day: "Day", position: "Place in videos" }),
  ],
  facts: ({ trends: found }) => found.length > 0 && "How much there is of it, in all that was filmed",
  draw: ({ trends: found, by }) => el("ul.trends", found.map((one) => trend(one, by))),
};

function asking(value) {
  const send = (event) => {
    event.preventDefault();
    explore({ about: field.value.trim(), named: "" });
  };
  const more = { placeholder: "Of what? Say: a dog", "aria-label": "Trends of what" };
  const field = el("input.field", { type: "search", value, ...more, dataset: { focus: "about" } });
  return el("form.explore-ask", { onsubmit: send, onchange: send }, field);
}

/** The saved searches, to choose one of; hidden where there is none, or the server does not say. */
function choosing(named) {
  const list = el("select", {
    class: "field explore-saved",
    ...{ "aria-label": "Trends of a saved search", hidden: !named, dataset: { focus: "named" } },
    onchange: () => explore({ named: list.value, about: "" }),
  });
  const show = (names) => {
    const option = (value) => el("option", { value, selected: value === named }, value || "Saved searches");
    fill(list, ["", ...new Set([...names, ...(named ? [named] : [])])].map(option));
  };
  show([]);
  get().then((searches) => {
    list.hidden = !named && !searches.length;
    show(searches.map(({ name }) => name));
  }, () => {});
  return list;
}

const percent = (share) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
const chance = (p) => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`);

function trend({ subject, bins, bursts, changes }, by) {
  const found = [
    ...bursts.map(({ first, last, share, usual, p, moments }) => {
      const when = first === last ? first : `${first} to ${last}`;
      return [`Much of it in ${when}: ${percent(share)}, elsewhere ${percent(usual)} (${chance(p)}).`, moments];
    }),
    ...changes.map(({ at, before, after, p, moments }) => {
      const way = after > before ? "More" : "Less";
      return [`${way} from ${at} on: ${percent(after)}, before ${percent(before)} (${chance(p)}).`, moments];
    }),
  ];
  return el(
    "li.trend",
    el("h3", subject),
    chart(bins, bursts, changes, subject, by),
    found.map(([text, moments]) => [el("p.trend-finding", text), strip(moments, text)]),
    el("details", el("summary", "As a table"), table(bins)),
  );
}

function chart(bins, bursts, changes, subject, by) {
  const most = Math.max(...bins.map(({ share }) => share), 0.01);
  const time = (at) => Date.parse(bins[at].name) / LONG[by];
  const slots = bins.map((_, at) => (LONG[by] ? Math.round(time(at) - time(0)) : at));
  const last = bins.length - 1;
  const step = WIDE / (slots[last] + 1);
  const left = (name) => step * slots[bins.findIndex((one) => one.name === name)];
  const box = (kind, x, width, ...more) => svg("rect", { class: kind, x, width, height: HIGH }, more);
  const path = (kind, d) => svg("path", { class: kind, d });
  const tops = bins.map(({ name, share }) => `M${left(name)} ${HIGH - (share / most) * (HIGH - 8)}h${step}`);
  const names = [0, ...(slots[last] > last ? [] : [last >> 1]), last].map((at) => bins[at].name);
  const label = `Share of ${subject} from ${names[0]} to ${names.at(-1)}, ${percent(most)} at most`;
  const attributes = { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img" };
  return el(
    "div.chart",
    svg(
      "svg",
      { ...attributes, "aria-label": label },
      bursts.map(({ first, last }) => box("burst", left(first), left(last) + step - left(first))),
      path("chart-area", tops.map((top) => `${top}V${HIGH}h${-step}Z`).join("")),
      path("chart-line", tops.join("")),
      changes.map(({ at }) => path("turning", `M${left(at)} 0V${HIGH}`)),
      bins.map(({ name, share }) => box("chart-bin", left(name), step, svg("title", {}, `${name}: ${percent(share)}`))),
    ),
    el("span.chart-most", percent(most)),
    el("div.chart-names", { "aria-hidden": "true" }, names.map((name) => el("span", name))),
  );
}

function table(bins) {
  const row = (kind, ...cells) => el("tr", cells.map((cell) => el(kind, String(cell))));
  return el(
    "table.trend-table",
    row("th", "When", "Share", "Videos", "In all"),
    bins.map(({ name, share, videos, seconds }) => row("td", name, percent(share), videos, length(seconds))),
  );
}
