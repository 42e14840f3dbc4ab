/** The controls of the picture: playing, sound, captions, speed, full screen. */

import { el, fill } from "./dom.js";
import { icon, iconButton } from "./icons.js";
import { note } from "./notes.js";
import { clock } from "./words.js";

const RATES = [0.5, 1, 1.25, 1.5, 2];

/** Controls of a `<video>`; `stage()` is what fills the screen, and `jump` goes to the match before (-1) or after (1). */
export function controls(picture, stage, jump) {
  const play = iconButton("play", "Play (Space)", toggle);
  const mute = iconButton("sound", "Mute (M)", toggleSound);
  const captions = iconButton("captions", "Captions (C)", toggleCaptions);
  const earlier = iconButton("previous", "Previous match (P)", () => jump(-1));
  const later = iconButton("next", "Next match (N)", () => jump(1));
  const time = el("span.clock");
  const volume = el("input", {
    ...{ type: "range", min: "0", max: "1", step: "0.05", value: "1", class: "slider volume" },
    "aria-label": "Volume",
    oninput: () => Object.assign(picture, { volume: Number(volume.value), muted: false }),
  });
  const rate = el(
    "select.rate",
    { "aria-label": "Speed", onchange: () => (picture.playbackRate = Number(rate.value)) },
    RATES.map((value) => el("option", { value: String(value), selected: value === 1 }, `${value}×`)),
  );
  const element = el(
    "div.controls",
    el("div.control-group", earlier, play, later, mute, volume, time),
    el("div.control-group", captions, rate, iconButton("full", "Full screen (F)", fullscreen)),
  );
  let shown = [0, 0];
  for (const name of ["play", "pause", "ended"]) picture.addEventListener(name, showPlay);
  picture.addEventListener("volumechange", showVolume);

  return {
    ...{ element, play, toggle, toggleSound, toggleCaptions, fullscreen },
    showTime,
    allowJumps: (allowed) => (earlier.disabled = later.disabled = !allowed),
  };

  function showTime(at, duration) {
    shown = [at, duration];
    time.textContent = `${clock(at, picture.paused)} / ${clock(duration)}`;
  }

  function toggle() {
    if (!picture.getAttribute("src")) return;
    if (picture.paused || picture.ended) picture.play().catch(() => {});
    else picture.pause();
  }

  function showPlay() {
    const isPaused = picture.paused || picture.ended;
    fill(play, icon(isPaused ? "play" : "pause"));
    play.title = isPaused ? "Play (Space)" : "Pause (Space)";
    play.setAttribute("aria-label", play.title);
    showTime(...shown);
  }

  function toggleSound() {
    picture.muted = !picture.muted;
  }

  function showVolume() {
    const silent = picture.muted || !picture.volume;
    fill(mute, icon(silent ? "silent" : "sound"));
    mute.setAttribute("aria-pressed", String(picture.muted));
    volume.value = silent ? "0" : String(picture.volume);
    volume.style.setProperty("--share", `${100 * Number(volume.value)}%`);
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
    else
      stage().requestFullscreen?.().catch(() => {});
  }
}
