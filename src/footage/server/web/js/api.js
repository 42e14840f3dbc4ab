/** Asking the server: JSON in and out, every failure an `ApiError` with a message and a remedy. */

export const ROOT = "/api/v1";

/** What the server refused, or that it could not be reached (`code` is `unreachable`). */
export class ApiError extends Error {
  constructor(code, message, remedy, status = 0) {
    super(message);
    Object.assign(this, { name: "ApiError", code, remedy, status });
  }
}

const listeners = { tokenNeeded: [], reached: [], lost: [] };

/** Be told of `tokenNeeded`, `reached` (an answer came) or `lost` (none could). */
export function on(event, listener) {
  listeners[event].push(listener);
}

/** Tell that the server was `reached`, or `lost`. */
export function tell(event) {
  for (const listener of listeners[event]) listener();
}

/**
 * The JSON of an answer, or with `raw` the answer. Raises `ApiError`, and `AbortError` where
 * `signal` says so.
 */
export async function ask(path, options = {}) {
  const { method = "GET", json, body, headers = {}, signal, quiet, raw } = options;
  const given = { method, headers: { ...headers }, signal, body };
  if (json !== undefined) {
    given.body = JSON.stringify(json);
    given.headers["Content-Type"] = "application/json";
  }
  let answer;
  try {
    answer = await fetch(ROOT + path, given);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    if (!quiet) tell("lost");
    throw new ApiError("unreachable", "the server does not answer", "see whether it still runs");
  }
  tell("reached");
  if (answer.ok && raw) return answer;
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const failure = await failureOf(answer);
  if (failure.status === 401 && path !== "/login") tell("tokenNeeded");
  throw failure;
}

async function failureOf(answer) {
  try {
    const { error } = await answer.json();
    return new ApiError(error.code, error.message, error.remedy, answer.status);
  } catch {
    return new ApiError(
      "unreadable",
      `the answer was ${answer.status} ${answer.statusText}`.trim(),
      "try again in a moment",
      answer.status,
    );
  }
}

/** A query string of pairs, without those that are empty. */
export function parameters(pairs) {
  const kept = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
  return new URLSearchParams(kept.map(([name, value]) => [name, String(value)]));
}
