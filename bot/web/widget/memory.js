// What the tab remembers: the conversation, after the first question only, for 15 idle minutes.
//
// A shared computer must not show the previous pupil's words. Where the browser refuses storage
// to a frame of another site, the conversation lives in the page alone.

/**
 * @typedef {import("./api.js").Answer} Answer
 * @typedef {{question: string, answer: Answer}} Exchange
 */

const KEY = "cap-conversation";
const IDLE_MS = 15 * 60 * 1000;
const CHECK_MS = 5000; // a clock, not a timer: a computer that sleeps stops its timers

let last = Date.now();

/** @returns {Storage | null} */
function storage() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

/**
 * Return what a reloaded page may show again.
 * @returns {Exchange[]}
 */
export function recall() {
  try {
    const kept = JSON.parse(storage()?.getItem(KEY) || "null");
    if (kept && Date.now() - kept.at < IDLE_MS) return kept.exchanges;
  } catch {
    // Not ours any more.
  }
  wipe();
  return [];
}

/** @param {Exchange[]} exchanges */
export function keep(exchanges) {
  try {
    storage()?.setItem(KEY, JSON.stringify({ at: last, exchanges }));
  } catch {
    // Full or refused: the page still has it.
  }
}

export function wipe() {
  try {
    storage()?.removeItem(KEY);
  } catch {
    // Nothing was kept.
  }
}

/**
 * Call `forget` after 15 minutes without any act, also when the computer slept meanwhile.
 * @param {() => void} forget
 */
export function watch(forget) {
  const check = () => {
    if (Date.now() - last < IDLE_MS) return;
    last = Date.now();
    forget();
  };
  const act = () => {
    check();
    last = Date.now();
  };
  for (const kind of ["pointerdown", "keydown", "wheel", "touchmove"]) {
    addEventListener(kind, act, { passive: true, capture: true });
  }
  for (const kind of ["pageshow", "focus"]) addEventListener(kind, check);
  document.addEventListener("visibilitychange", check);
  setInterval(check, CHECK_MS);
}
