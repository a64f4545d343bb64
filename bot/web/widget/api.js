// Talking to the server: POST /api/chat as server-sent events, POST /api/feedback.
//
// Every failure ends as one French sentence and whether trying again makes sense.

import { say } from "./options.js";

/**
 * @typedef {{publisher: string, title: string, url: string | null, year: number | null}} Source
 * @typedef {{n: number, title: string, section: string, passage: string, sources: Source[]}} Citation
 * @typedef {{kind: string, text: string, citations: Citation[], mode: string, suggestions: string[]}} Answer
 * @typedef {{role: "user" | "assistant", text: string}} Turn
 */

const SILENCE_MS = 45000; // a small model reads a cold prompt in 15 s: longer is a breakdown
const AGAIN = [408, 429, 500, 502, 503, 504];

/** A question that got no answer. */
export class Failure extends Error {
  /**
   * @param {string} sentence what happened and what to do, in French
   * @param {boolean} again whether the same question may succeed later
   */
  constructor(sentence, again) {
    super(sentence);
    this.again = again;
  }
}

/**
 * Ask; give each growing text to `grow`; return the answer. Throws Failure, or AbortError when
 * the visitor stops.
 * @param {string} question
 * @param {Turn[]} turns
 * @param {AbortSignal} stop
 * @param {(text: string) => void} grow
 * @returns {Promise<Answer>}
 */
export async function ask(question, turns, stop, grow) {
  const silence = new AbortController();
  let timer = 0;
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), SILENCE_MS);
  };
  const end = () => silence.abort();
  /** @type {Answer | null} */
  let answer = null;
  stop.addEventListener("abort", end);
  wait();
  try {
    const reply = await fetch("api/chat", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ question, turns }),
      signal: silence.signal,
    });
    if (!reply.ok || !reply.body) throw await refusal(reply);
    for await (const [event, data] of events(reply.body, wait)) {
      if (event === "text") grow(data.text);
      if (event === "answer") answer = data;
      if (event === "erreur") throw new Failure(data.erreur, true);
    }
    if (answer) return answer;
    throw lost();
  } catch (error) {
    if (answer) return answer;
    if (stop.aborted || error instanceof Failure) throw error;
    throw lost();
  } finally {
    clearTimeout(timer);
    stop.removeEventListener("abort", end);
  }
}

/**
 * Send a thumb; nothing is said when it does not arrive.
 * @param {"up" | "down"} thumb
 * @param {string} [reason]
 */
export function rate(thumb, reason) {
  fetch("api/feedback", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(reason ? { thumb, reason } : { thumb }),
    keepalive: true,
  }).catch(() => {});
}

/**
 * Read server-sent events as they come.
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} body
 * @param {() => void} alive
 * @returns {AsyncGenerator<[string, any]>}
 */
async function* events(body, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive();
    const frames = (rest + value).split("\n\n");
    rest = frames.pop() || "";
    for (const frame of frames) {
      const found = /^event: (\w+)\ndata: (.*)$/s.exec(frame);
      if (found) yield [found[1], JSON.parse(found[2])];
    }
  }
}

/**
 * The server's own French sentence, or ours when something else answered in its place.
 * @param {Response} reply
 */
async function refusal(reply) {
  const again = AGAIN.includes(reply.status);
  try {
    const { erreur } = await reply.json();
    if (typeof erreur === "string") return new Failure(erreur, again);
  } catch {
    // A proxy's page, in its own language.
  }
  return new Failure(
    "Le service est indisponible pour le moment. " +
      say("Réessayez dans une minute.", "Réessaie dans une minute."),
    true,
  );
}

function lost() {
  return new Failure(
    navigator.onLine
      ? "La réponse n’est pas arrivée : le service ne répond pas ou la connexion est trop lente. " +
          say("Votre question est gardée, réessayez.", "Ta question est gardée, réessaie.")
      : "La connexion à internet est coupée. " +
          say(
            "Votre question est gardée : réessayez quand elle revient.",
            "Ta question est gardée : réessaie quand elle revient.",
          ),
    true,
  );
}
