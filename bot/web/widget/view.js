// One exchange of the conversation: the question, then the answer that grows, ends or fails.

import { rate } from "./api.js";
import { button, make, typeset } from "./dom.js";
import { lines, link, render } from "./markdown.js";
import { say } from "./options.js";

/**
 * @typedef {import("./api.js").Answer} Answer
 * @typedef {import("./api.js").Citation} Citation
 * @typedef {{sections: Record<string, string>, reasons: Record<string, string>}} Names
 * @typedef {{ask: (question: string) => void, tell: (text: string) => void}} Acts
 */

const RATED = ["answer", "abstain", "decline"];
const SHOWN_MS = 2500;
const FEW = 3; // more sources than this are folded: a comparison has ten

/**
 * Whether this is the card for someone in danger: never kept, rated or sent back.
 * @param {Answer} answer
 */
export function isCare(answer) {
  return !answer.citations.length && /\]\((tel|sms):/.test(answer.text);
}

/** A [n] mark while the answer grows: its source is not known yet. @param {number} n */
const plainMark = (n) => make("span", { class: "ref" }, String(n));

/** What is drawn of one question and its answer. */
export class Exchange {
  /**
   * @param {string} question
   * @param {Names} names
   * @param {Acts} acts
   */
  constructor(question, names, acts) {
    this.question = question;
    this.names = names;
    this.acts = acts;
    /** @type {Answer | null} the answer, once whole */
    this.answer = null;
    this.partial = "";
    this.text = make("div", { class: "text" });
    this.end = make("div", { class: "end" });
    this.card = make("div", { class: "answer", role: "group", "aria-label": "Réponse de l’assistant", tabindex: "-1" }, this.text, this.end);
    const asked = make("div", { class: "asked", role: "group", "aria-label": say("Votre question", "Ta question") }, make("p", {}, typeset(question)));
    this.node = make("section", { class: "exchange" }, asked, this.card);
    this.wait();
  }

  /** Show that the search has begun, and that it lasts when it does. */
  wait() {
    this.answer = null;
    this.partial = "";
    this.card.className = "answer";
    this.card.setAttribute("aria-busy", "true");
    this.text.replaceChildren(make("p", { class: "waiting" }, "Recherche dans les fiches"));
    this.end.replaceChildren();
    this.late = setTimeout(() => {
      const waiting = this.text.querySelector(".waiting");
      if (waiting) waiting.textContent = "La réponse prend plus de temps que d’habitude";
    }, 8000);
  }

  /** @param {string} text the whole text so far */
  grow(text) {
    if (text === this.partial) return;
    this.partial = text;
    this.text.replaceChildren(render(text, plainMark));
  }

  settle() {
    clearTimeout(this.late);
    this.card.removeAttribute("aria-busy");
  }

  /** @param {Answer} answer */
  finish(answer) {
    this.settle();
    this.answer = answer;
    this.card.dataset.mode = answer.mode;
    this.card.classList.toggle("care", isCare(answer));
    const sources = answer.citations.map((citation) => new SourceItem(citation, this.names.sections));
    this.text.replaceChildren(
      render(answer.text, (n) => sources.find((source) => source.n === n)?.mark() || plainMark(n)),
    );
    this.end.replaceChildren();
    if (isCare(answer)) this.care();
    if (answer.mode === "written") {
      this.end.append(
        make("p", { class: "origin" }, "Texte rédigé par un modèle de langue à partir des sources ci-dessous."),
      );
    }
    if (sources.length) {
      const many = sources.length > FEW;
      const title = many ? `${sources.length} sources` : sources.length > 1 ? "Sources" : "Source";
      this.end.append(
        make(many ? "details" : "div", { class: "sources" },
          make(many ? "summary" : "p", { class: "label" }, title),
          make("ol", {}, ...sources.map((source) => source.node))),
      );
    }
    if (RATED.includes(answer.kind) && !isCare(answer)) this.end.append(this.actions());
    if (answer.suggestions.length) this.end.append(this.next(answer));
  }

  /**
   * Say why the answer is not whole, and offer what helps; what arrived stays.
   * @param {string} sentence
   * @param {string} label
   * @param {() => void} act
   */
  fail(sentence, label, act) {
    this.settle();
    if (!this.partial) this.text.replaceChildren();
    this.end.replaceChildren(
      make("p", { class: "failure" }, typeset(sentence)),
      make("div", { class: "actions" }, button(label, "again", act)),
    );
  }

  /** Make buttons of the numbers: what follows one is not the rest of a sentence any more. */
  care() {
    for (const what of this.text.querySelectorAll("strong")) {
      if (what.nextSibling instanceof Text) what.nextSibling.data = what.nextSibling.data.replace(/^\s*: ?/, " ");
    }
    for (const number of this.text.querySelectorAll("a")) {
      const after = number.nextSibling;
      if (after instanceof Text) after.data = after.data.replace(/^[,.] ?/, " ");
      if (number.protocol === "sms:") number.classList.add("sms");
    }
  }

  /** What a screen reader hears once. */
  spoken() {
    const count = this.answer?.citations.length || 0;
    const sources = count ? [count > 1 ? `${count} sources.` : "1 source."] : [];
    return [...lines(this.text), ...sources].join("\n");
  }

  actions() {
    const up = button("Utile", "up", () => {
      if (voted) return;
      voted = true;
      up.setAttribute("aria-pressed", "true");
      rate("up");
      thank(up);
    });
    const down = button("Pas utile", "down", () => {
      if (voted) return;
      reasons.hidden = !reasons.hidden;
      down.setAttribute("aria-expanded", String(!reasons.hidden));
      if (!reasons.hidden) reasons.querySelector("button")?.focus();
    });
    let voted = false;
    /** @param {HTMLButtonElement} node */
    const thank = (node) => {
      this.acts.tell("Merci pour votre avis.".replace("votre", say("votre", "ton")));
      flash(node, "Merci");
    };
    /** @param {string} [reason] */
    const refuse = (reason) => {
      voted = true;
      reasons.hidden = true;
      down.removeAttribute("aria-expanded");
      down.setAttribute("aria-pressed", "true");
      rate("down", reason);
      thank(down);
      down.focus();
    };
    const choices = Object.entries(this.names.reasons).map(([key, words]) =>
      button(words, "reason", () => refuse(key)));
    choices.push(button("Autre raison", "reason", () => refuse()));
    const reasons = make("div", { class: "reasons", role: "group", "aria-label": "Pourquoi cette réponse n’est-elle pas utile ?" },
      make("p", {}, "Qu’est-ce qui ne va pas\u00a0?"), ...choices);
    reasons.hidden = true;
    up.setAttribute("aria-pressed", "false");
    down.setAttribute("aria-pressed", "false");
    down.setAttribute("aria-expanded", "false");
    const actions = make("div", { class: "actions" }, button("Copier", "copy", (node) => this.copy(node)), up, down);
    return make("div", {}, actions, reasons);
  }

  /** @param {HTMLButtonElement} node */
  async copy(node) {
    const sources = (this.answer?.citations || []).map((citation) => {
      const publishers = citation.sources.map((source) => [...published(source), source.url].filter(Boolean).join(", "));
      return `[${citation.n}] ${publishers.join(" ; ")}`;
    });
    const whole = [...lines(this.text), ...(sources.length ? ["", "Sources", ...sources] : [])].join("\n");
    if (await toClipboard(whole)) {
      this.acts.tell("Réponse copiée, avec ses sources.");
      flash(node, "Copié");
    } else {
      this.acts.tell(
        "Le navigateur refuse la copie. " +
          say("Sélectionnez le texte, puis copiez-le.", "Sélectionne le texte, puis copie-le."),
      );
      flash(node, "Copie refusée");
    }
  }

  /** @param {Answer} answer */
  next(answer) {
    const label = answer.kind === "clarify" ? "Choix possibles" : "Pour continuer";
    return make("div", { class: "next" },
      make("p", { class: "label" }, label),
      make("ul", { class: "asks" }, ...answer.suggestions.map((text) =>
        make("li", {}, button(typeset(text), "asks-it", () => this.acts.ask(text))))));
  }
}

/** A numbered source: who published it, and the exact passage on demand. */
class SourceItem {
  /**
   * @param {Citation} citation
   * @param {Record<string, string>} sections
   */
  constructor(citation, sections) {
    this.n = citation.n;
    /** @type {HTMLElement | null} the mark that led here */
    this.from = null;
    const section = sections[citation.section] || citation.section;
    const where = [citation.title, section].filter(Boolean).join(", ");
    this.summary = make("summary", {}, make("i", {}, "Lire le passage"), " ", make("span", {}, typeset(where)));
    this.back = button("Revenir au texte", "back", () => this.from?.focus());
    this.back.hidden = true;
    this.details = make("details", {}, this.summary,
      make("blockquote", {}, render(citation.passage, (n) => document.createTextNode(`[${n}]`))), this.back);
    const publishers = citation.sources.map((source) =>
      make("li", {}, link(published(source).join(", "), source.url || "")));
    this.node = make("li", {}, make("b", {}, String(citation.n)),
      make("div", {}, make("ul", {}, ...publishers), this.details));
  }

  /** The button that stands for [n] in the text. */
  mark() {
    const node = button(String(this.n), "ref", () => {
      this.from = node;
      this.back.hidden = false;
      const all = this.node.closest("details");
      if (all) all.open = true;
      this.details.open = true;
      this.summary.focus();
    });
    node.setAttribute("aria-label", `Voir la source ${this.n}`);
    return node;
  }
}

/** @param {import("./api.js").Source} source */
function published(source) {
  return [source.publisher, `« ${source.title} »`, ...(source.year ? [String(source.year)] : [])];
}

/**
 * @param {HTMLButtonElement} node
 * @param {string} text
 */
function flash(node, text) {
  const before = node.textContent;
  if (before === text) return;
  node.textContent = text;
  setTimeout(() => { node.textContent = before; }, SHOWN_MS);
}

/**
 * Copy, also where the page that shows the widget did not allow the newer way.
 * @param {string} text
 */
async function toClipboard(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", { class: "hidden", tabindex: "-1", "aria-hidden": "true" });
    const before = document.activeElement;
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (before instanceof HTMLElement) before.focus({ preventScroll: true });
    return done;
  }
}
