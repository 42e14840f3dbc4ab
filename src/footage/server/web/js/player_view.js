/** What the player shows of one video, and what it does with it. */

import { ROOT, ask, parameters } from "./api.js";
import { fill, h, setStyles } from "./dom.js";
import { icon } from "./icons.js";
import { LEAD, confidenceMark } from "./cards.js";
import { quotation } from "./evidence.js";
import { blobOf, fetched } from "./files.js";
import { mediaOf } from "./media.js";
import { failed, note } from "./notes.js";
import { isAsked, readable, request } from "./query.js";
import { shotStrip } from "./shots.js";
import { addressOf, change, state } from "./state.js";
import { timeline } from "./timeline.js";
import { transcript } from "./transcript.js";
import { clock, confidence, sentence, span } from "./words.js";

const MOST_HITS = 100;
const LEAST_HIT = 0.05; // probability of what is listed
const LONGEST_CLIP = 600; // seconds, of the server
const RATES = [0.5, 1, 1.25, 1.5, 2];

/** The words that matched in what is said, or written. */
const wordsOf = (moments, modality) =>
  moments.flatMap(({ evidence }) => evidence.filter((one) => one.modality === modality).flatMap(({ words }) => words));

/** The view of a video, begun at `open.time`; `close` leaves it. */
export function playerView(video, open, { close }) {
  let marks = { from: open.start ?? null, to: open.end ?? null };
  let hits = [];
  let media = null;

  const track = h("track", { kind: "captions", srclang: "und", label: "What is said", src: `${ROOT}/videos/${video.video_id}/transcript?format=vtt` });
  const picture = h("video", { class: "picture", playsinline: true, preload: "auto", autoplay: true, tabindex: "-1" }, track);
  const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
  const bigPlay = h("button", { type: "button", class: "big-play", "aria-label": "Play", onclick: toggle }, icon("play"));
  const waiting = h("span", { class: "waiting", hidden: true });
  const stage = h("div", { class: "stage" }, picture, waiting, bigPlay, trouble);
  const line = timeline(video, seek);
  const time = h("span", { class: "clock" });
  const play = button("play", "Play (Space)", toggle);
  const mute = button("sound", "Mute (M)", () => (picture.muted = !picture.muted));
  const volume = h("input", { type: "range", min: "0", max: "1", step: "0.05", value: "1", class: "slider volume", "aria-label": "Volume", oninput: () => (picture.volume = Number(volume.value)) });
  const captions = button("captions", "Captions (C)", toggleCaptions);
  const rate = h(
    "select",
    { class: "rate", "aria-label": "Speed", onchange: () => (picture.playbackRate = Number(rate.value)) },
    RATES.map((value) => h("option", { value: String(value), selected: value === 1 }, `${value}×`)),
  );
  const markFrom = textButton("in", "In", "Mark where the clip begins (I)", () => mark("from"));
  const markTo = textButton("out", "Out", "Mark where the clip ends (O)", () => mark("to"));
  const download = h("a", { class: "button", download: "" }, icon("download"), h("span", {}, "Clip"));
  const earlier = button("previous", "Previous match (P)", () => jump(-1));
  const later = button("next", "Next match (N)", () => jump(1));
  const said = transcript(video, "speech", { seek });
  const written = transcript(video, "screen", { seek });
  const shots = shotStrip(video, seek);
  const hitList = h("ol", { class: "hits" });
  const tabs = tabList();

  const element = h(
    "div",
    { class: "player-parts" },
    h(
      "div",
      { class: "player-main" },
      stage,
      line.element,
      h(
        "div",
        { class: "controls" },
        h("div", { class: "control-group" }, earlier, play, later, mute, volume, time),
        h("div", { class: "control-group" }, captions, rate, button("full", "Full screen (F)", fullscreen)),
      ),
      h(
        "div",
        { class: "deeds" },
        h("div", { class: "button-row" }, markFrom, markTo, download),
        h(
          "div",
          { class: "button-row" },
          textButton("like", "More like this", "Search for what looks like this (L)", likeThis),
          textButton("link", "Copy link", "Copy a link to this moment (U)", copyLink),
        ),
      ),
      shots.element,
    ),
    h("div", { class: "player-side" }, tabs.element),
  );

  return { id: video.video_id, element, start, stop, goTo, press };

  function start() {
    for (const [name, listener] of Object.entries({
      timeupdate: showTime,
      seeking: showTime,
      play: showPlay,
      pause: showPlay,
      ended: showPlay,
      waiting: () => (waiting.hidden = false),
      playing: () => (waiting.hidden = true),
      canplay: () => (waiting.hidden = true),
      loadeddata: () => performance.mark("footage:frame"),
      volumechange: showVolume,
      progress: showBuffered,
      error: showTrouble,
      click: toggle,
    })) {
      picture.addEventListener(name, listener);
    }
    showMarks();
    line.showTime(open.time);
    shots.load(open.time);
    tabs.load();
    loadHits();
    if (!video.playback.there) {
      say(`The drive of this video is not there now; plug it in: ${video.path ?? video.title}.`);
      setStyles(stage, { "--poster": `url("${ROOT}/thumbnails/${video.video_id}?t=${open.time}")` });
      return;
    }
    media = mediaOf(picture, video);
    if (media.mode === "stream") track.remove(); // its clock is another one
    media.load(open.time);
    picture.play().catch(() => {});
    play.focus();
    showTime();
  }

  function stop() {
    media?.close();
    shots.stop();
  }

  function goTo({ time: wanted, start: from, end: to }) {
    if (from !== undefined) {
      marks = { from, to };
      showMarks();
    }
    seek(wanted);
  }

  function seek(to) {
    const wanted = Math.min(Math.max(0, to), video.duration);
    media?.seek(wanted);
    line.showTime(wanted);
    shots.follow(wanted);
    tabs.follow(wanted);
  }

  function now() {
    return media?.time ?? open.time;
  }

  function toggle() {
    if (!media) return;
    if (picture.paused || picture.ended) picture.play().catch(() => {});
    else picture.pause();
  }

  function showPlay() {
    const isPaused = picture.paused || picture.ended;
    fill(play, icon(isPaused ? "play" : "pause"));
    play.setAttribute("aria-label", isPaused ? "Play (Space)" : "Pause (Space)");
    play.title = play.getAttribute("aria-label");
    bigPlay.hidden = !isPaused;
  }

  function showTime() {
    const at = now();
    line.showTime(at);
    time.textContent = `${clock(at)} / ${clock(video.duration)}`;
    shots.follow(at);
    tabs.follow(at);
  }

  function showBuffered() {
    const { buffered } = picture;
    if (buffered.length) line.showBuffered(now() - picture.currentTime + buffered.end(buffered.length - 1));
  }

  function showVolume() {
    const silent = picture.muted || !picture.volume;
    fill(mute, icon(silent ? "silent" : "sound"));
    mute.setAttribute("aria-pressed", String(picture.muted));
    volume.value = silent ? "0" : String(picture.volume);
  }

  async function showTrouble() {
    if (!picture.getAttribute("src")) return;
    waiting.hidden = true;
    try {
      const answer = await fetch(picture.src, { headers: { Range: "bytes=0-0" } });
      if (answer.status >= 400) throw Object.assign(new Error(), (await answer.json()).error);
      await answer.body?.cancel();
      say("This browser cannot play the video; download a clip of it instead.");
    } catch (error) {
      say(error.code ? sentence(error) : "The video broke off; close it and try again.");
    }
  }

  function say(text) {
    trouble.textContent = text;
    trouble.hidden = false;
    bigPlay.hidden = true;
  }

  function toggleCaptions() {
    const text = picture.textTracks[0];
    if (!text) {
      note("There are no captions while the video is made playable.");
      return;
    }
    text.mode = text.mode === "showing" ? "disabled" : "showing";
    captions.setAttribute("aria-pressed", String(text.mode === "showing"));
  }

  function fullscreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else stage.requestFullscreen?.().catch(() => {});
  }

  // marks and what is done with them

  function mark(which) {
    marks = { ...marks, [which]: Math.round(100 * now()) / 100 };
    if (marks.from !== null && marks.to !== null && marks.from >= marks.to) {
      marks = which === "from" ? { ...marks, to: null } : { ...marks, from: null };
    }
    showMarks();
  }

  function clipSpan() {
    const from = marks.from ?? Math.max(0, (marks.to ?? video.duration) - LONGEST_CLIP);
    return [from, Math.min(marks.to ?? video.duration, from + LONGEST_CLIP)];
  }

  function showMarks() {
    const { from, to } = marks;
    line.showMarks(from, to);
    markFrom.lastElementChild.textContent = from === null ? "In" : `In ${clock(from, true)}`;
    markTo.lastElementChild.textContent = to === null ? "Out" : `Out ${clock(to, true)}`;
    const [begins, ends] = clipSpan();
    const pairs = parameters([["start", begins.toFixed(2)], ["end", ends.toFixed(2)], ["exact", "true"]]);
    download.href = `${ROOT}/videos/${video.video_id}/clip?${pairs}`;
    const label = `Download the clip ${span(begins, ends)}`;
    download.setAttribute("aria-label", label);
    download.title = label;
  }

  function likeThis() {
    const like = { video: video.video_id, time: Math.round(100 * now()) / 100, weight: 1 };
    change({ view: "search", open: null, query: { ...state.query, likes: [...state.query.likes, like] } });
  }

  async function copyLink() {
    const address = addressOf({ ...state, open: { video: video.video_id, time: now() } });
    const link = new URL(address, location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      note(`Copied a link to ${clock(now())}.`);
    } catch {
      note(`The link: ${link}`, { kind: "note-long" });
    }
  }

  // what of the query is in this video

  async function loadHits() {
    if (!isAsked(state.query)) {
      tabs.showHits(0);
      return;
    }
    try {
      const query = readable(state.query);
      await fetched(query.files);
      const filters = { ...query.filters, video: [video.video_id] };
      const { path, ...options } = request({ ...query, filters, byVideo: false }, { limit: MOST_HITS, data: blobOf });
      hits = (await ask(path, options)).moments;
    } catch (error) {
      failed(error);
    }
    line.showHeat(hits);
    said.mark(wordsOf(hits, "speech"));
    written.mark(wordsOf(hits, "screen"));
    const likely = hits.filter(({ confidence: chance }, at) => !at || chance === null || chance >= LEAST_HIT);
    hits = likely;
    fill(hitList, hits.map(hit));
    tabs.showHits(hits.length);
    hits = hits.toSorted((one, other) => one.start - other.start);
    earlier.disabled = later.disabled = !hits.length;
  }

  function hit(moment) {
    const chance = confidence(moment.confidence);
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", class: "hit", onclick: () => goTo({ time: Math.max(0, moment.start - LEAD), start: moment.start, end: moment.end }) },
        moment.thumbnail && h("img", { src: moment.thumbnail, alt: "", loading: "lazy" }),
        h("span", { class: "hit-text" }, h("span", { class: "hit-time" }, span(moment.start, moment.end)), chance && confidenceMark(chance), quotation(moment.evidence)),
      ),
    );
  }

  function jump(by) {
    const at = now();
    const next = by > 0 ? hits.find((one) => one.start > at + LEAD + 0.2) : hits.findLast((one) => one.start < at - 0.5);
    if (next) goTo({ time: Math.max(0, next.start - LEAD), start: next.start, end: next.end });
  }

  function tabList() {
    const panes = [
      { name: "Matches", element: hitList },
      { name: "Said", element: said.element, load: said.load, follow: said.follow },
      { name: "On screen", element: written.element, load: written.load, follow: written.follow },
    ];
    const buttons = panes.map(({ name }, at) =>
      h("button", { type: "button", role: "tab", id: `tab-${at}`, "aria-controls": `pane-${at}`, onclick: () => choose(at), onkeydown: walk }, name),
    );
    const boxes = panes.map((pane, at) => h("div", { role: "tabpanel", id: `pane-${at}`, "aria-labelledby": `tab-${at}`, class: "pane" }, pane.element));
    let chosen = 0;

    function choose(at) {
      chosen = at;
      buttons.forEach((one, index) => {
        one.setAttribute("aria-selected", String(index === at));
        one.tabIndex = index === at ? 0 : -1;
        boxes[index].hidden = index !== at;
      });
      panes[at].load?.().then(() => panes[at].follow?.(now()));
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

    return {
      element: h("div", { class: "tabs" }, h("div", { role: "tablist", "aria-label": "Of this video" }, buttons), boxes),
      load: () => choose(isAsked(state.query) ? 0 : 1),
      follow: (at) => panes[chosen].follow?.(at),
      showHits(count) {
        buttons[0].hidden = !isAsked(state.query);
        buttons[0].textContent = `Matches ${count || ""}`.trim();
        if (!count && chosen === 0) choose(1);
      },
    };
  }

  /** A key that nothing else took; whether it meant something here. */
  function press(event) {
    const does = {
      " ": toggle,
      k: toggle,
      i: () => mark("from"),
      o: () => mark("to"),
      l: likeThis,
      u: copyLink,
      n: () => jump(1),
      p: () => jump(-1),
      m: () => (picture.muted = !picture.muted),
      c: toggleCaptions,
      f: fullscreen,
      ArrowLeft: () => seek(now() - 5),
      ArrowRight: () => seek(now() + 5),
      ",": () => seek(now() - 0.04),
      ".": () => seek(now() + 0.04),
    }[event.key];
    does?.();
    return Boolean(does);
  }

  function button(name, label, onclick) {
    return h("button", { type: "button", class: "ghost", "aria-label": label, title: label, onclick }, icon(name));
  }

  function textButton(name, label, title, onclick) {
    return h("button", { type: "button", class: "button", title, onclick }, icon(name), h("span", {}, label));
  }
}
