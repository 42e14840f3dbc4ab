/**
 * Pictures, clips and sounds that are asked by. The address of the page names them by a key of
 * their content; the bytes stay in this browser, so that reloading and going back find them.
 */

import { ApiError } from "./api.js";

const DATABASE = "footage-examples";
const STORE = "files";
const KEPT = 60;
const LONGEST_SIDE = 1024; // pixels: models look at a few hundred

const held = new Map();

/** Keep a file; its description for `query.files`. Raises `ApiError` for what is none of them. */
export async function keep(file) {
  const kind = kindOf(file);
  const blob = kind === "image" ? await smaller(file) : file;
  const key = await keyOf(blob);
  held.set(key, blob);
  stored("readwrite", (store) => store.put({ key, blob, at: Date.now() }))
    .then(sweep)
    .catch(() => {}); // a private window: it is held until the page is left
  return { key, kind, name: file.name || kind, weight: 1 };
}

/** The blob of a key that `fetched` was asked for. */
export const blobOf = (key) => held.get(key);

/** Have the files of a query at hand. Raises `ApiError` where this browser has one no more. */
export async function fetched(files) {
  for (const { key, name } of files) {
    if (held.has(key)) continue;
    const found = await stored("readonly", (store) => store.get(key)).catch(() => null);
    if (!found) {
      throw new ApiError("gone", `“${name}” is not in this browser any more`, "add it again");
    }
    held.set(key, found.blob);
  }
}

function kindOf(file) {
  const [type] = file.type.split("/");
  const kind = { image: "image", video: "clip", audio: "sound" }[type] ?? bySuffix(file.name ?? "");
  if (kind) return kind;
  throw new ApiError("unsupported_type", `“${file.name}” is no picture, video or sound`, "choose another file");
}

function bySuffix(name) {
  if (/\.(jpe?g|png|webp|gif|bmp|tiff?|heic|avif)$/i.test(name)) return "image";
  if (/\.(mp4|mov|mkv|webm|avi|m4v|mts|m2ts|ts|mpe?g|3gp)$/i.test(name)) return "clip";
  return /\.(wav|mp3|m4a|flac|ogg|opus|aac)$/i.test(name) ? "sound" : null;
}

/** The picture, no larger than need be; as it is where this browser cannot read it. */
async function smaller(file) {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = LONGEST_SIDE / Math.max(bitmap.width, bitmap.height);
    if (scale >= 1) return file;
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) =>
      canvas.toBlob((blob) => done(blob ?? file), "image/jpeg", 0.92),
    );
  } catch {
    return file;
  }
}

/** Sixteen letters of the content; plain hashing where the page is not trusted with more. */
async function keyOf(blob) {
  const data = new Uint8Array(await blob.slice(0, 8 << 20).arrayBuffer());
  let [low, high] = [blob.size | 0, 0x9e3779b9];
  for (const byte of data) {
    low = Math.imul(low ^ byte, 0x01000193);
    high = Math.imul(high ^ byte ^ (low >>> 13), 0x85ebca6b);
  }
  return [low, high].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
}

function stored(mode, work) {
  return new Promise((done, failed) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "key" });
    opening.onerror = () => failed(opening.error);
    opening.onsuccess = () => {
      const asked = work(opening.result.transaction(STORE, mode).objectStore(STORE));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    };
  });
}

/** Forget the oldest beyond `KEPT`. */
async function sweep() {
  const all = await stored("readonly", (store) => store.getAll());
  all.sort((one, other) => other.at - one.at);
  for (const { key } of all.slice(KEPT)) await stored("readwrite", (store) => store.delete(key));
}
