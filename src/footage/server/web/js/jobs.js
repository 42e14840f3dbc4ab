/** Jobs and uploads: how far they are, what failed and why, and what can be done about it. */

import { ask } from "./api.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { onEvent } from "./events.js";
import { failed } from "./notes.js";
import { titleOf } from "./titles.js";
import { allUploads, cancel, onUpload, resume } from "./uploads.js";
import { bytes, length, plural, sentence } from "./words.js";

const SHOWN = 6; // of those that have ended
const FAILURES = 4;

const list = el("ul.jobs", { "aria-label": "Jobs and uploads" });
const all = el("button.link", { onclick: () => ((showsAll = true), show()) }, "Show earlier ones");
/** The element of the jobs. */
export const jobsElement = el(
  "section.work",
  { "aria-labelledby": "work-title" },
  el("h2.section-title", { id: "work-title" }, "Activity"),
  list,
  all,
);

const jobs = new Map();
const rows = new Map();
let showsAll = false;

/** Ask for all jobs; afterwards events tell. */
export async function readJobs() {
  try {
    for (const job of (await ask("/jobs")).jobs) jobs.set(job.id, job);
    show();
  } catch (error) {
    failed(error);
  }
}

onEvent("job", (job) => {
  jobs.set(job.id, job);
  show();
});
onUpload(() => show());

function show() {
  const uploads = allUploads().filter(({ state }) => state !== "done");
  const ordered = [...jobs.values()].sort((one, other) =>
    one.created_at < other.created_at ? 1 : -1,
  );
  const running = ordered.filter(({ ended_at: ended }) => !ended);
  const ended = ordered.filter(({ ended_at: ended }) => ended);
  const few = showsAll ? ended : ended.slice(0, SHOWN);
  all.hidden = few.length === ended.length;
  jobsElement.hidden = !uploads.length && !ordered.length;
  const entries = [
    ...uploads.map((one) =>
      kept(`upload:${one.key}`, [one.state, one.offset], () => uploadRow(one)),
    ),
    ...[...running, ...few].map((job) => kept(job.id, job, () => jobRow(job))),
  ];
  const wanted = entries.map(({ element }) => element);
  const focused = document.activeElement;
  for (const element of [...list.children]) if (!wanted.includes(element)) element.remove();
  wanted.forEach(
    (element, at) =>
      list.children[at] !== element && list.insertBefore(element, list.children[at] ?? null),
  );
  if (document.activeElement !== focused) focused.focus(); // what is moved loses it
}

/** The row that is there already, unless something has changed. */
function kept(key, content, make) {
  const mark = JSON.stringify(content);
  const known = rows.get(key);
  if (known?.mark === mark) return known;
  const element = make();
  if (known) {
    const focus = known.element.contains(document.activeElement) && document.activeElement.textContent;
    known.element.replaceWith(element);
    if (focus) {
      element.tabIndex = -1; // so that it can have the focus, where the button is gone
      const buttons = [...element.querySelectorAll("button")];
      (buttons.find((one) => one.textContent === focus) ?? element).focus();
    }
  }
  const entry = { mark, element };
  rows.set(key, entry);
  return entry;
}

function uploadRow(one) {
  const share = one.offset / one.size;
  const said = {
    waiting: "waits for its turn",
    sending: `${bytes(one.offset)} of ${bytes(one.size)} sent`,
    interrupted: "interrupted; it goes on by itself",
    failed: one.error && sentence(one.error),
  }[one.state];
  return row({
    state: one.state === "failed" ? "failed" : "running",
    word: one.state === "failed" ? "Not sent" : "Sending",
    title: one.name,
    facts: said,
    share: one.state === "failed" ? null : share,
    buttons: [one.state === "failed" && ![413, 415].includes(one.error.status) && button("Try again", () => resume(one)), button("Cancel", () => cancel(one))],
  });
}

const WORDS = { queued: "Queued", running: "Indexing", done: "Indexed", failed: "Failed", cancelled: "Cancelled" };

/** Whether that was sent here, which has no folder, and is kept no longer. */
const isLost = ({ code, path }) => /^unreadable_media$|^no_video$/.test(code) && /^[^/]+$/.test(path);

const RESTORE = { running: "Restoring", done: "Restored" };

function jobRow(job) {
  const { state, progress, failures, error, ended_at: isEnded } = job;
  const share = progress.total_seconds ? progress.seconds / progress.total_seconds : 0;
  const word = (job.kind === "restore" && RESTORE[state]) || WORDS[state];
  return row({
    state: state === "done" && failures.length ? "partly" : state,
    word,
    title: nameOf(job),
    better: job.kind === "restore" && !job.sources[1] ? titleOf(job.sources[0]) : null,
    facts: factsOf(job),
    share: state === "running" ? share : null,
    more: [error && el("p.job-error", sentence(error)), failures.length > 0 && failureList(failures)],
    buttons: [
      !isEnded && button("Cancel", () => post(job, "cancel")),
      isEnded && !job.attended && (failures.length ? !failures.every(isLost) : state !== "done") &&
        button("Retry", () => post(job, "retry")),
    ],
  });
}

function nameOf({ kind, sources, names: given }) {
  if (kind === "restore") return sources[1] ? `${sources.length} removed videos` : "A removed video";
  const names = sources.map((source) => given[source] ?? source);
  return names.length > 2 ? `${names[0]} and ${names.length - 1} more` : names.join(", ");
}

function factsOf({ state, progress, tags, created_at: created }) {
  const { files, done, failed: bad, eta, waiting } = progress;
  if (state === "running" && waiting) return waiting;
  const facts = [];
  if (files)
    facts.push(state === "done" ? plural(files - bad, "video") : `${done} of ${plural(files, "video")}`);
  if (bad) facts.push(`${bad} failed`);
  if (state === "running" && eta !== null) facts.push(`about ${length(Math.max(1, eta))} left`);
  if (state === "running" && !files) facts.push("looking for videos");
  if (tags.length) facts.push(tags.map((tag) => `#${tag}`).join(" "));
  if (state !== "running")
    facts.push(new Date(created).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" }));
  return facts.join(" · ");
}

function failureList(failures) {
  const items = failures.map(({ path, url, message, remedy }) => {
    const place = path ?? url ?? "";
    const said = message.startsWith(`${place} `)
      ? sentence({ message: message.slice(place.length), remedy })
      : ` ${sentence({ message, remedy })}`;
    return el("li", el("strong", place.split("/").at(-1)), said);
  });
  const rest = items.slice(FAILURES);
  return [
    el("ul.failures", items.slice(0, FAILURES)),
    rest.length > 0 && el("details", el("summary", `${rest.length} more`), el("ul.failures", rest)),
  ];
}

async function post(job, what) {
  try {
    const now = await ask(`/jobs/${job.id}/${what}`, { method: "POST" });
    jobs.set(job.id, now);
    show();
  } catch (error) {
    failed(error);
  }
}

const button = (label, onclick) => el("button.button", { onclick }, label);

function row({ state, word, title, better, facts, share, more = [], buttons }) {
  const bar = el("progress.progress", { max: "1", value: String(share ?? 0), "aria-label": `Progress of ${title}` });
  const name = el("p.job-title", { title }, title);
  better?.then((text) => (name.textContent = text));
  return el(
    "li",
    { class: `job job-${state}` },
    el("span.job-state", icon(PICTURES[state]), word),
    el("div.job-text", name, el("p.job-facts", facts), share !== null && bar, more),
    el("div.button-row", buttons),
  );
}

const PICTURES = {
  queued: "clock",
  running: "restore",
  done: "check",
  partly: "warning",
  failed: "warning",
  cancelled: "close",
};
