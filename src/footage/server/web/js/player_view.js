/** What the player shows of one video, and what it does with it. */

import { ROOT } from "./api.js";
import { thumbnailOf } from "./cards.js";
import { chapterList } from "./chapters.js";
import { controls } from "./controls.js";
import { el, setStyles } from "./dom.js";
import { hitList, hitsOf, wordsOf } from "./hits.js";
import { icon, wordButton } from "./icons.js";
import { marks } from "./marks.js";
import { mediaOf } from "./media.js";
import { failed, note } from "./notes.js";
import { isAsked } from "./query.js";
import { shotStrip } from "./shots.js";
import { addressOf, change, state } from "./state.js";
import { tabs } from "./tabs.js";
import { timeline } from "./timeline.js";
import { transcript } from "./transcript.js";
import { clock, sentence } from "./words.js";

const STEP = 5; // seconds of an arrow key
const FRAME = 0.04;
const [MATCHES, SAID, CHAPTERS] = [0, 1, 3]; // places of tabs

/** The view of a video, begun at `open.time`, with the moment from `open.start` to `open.end`. */
export function playerView(video, open) {
  let media = null;
  const { duration, video_id: id } = video;
  const captions = `${ROOT}/videos/${id}/transcript?format=vtt`;
  const track = el("track", { kind: "captions", srclang: "und", label: "What is said", src: captions });
  const picture = el("video.picture", { playsinline: true, preload: "auto", autoplay: true, tabindex: "-1" }, track);
  const trouble = el("p.trouble", { role: "alert", hidden: true });
  const waiting = el("span.waiting", { hidden: true });
  const bigPlay = el("button.big-play", { "aria-label": "Play" }, icon("play"));
  const stage = el("div.stage", picture, waiting, bigPlay, trouble);
  const hits = hitList(goTo);
  const control = controls(picture, () => main, (by) => (by > 0 ? hits.after(now()) : hits.before(now())));
  const line = timeline(video, seek);
  const clip = marks(video, now, line.showMarks);
  const shots = shotStrip(video, seek);
  const said = transcript(video, "speech", { seek });
  const written = transcript(video, "screen", { seek });
  const chapters = chapterList(video, seek);
  const side = tabs(
    [
      { name: "Matches", element: hits.element },
      { name: "Said", ...said },
      { name: "On screen", ...written },
      { name: "Chapters", ...chapters },
    ],
    now,
  );
  const main = el(
    "div.player-main",
    ...[stage, line.element, control.element],
    el(
      "div.deeds",
      clip.element,
      el(
        "div.button-row",
        wordButton("like", "More like this", "Search for what looks like this (L)", likeThis),
        wordButton("link", "Copy link", "Copy a link to this moment (U)", copyLink),
      ),
    ),
    shots.element,
  );
  const element = el("div.player-parts", main, el("div.player-side", side.element));
  return { id, element, start, stop, goTo, press };

  function start() {
    listen();
    clip.set(open.start ?? null, open.end ?? null);
    line.showTime(open.time);
    shots.load(open.time);
    side.choose(isAsked(state.query) ? MATCHES : SAID);
    findHits();
    showChapters();
    if (!video.playback.there) {
      const where = video.path ?? video.title;
      const isGone = video.state === "removed";
      say(
        isGone
          ? `${video.title} was removed from the library; Restore in the library brings it back.`
          : `The drive of this video is not there now; plug it in: ${where}.`,
      );
      setStyles(stage, { "--poster": `url("${thumbnailOf(id, open.time)}")` });
      return;
    }
    media = mediaOf(picture, video);
    if (media.mode === "stream") track.remove(); // its clock is another one
    media.load(open.time);
    picture.play().catch(() => {});
    control.play.focus();
    showTime();
  }

  function listen() {
    const isWaiting = (is) => () => (waiting.hidden = !is);
    const showPlay = () => (bigPlay.hidden = !(picture.paused || picture.ended));
    const listeners = {
      ...{ timeupdate: showTime, seeking: showTime, progress: showBuffered, error: showTrouble },
      ...{ play: showPlay, pause: showPlay, ended: showPlay, click: control.toggle },
      ...{ waiting: isWaiting(true), playing: isWaiting(false), canplay: isWaiting(false) },
      loadeddata: () => performance.mark("footage:frame"),
    };
    for (const [name, listener] of Object.entries(listeners))
      picture.addEventListener(name, listener);
    bigPlay.addEventListener("click", control.toggle);
  }

  function stop() {
    media?.close();
    shots.stop();
    chapters.stop();
  }

  function goTo({ time, start: from, end: to }) {
    if (from !== undefined) clip.set(from, to);
    seek(time);
  }

  function seek(to) {
    const time = Math.min(Math.max(0, to), duration);
    media?.seek(time);
    show(time);
  }

  function now() {
    return media?.time ?? open.time;
  }

  function showTime() {
    show(now());
  }

  function show(time) {
    line.showTime(time);
    control.showTime(time, duration);
    shots.follow(time);
    side.follow(time);
  }

  function showBuffered() {
    const { buffered, currentTime } = picture;
    if (buffered.length) line.showBuffered(now() - currentTime + buffered.end(buffered.length - 1));
  }

  /** What the server says of it, or that this browser cannot. */
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

  async function findHits() {
    let found = [];
    try {
      if (isAsked(state.query)) found = await hitsOf(video, state.query);
    } catch (error) {
      failed(error);
    }
    line.showHeat(found);
    said.mark(wordsOf(found, "speech"));
    written.mark(wordsOf(found, "screen"));
    const count = hits.show(found);
    control.allowJumps(count > 0);
    side.name(MATCHES, isAsked(state.query) ? `Matches ${count || ""}`.trim() : "");
    if (!count && side.chosen() === MATCHES) side.choose(SAID);
  }

  async function showChapters() {
    side.name(CHAPTERS, "");
    const all = await chapters.read();
    line.showChapters(all);
    side.name(CHAPTERS, all.length ? "Chapters" : "");
  }

  function likeThis() {
    const like = { video: id, time: Math.round(100 * now()) / 100, weight: 1 };
    const query = { ...state.query, likes: [...state.query.likes, like] };
    change({ view: "search", open: null, query });
  }

  async function copyLink() {
    const address = addressOf({ ...state, open: { video: id, time: now() } });
    const link = new URL(address, location.href).href;
    try {
      await navigator.clipboard.writeText(link);
      note(`Copied a link to ${clock(now())}.`);
    } catch {
      note(`The link: ${link}`, { kind: "note-long" }); // not every page may write there
    }
  }

  /** A key that nothing else took; whether it means something here. */
  function press(event) {
    const does = {
      ...{ " ": control.toggle, k: control.toggle, m: control.toggleSound },
      ...{ c: control.toggleCaptions, f: control.fullscreen, l: likeThis, u: copyLink },
      i: () => clip.mark("from"),
      o: () => clip.mark("to"),
      n: () => hits.after(now()),
      p: () => hits.before(now()),
      ArrowLeft: () => seek(now() - STEP),
      ArrowRight: () => seek(now() + STEP),
      ",": () => seek(now() - FRAME),
      ".": () => seek(now() + FRAME),
    }[event.key];
    does?.();
    return Boolean(does);
  }
}
