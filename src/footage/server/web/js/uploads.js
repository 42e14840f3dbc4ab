/** Sending files in pieces: what breaks off goes on where it was, in this page or the next. */

import { ApiError, ROOT, ask, tell } from "./api.js";

const PIECE = 8 << 20; // bytes of a request
const PATIENCE = [1, 2, 4, 8, 15, 30]; // seconds before another try
const KEY = "footage.uploads";

const uploads = new Map();
const listeners = [];

/** Be called with an upload whenever it changes. */
export function onUpload(listener) {
  listeners.push(listener);
}

/** All uploads of this page, the newest first. */
export const allUploads = () => [...uploads.values()].reverse();

/** Send a file, then have it indexed with `tags`. */
export function upload(file, tags = []) {
  const key = `${file.name}|${file.size}|${file.lastModified}`;
  const known = uploads.get(key);
  if (known && !["failed", "cancelled"].includes(known.state)) return known;
  const one = {
    ...{ key, file, tags, name: file.name, size: file.size },
    ...{ id: remembered()[key], offset: 0, state: "waiting" },
  };
  uploads.set(key, one);
  changed(one);
  queue = queue.then(() => run(one));
  return one;
}

/** Send it again, from where it broke off. */
export function resume(one) {
  uploads.delete(one.key);
  upload(one.file, one.tags);
}

/** Give it up. */
export function cancel(one) {
  one.state = "cancelled";
  one.request?.abort();
  const forgotten = () => ask(`/uploads/${one.id}`, { method: "DELETE" }).catch(() => {});
  if (one.id) setTimeout(forgotten, 500); // the server has to see first that the rest won't come
  remember(one.key);
  uploads.delete(one.key);
  changed(one);
}

let queue = Promise.resolve();

async function run(one) {
  if (one.state === "cancelled") return;
  one.state = "sending";
  for (let tries = 0; ; tries += 1) {
    const before = one.offset;
    try {
      await begin(one);
      await sendAll(one);
      await ask("/jobs", { method: "POST", json: { sources: [`upload:${one.id}`], tags: one.tags } });
      one.state = "done";
      remember(one.key);
      break;
    } catch (error) {
      if (one.state === "cancelled") return;
      if (one.offset > before) tries = 0;
      if (!isPassing(error) || tries >= PATIENCE.length) {
        Object.assign(one, { state: "failed", error });
        break;
      }
      Object.assign(one, { state: "interrupted" });
      changed(one);
      await new Promise((done) => setTimeout(done, 1000 * PATIENCE[tries]));
      if (one.state === "cancelled") return;
      one.state = "sending";
    }
  }
  changed(one);
}

const isPassing = ({ code }) => ["unreachable", "busy", "upload_conflict", "unreadable"].includes(code);

/** Announce it, or ask how far it came. */
async function begin(one) {
  if (one.id) {
    try {
      one.offset = (await ask(`/uploads/${one.id}`)).offset;
      return;
    } catch (error) {
      if (error.code !== "not_found") throw error;
    }
  }
  const made = await ask("/uploads", { method: "POST", json: { name: one.name, size: one.size } });
  Object.assign(one, { id: made.id, offset: 0 });
  remember(one.key, one.id);
}

async function sendAll(one) {
  while (one.offset < one.size && one.state !== "cancelled") {
    const answer = await send(one, one.file.slice(one.offset, one.offset + PIECE));
    one.offset = answer.offset;
    changed(one);
  }
}

/** One piece; `fetch` cannot say how much was sent yet. */
function send(one, piece) {
  return new Promise((done, refused) => {
    const from = one.offset;
    const request = (one.request = new XMLHttpRequest());
    request.open("PATCH", `${ROOT}/uploads/${one.id}`);
    request.setRequestHeader("Upload-Offset", String(from));
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.onprogress = ({ loaded }) => {
      one.offset = Math.min(one.size, from + loaded);
      changed(one);
    };
    request.onload = () => {
      if (request.status < 300) return done(request.response);
      const error = request.response?.error ?? {
        code: "unreadable",
        message: `the answer was ${request.status}`,
        remedy: "try again",
      };
      return refused(new ApiError(error.code, error.message, error.remedy, request.status));
    };
    request.onerror = request.onabort = () => {
      one.offset = from;
      if (one.state !== "cancelled") tell("lost");
      refused(new ApiError("unreachable", "the server does not answer", "it goes on by itself"));
    };
    request.send(piece);
  });
}

function changed(one) {
  for (const listener of listeners) listener(one);
}

// what a page that is opened again goes on with

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    return {};
  }
}

/** Without an id it is forgotten. */
function remember(key, id) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...remembered(), [key]: id }));
  } catch {
    // a private window: it goes on for as long as the page is open
  }
}
