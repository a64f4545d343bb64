// The page's own behaviour around Gradio's chat: asking from a button or a link, sources, thumbs,
// copy, print, French and accessible markup, and forgetting. No storage, no other host.
(() => {
  "use strict";

  const IDLE_MS = 15 * 60 * 1000; // a shared computer must not show the previous pupil's words
  const MAX_QUESTION = 500; // as bot/types.py
  const DOUBLE_CLICK_MS = 500;
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const field = () => one("#cap-box textarea");
  const title = document.title; // which Gradio replaces
  const messages = (who) => all(`#cap-chat [data-testid="${who}"]`);
  const say = (text) => { one("#cap-status").textContent = text; };
  let waiting = linked(); // a question chosen before Gradio is ready, or during an answer
  let lost = null; // the answer that never came whole
  let seen = "0 undefined"; // how many questions, and the last one
  let idle = 0;
  let judged = null; // a thumb down that waits for its reason, to be counted once
  let stopped = 0; // when the last answer was stopped

  // "/?q=…": a link asks a question, once. What it asks is cleaned as a typed question is.
  function linked() {
    const asked = new URL(location.href).searchParams.get("q") || "";
    const words = asked.normalize("NFC").replace(/\s/g, " ").replace(/\p{C}/gu, "");
    const short = [...words.trim().replace(/ +/g, " ")].slice(0, MAX_QUESTION).join("").trim();
    return /[\p{L}\p{N}]/u.test(short) ? short : "";
  }

  function forgetLink() { // a reload must not ask again
    const address = new URL(location.href);
    if (!address.searchParams.has("q")) return;
    address.searchParams.delete("q");
    history.replaceState(history.state, "", address);
  }

  function busy() {
    const last = messages("bot").pop();
    return messages("user").length > 0 && last !== lost && !(last && one(".cap-end", last));
  }

  function ask(question) {
    const box = field();
    if (!box || busy()) { waiting = question; return; }
    waiting = "";
    forgetLink();
    box.value = question;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => { one("#cap-box .submit-button").click(); focus(); });
  }

  function focus() { // not on a touch screen, where it would open the keyboard
    if (matchMedia("(pointer: fine)").matches) field()?.focus({ preventScroll: true });
  }

  // Gradio's markup, made French and accessible each time it changes.
  function dress() {
    if (document.title !== title) document.title = title;
    const box = field();
    if (box) { box.id = "cap-question"; box.setAttribute("aria-label", "Votre question"); }
    const log = one("#cap-chat [role=log]");
    if (log) { log.setAttribute("aria-live", "off"); log.setAttribute("aria-label", "Conversation"); }
    all("#cap-chat [role=complementary]").forEach((node) => node.removeAttribute("role"));
    const failed = Boolean(one(".toast-item"));
    one("#cap-outage").hidden = !failed;
    if (failed) lost = messages("bot").pop();
    messages("user").forEach((node) => name(node, "Votre question"));
    messages("bot").forEach((node) => name(node, "Réponse de l’assistant"));
    all(".cap-ref:not([aria-label])").forEach((node) =>
      node.setAttribute("aria-label", `Voir la source ${node.textContent}`));
    all(".cap-care a").forEach((node) => { // Gradio opens every link in a new tab
      if (/^(tel|sms):/.test(node.getAttribute("href"))) node.removeAttribute("target");
    });
    all(".cap-written").forEach((node) => { node.dataset.mode = "written"; });
    all(".cap-answer table:not([role])").forEach(label);
    all(".cap-up:not([aria-pressed]), .cap-down:not([aria-pressed])").forEach((node) =>
      node.setAttribute("aria-pressed", "false"));
    document.body.toggleAttribute("data-busy", busy());
    follow();
    if (waiting && box && !busy()) ask(waiting);
  }

  function name(node, label) {
    node.setAttribute("role", "group");
    node.setAttribute("aria-label", label);
  }

  // A table that a narrow screen shows row by row: each cell says its column, and stays a cell.
  function label(table) {
    table.setAttribute("role", "table");
    const heads = all("th", table);
    all("tr", table).forEach((row) => {
      row.setAttribute("role", "row");
      [...row.children].forEach((cell, column) => {
        const head = cell.tagName === "TH";
        cell.setAttribute("role", head && cell.textContent ? "columnheader" : column || head ? "cell" : "rowheader");
        if (column) cell.dataset.column = heads[column]?.textContent || "";
      });
    });
  }

  // A new question goes to the top of the window; a finished answer is announced once.
  function follow() {
    const asked = messages("user");
    const latest = `${asked.length} ${asked.at(-1)?.textContent}`;
    if (latest !== seen) {
      seen = latest;
      forgetLink();
      judge();
      document.body.dataset.asked = asked.length;
      keepTab(asked.length > 0);
      const row = asked.at(-1)?.closest(".message-row");
      const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
      row?.scrollIntoView({ block: "start", behavior: smooth ? "smooth" : "auto" });
    }
    const last = messages("bot").pop();
    const end = last && one(".cap-end", last);
    if (end && !end.dataset.said) {
      end.dataset.said = "oui";
      say(lines(last).join("\n"));
    }
  }

  // A conversation lives in this tab: while there is one, the other pages open beside it.
  function keepTab(talking) {
    all(".cap-top nav a, .cap-bottom a").forEach((link) => {
      one(".cap-hidden", link)?.remove();
      link.removeAttribute("target");
      if (!talking) return;
      link.target = "_blank";
      link.insertAdjacentHTML("beforeend", '<span class="cap-hidden"> (nouvel onglet)</span>');
    });
  }

  function lines(message) {
    const blocks = all(".cap-answer p, .cap-answer li, .cap-answer tr, .cap-refusal", message);
    return blocks.filter((node) => !node.parentElement.closest("li")).map((node) => {
      const copy = node.cloneNode(true);
      all(".cap-ref", copy).forEach((mark) => { mark.textContent = `[${mark.textContent}]`; });
      const cells = all("td, th", copy).map((cell) => cell.textContent.trim());
      const text = cells.length ? cells.join(" | ") : copy.textContent.trim();
      return node.tagName === "LI" ? `- ${text}` : text;
    });
  }

  function cited(message) {
    return all(".cap-sources > ol > li", message).map((item) => {
      const links = all("div > ul > li", item).map((node) => {
        const link = one("a", node);
        return link ? `${link.firstChild.textContent}, ${link.href}` : node.textContent;
      });
      return `[${one("b", item).textContent}] ${links.join(" ; ")}`;
    });
  }

  async function copy(button) {
    const message = button.closest("[data-testid=bot]");
    const sources = cited(message);
    const text = [...lines(message), ...(sources.length ? ["", "Sources", ...sources] : [])];
    try {
      await navigator.clipboard.writeText(text.join("\n"));
      say("Réponse copiée, avec ses sources.");
      flash(button, "Copié");
    } catch {
      say("Votre navigateur refuse la copie. Sélectionnez le texte, puis copiez-le.");
      flash(button, "Copie refusée");
    }
  }

  function flash(button, words) {
    const before = button.textContent;
    button.textContent = words;
    setTimeout(() => { button.textContent = before; }, 2500);
  }

  function rate(body) {
    fetch("api/feedback", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      keepalive: true,
    }).catch(() => {});
    say("Merci pour votre avis.");
  }

  // A thumb down counts once: with its reason, or alone when the visitor goes on without one.
  function judge(reason) {
    if (!judged) return;
    rate(reason ? { thumb: "down", reason } : { thumb: "down" });
    settle("oui");
  }

  function settle(counted) { // without a value: the thumb was pressed by mistake
    if (!judged) return;
    if (counted) judged.dataset.counted = counted; else judged.setAttribute("aria-pressed", "false");
    one(".cap-reasons", judged.closest(".cap-end"))?.remove();
    judged = null;
  }

  function thumb(button, value) {
    const group = button.parentElement;
    if (one("[data-counted]", group)) return;
    const again = judged === button;
    if (judged && group.contains(judged)) settle(); else judge();
    if (again) return;
    button.setAttribute("aria-pressed", "true");
    if (value === "up") {
      button.dataset.counted = "oui";
      rate({ thumb: value });
      flash(button, "Merci");
      return;
    }
    judged = button;
    group.after(one("#cap-reasons").content.cloneNode(true));
    one("button", group.nextElementSibling).focus();
  }

  function reason(button) {
    const down = judged;
    judge(button.dataset.reason);
    flash(down, "Merci");
    down.focus();
  }

  // Print one question and its answer; the browser's own menu prints the whole conversation.
  function print(button) {
    const row = button.closest(".message-row");
    [document.body, row.previousElementSibling, row].forEach((node) => { node.dataset.printed = "oui"; });
    window.print();
  }

  addEventListener("afterprint", () =>
    all("[data-printed]").forEach((node) => { delete node.dataset.printed; }));

  function source(button) {
    const items = all(".cap-sources > ol > li", button.closest("[data-testid=bot]"));
    const item = items.find((node) => one("b", node).textContent === button.textContent);
    if (!item) return;
    one("details", item).open = true;
    one("summary", item).focus();
  }

  function forget() {
    waiting = "";
    say("La conversation est effacée.");
    scrollTo({ top: 0 });
    focus();
  }

  const actions = {
    "cap-asks": (button) => ask((button.dataset.question || button.textContent).replace(/\u00a0/g, " ")),
    "cap-ref": source,
    "cap-copy": copy,
    "cap-print": print,
    "cap-up": (button) => thumb(button, "up"),
    "cap-down": (button) => thumb(button, "down"),
    "cap-reason": reason,
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.id === "cap-clear") forget();
    if (button.classList.contains("stop-button")) stop(event);
    for (const [kind, act] of Object.entries(actions)) {
      if (button.classList.contains(kind)) act(button);
    }
  });

  function stop(event) { // the button goes away: keep the keyboard's place
    stopped = Date.now();
    waiting = "";
    if (event.detail === 0) field()?.focus({ preventScroll: true }); else focus();
  }

  // The send button comes back where the stop button was: a double click sends nothing.
  addEventListener("click", (event) => {
    const late = event.isTrusted && Date.now() - stopped < DOUBLE_CLICK_MS;
    if (late && event.target.closest(".submit-button")) event.stopImmediatePropagation();
  }, true);

  addEventListener("pagehide", () => judge());

  function stayAwake() {
    clearTimeout(idle);
    idle = setTimeout(() => { if (messages("user").length) one("#cap-clear").click(); }, IDLE_MS);
  }

  ["pointerdown", "keydown"].forEach((kind) => addEventListener(kind, stayAwake, { passive: true }));
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  if (matchMedia("(min-width: 60rem)").matches) one(".cap-jobs-box").open = true;
  let planned = 0;
  new MutationObserver(() => {
    cancelAnimationFrame(planned);
    planned = requestAnimationFrame(dress);
  }).observe(document.body, { childList: true, subtree: true, characterData: true });
  dress();
})();
