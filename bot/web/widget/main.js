// The widget: asks, shows, stops, retries, forgets. Runs alone, in a frame or under the launcher.
//
// The server keeps no conversation: each question carries the turns before it.

import { ask, Failure } from "./api.js";
import { make, need, typeset } from "./dom.js";
import { keep, recall, watch, wipe } from "./memory.js";
import { colour, contact, launcher, say, suggestions, welcome } from "./options.js";
import { Exchange, isCare } from "./view.js";

const MAX_QUESTION = 500;
const MAX_TURNS = 18;
const MAX_TURN_TEXT = 1500;

const log = need("log", HTMLElement);
const form = need("ask", HTMLFormElement);
const field = need("question", HTMLTextAreaElement);
const send = need("send", HTMLButtonElement);
const stop = need("stop", HTMLButtonElement);
const clear = need("clear", HTMLButtonElement);
const hint = need("hint", HTMLElement);
const status = need("status", HTMLElement);

/** @type {import("./view.js").Names & {fiche: string, contact: string}} */
const given = JSON.parse(need("given", HTMLScriptElement).text);
const fine = matchMedia("(pointer: fine)");
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** @type {Exchange[]} */
let exchanges = [];
/** @type {AbortController | null} the question being answered */
let running = null;

/** Say it once to a screen reader. @param {string} text */
function tell(text) {
  status.textContent = "";
  setTimeout(() => { status.textContent = text; }, 50);
}

/** Show a remark under the field. @param {string} text */
function remark(text) {
  hint.textContent = text;
  hint.hidden = !text;
  if (text) tell(text);
}

/**
 * The turns that the server needs to understand this one.
 * @param {Exchange} exchange
 * @returns {import("./api.js").Turn[]}
 */
function turns(exchange) {
  const past = exchanges.slice(0, exchanges.indexOf(exchange)).flatMap(({ question, answer }) => {
    if (!answer || isCare(answer)) return [];
    return /** @type {import("./api.js").Turn[]} */ ([
      { role: "user", text: question },
      { role: "assistant", text: answer.text.slice(0, MAX_TURN_TEXT) },
    ]);
  });
  const page = given.fiche ? [{ role: /** @type {const} */ ("user"), text: given.fiche }] : [];
  return [...page, ...past.slice(-MAX_TURNS)];
}

function save() {
  keep(exchanges.flatMap(({ question, answer }) =>
    answer && !isCare(answer) ? [{ question, answer }] : []));
}

/**
 * Bring a question to the top of the conversation.
 * @param {Exchange} exchange
 * @param {ScrollBehavior} behavior
 */
function show(exchange, behavior) {
  log.scrollTo({ top: exchange.node.offsetTop, behavior });
}

/** @param {string} question */
function begin(question) {
  if (running) {
    remark("Une réponse est en cours : " + say("attendez-la ou arrêtez-la.", "attends-la ou arrête-la."));
    return;
  }
  const exchange = new Exchange(question, given, { ask: begin, tell });
  exchanges.push(exchange);
  log.append(exchange.node);
  shape();
  show(exchange, still.matches ? "auto" : "smooth");
  answer(exchange);
}

/** @param {Exchange} exchange */
async function answer(exchange) {
  const controller = new AbortController();
  running = controller;
  remark("");
  shape();
  settle(exchange);
  try {
    const got = await ask(exchange.question, turns(exchange), controller.signal, (text) => exchange.grow(text));
    if (running !== controller) return;
    exchange.finish(got);
    tell(exchange.spoken());
    save();
  } catch (error) {
    if (running !== controller) return;
    fail(exchange, error);
  } finally {
    if (running === controller) {
      running = null;
      shape();
    }
  }
}

/**
 * @param {Exchange} exchange
 * @param {unknown} error
 */
function fail(exchange, error) {
  const retry = () => {
    if (running) return begin(exchange.question);
    exchange.wait();
    answer(exchange);
  };
  if (!(error instanceof Failure)) {
    exchange.fail("Réponse arrêtée.", "Reprendre", retry);
    tell("Réponse arrêtée.");
    return;
  }
  if (error.again) exchange.fail(error.message, "Réessayer", retry);
  else exchange.fail(error.message, "Modifier ma question", () => edit(exchange));
  tell(error.message);
}

/** Put a refused question back in the field. @param {Exchange} exchange */
function edit(exchange) {
  field.value = exchange.question;
  exchange.node.remove();
  exchanges = exchanges.filter((other) => other !== exchange);
  shape();
  grow();
  field.focus();
}

/**
 * Keep the focus where it helps: the field, or the answer on a touch screen, where the field would
 * open the keyboard.
 * @param {Exchange} exchange
 */
function settle(exchange) {
  (fine.matches ? field : exchange.card).focus({ preventScroll: true });
}

/** Show what the state of the conversation allows. */
function shape() {
  const kept = document.activeElement;
  send.hidden = Boolean(running);
  stop.hidden = !running;
  clear.hidden = exchanges.length === 0;
  document.body.classList.toggle("talking", exchanges.length > 0);
  if (kept === stop && stop.hidden) exchanges.at(-1)?.card.focus({ preventScroll: true });
}

function grow() {
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

/** @param {boolean} byHand */
function forget(byHand) {
  const had = exchanges.length > 0;
  const within = byHand || log.contains(document.activeElement);
  running?.abort();
  running = null;
  wipe();
  exchanges = [];
  for (const node of log.querySelectorAll(".exchange")) node.remove();
  field.value = "";
  grow();
  remark("");
  shape();
  log.scrollTop = 0;
  if (within) (fine.matches ? field : log).focus({ preventScroll: true });
  if (had) tell("La conversation est effacée.");
}

function restore() {
  exchanges = recall().map(({ question, answer }) => {
    const exchange = new Exchange(question, given, { ask: begin, tell });
    exchange.finish(answer);
    log.append(exchange.node);
    return exchange;
  });
  const last = exchanges.at(-1);
  if (last) show(last, "instant");
}

/** Words, colour and contact that the site chose. */
function dress() {
  for (const node of document.querySelectorAll("[data-tu]")) {
    if (node instanceof HTMLElement) node.textContent = say(node.textContent || "", node.dataset.tu || "");
  }
  field.placeholder = say("Votre question…", "Ta question…");
  const tint = colour();
  if (tint) {
    document.documentElement.style.setProperty("--tint", tint);
    document.documentElement.classList.add("tinted");
  }
  if (welcome) {
    need("hello", HTMLElement).className = "own";
    need("hello", HTMLElement).replaceChildren(typeset(welcome));
  }
  const asks = need("examples", HTMLElement);
  if (suggestions.length) {
    asks.replaceChildren(...suggestions.map((text) => make("li", {}, make("button", { type: "button", class: "asks-it", "data-question": text }, typeset(text)))));
  }
  asks.addEventListener("click", (event) => {
    const chosen = event.target instanceof Element && event.target.closest("button");
    if (chosen) begin(chosen.dataset.question || "");
  });
  reach(contact || given.contact);
  if (launcher) document.body.classList.add("launched");
}

/** Show how to reach a person. @param {string} who */
function reach(who) {
  if (!who) return;
  const mail = /^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(who);
  const phone = /^\+?[\d .]{8,20}$/.test(who);
  const address = mail ? `mailto:${who}` : phone ? `tel:${who.replace(/[ .]/g, "")}` : "";
  const node = need("contact", HTMLElement);
  node.hidden = false;
  node.append(make("span", { class: address ? "hidden" : "" }, "Contact\u00a0: "));
  node.append(address ? make("a", { href: address }, who) : who);
}

function submit() {
  const question = field.value.trim();
  if (!question) {
    field.focus();
    return remark(say("Écrivez d’abord votre question.", "Écris d’abord ta question."));
  }
  const extra = question.length - MAX_QUESTION;
  if (extra > 0) {
    const letters = extra > 1 ? "caractères" : "caractère";
    return remark(`La question est trop longue : retirez ${extra} ${letters}.`.replace("retirez", say("retirez", "retire")));
  }
  if (!running) {
    field.value = "";
    grow();
  }
  begin(question);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
field.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
field.addEventListener("input", () => {
  grow();
  remark("");
});
stop.addEventListener("click", () => running?.abort());
clear.addEventListener("click", () => forget(true));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && launcher) parent.postMessage("cap-fermer", launcher);
});
addEventListener("message", (event) => {
  const trusted = event.source === parent && launcher && event.origin === launcher;
  if (trusted && event.data === "cap-ouvert" && fine.matches) field.focus();
});

dress();
restore();
shape();
watch(() => forget(false));
send.disabled = false;
// A frame with "sandbox" but without "allow-same-origin" may not call the server.
document.documentElement.classList.add(self.origin === "null" ? "boxed" : "on");
if (launcher) parent.postMessage("cap-pret", launcher);
