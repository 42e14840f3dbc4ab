/** Saved searches: `{name, address, created}`, by name. Kept in this browser. */

const KEY = "footage.saved";

/** All of them, the newest first. */
export async function get() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY)) ?? [];
    return Array.isArray(kept) ? kept : [];
  } catch {
    return [];
  }
}

/** Keep one, in the place of another of its name. */
export async function put({ name, address }) {
  const others = (await get()).filter((one) => one.name !== name);
  const created = new Date().toISOString();
  localStorage.setItem(KEY, JSON.stringify([{ name, address, created }, ...others]));
}

/** Forget one. */
export async function remove(name) {
  const others = (await get()).filter((one) => one.name !== name);
  localStorage.setItem(KEY, JSON.stringify(others));
}
