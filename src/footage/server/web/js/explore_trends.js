/** What is seen more at some times: a chart of each, what is found in words, and a table. */

import { el, h, svg } from "./dom.js";
import { explore, options, strip } from "./stretches.js";
import { length, plural } from "./words.js";

const BY = { "": "Month", week: "Week", day: "Day", position: "Place in videos" };
const [WIDE, HIGH] = [600, 150];

export const trends = {
  name: "Trends",
  doing: "Looking for changes over time",
  pairs: ({ by, about }) => [["q", about], ["by", by]],
  controls: ({ about }) => [asking(about), options("By", "by", BY)],
  facts: ({ trends: found }) =>
    found.length ? `How much of ${found.length > 1 ? "each kind of thing" : "it"} there is` : "",
  draw: ({ trends: found }) => el("ul.trends", found.map(trend)),
};

function asking(about) {
  const send = (event) => {
    event.preventDefault();
    explore({ about: field.value.trim() });
  };
  const field = h("input", {
    ...{ class: "field", type: "search", value: about, placeholder: "Of what? Say: a dog" },
    ...{ "aria-label": "Trends of what", dataset: { focus: "about" } },
  });
  return h("form", { class: "explore-ask", onsubmit: send, onchange: send }, field);
}

const percent = (share) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
const chance = (p) => (p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`);

function trend({ subject, bins, bursts, changes }) {
  const found = (text, moments) => [el("p.trend-finding", text), strip(moments, text)];
  return el(
    "li.trend",
    el("h3", subject),
    bins.length > 0 && chart(bins, bursts, changes, subject),
    bursts.map(({ first, last, share, usual, p, moments }) => {
      const when = first === last ? first : `${first} to ${last}`;
      return found(`Much of it in ${when}: ${percent(share)}, elsewhere ${percent(usual)} (${chance(p)}).`, moments);
    }),
    changes.map(({ at, before, after, p, moments }) => {
      const way = after > before ? "More" : "Less";
      return found(`${way} from ${at} on: ${percent(after)}, before ${percent(before)} (${chance(p)}).`, moments);
    }),
    el("details", el("summary", "As a table"), table(bins)),
  );
}

function chart(bins, bursts, changes, subject) {
  const most = Math.max(...bins.map(({ share }) => share), 0.01);
  const step = WIDE / bins.length;
  const left = (name) => step * bins.findIndex((one) => one.name === name);
  const box = (kind, x, width, ...more) => svg("rect", { class: kind, x, width, height: HIGH }, more);
  const path = (kind, d) => svg("path", { class: kind, d });
  const line = bins.map(({ share }, at) => `${(at + 0.5) * step} ${HIGH - (share / most) * (HIGH - 8)}`);
  const [begin, middle, end] = [bins[0], bins[bins.length >> 1], bins.at(-1)].map(({ name }) => name);
  const label = `Share of ${subject} from ${begin} to ${end}, ${percent(most)} at most`;
  return el(
    "div.chart",
    svg(
      "svg",
      { viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img", "aria-label": label },
      bursts.map(({ first, last }) => box("burst", left(first), left(last) + step - left(first))),
      path("chart-area", `M${step / 2} ${HIGH}L${line.join("L")}V${HIGH}Z`),
      path("chart-line", `M${line.join("L")}`),
      changes.map(({ at }) => path("turning", `M${left(at)} 0V${HIGH}`)),
      bins.map(({ name, share }, at) =>
        box("chart-bin", at * step, step, svg("title", {}, `${name}: ${percent(share)}`)),
      ),
    ),
    el("span.chart-most", percent(most)),
    h("div", { class: "chart-names", "aria-hidden": "true" }, [begin, middle, end].map((name) => el("span", name))),
  );
}

const table = (bins) =>
  el(
    "table.trend-table",
    el("thead", el("tr", ["When", "Share", "Videos", "In all"].map((name) => el("th", name)))),
    el(
      "tbody",
      bins.map(({ name, share, videos, seconds }) =>
        el("tr", [name, percent(share), plural(videos, "video"), length(seconds)].map((cell) => el("td", cell))),
      ),
    ),
  );
