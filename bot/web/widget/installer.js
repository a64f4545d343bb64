// The installer: options in, live preview and three snippets out. Nothing is sent or kept.
(() => {
  const COLOUR = "#3a3fb5";
  const SETTLE_MS = 450;
  const home = new URL("./", location.href).href;
  const { origin } = location;

  /**
   * @template {HTMLElement} T
   * @param {string} id
   * @param {new () => T} kind
   * @returns {T}
   */
  function need(id, kind) {
    const node = document.getElementById(id);
    if (!(node instanceof kind)) throw new Error(`#${id} manque`);
    return node;
  }

  const form = need("options", HTMLFormElement);
  const hex = need("couleur", HTMLInputElement);
  const palette = need("palette", HTMLInputElement);
  const verdict = need("contraste", HTMLElement);
  const preview = need("preview", HTMLIFrameElement);
  const said = need("said", HTMLElement);

  /** @param {string} colour "#rrggbb" */
  function contrast(colour) {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = parseInt(colour.slice(at, at + 2), 16) / 255;
      return part > 0.04045 ? ((part + 0.055) / 1.055) ** 2.4 : part / 12.92;
    });
    return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05);
  }

  /** The colour as "#rrggbb", or nothing while it cannot be used; says why. */
  function colour() {
    const typed = hex.value.trim().toLowerCase().replace(/^#?(.)(.)(.)$/, "#$1$1$2$2$3$3");
    const full = typed.startsWith("#") ? typed : `#${typed}`;
    const known = /^#[\da-f]{6}$/.test(full);
    const ratio = known ? contrast(full) : 0;
    const shown = (Math.floor(ratio * 10) / 10).toString().replace(".", ",");
    verdict.textContent = !known
      ? "Écrivez la couleur comme #0b5cad."
      : ratio < 4.5
        ? `Contraste de ${shown} avec le blanc : trop clair, il faut 4,5. La couleur d’origine la remplace.`
        : `Contraste de ${shown} avec le blanc : le texte se lit bien.`;
    hex.setAttribute("aria-invalid", String(ratio < 4.5));
    if (known) palette.value = full;
    return ratio < 4.5 ? "" : full;
  }

  /** The options that differ from what the widget does by itself. */
  function chosen() {
    const data = new FormData(form);
    /** @param {string} name */
    const text = (name) => String(data.get(name) || "").trim();
    const tint = colour();
    const lift = Math.min(Math.max(Math.round(Number(text("decalage")) || 0), 0), 400);
    /** @type {Record<string, string>} */
    const options = {
      position: text("position") === "bas-gauche" ? "bas-gauche" : "",
      couleur: tint === COLOUR ? "" : tint,
      accueil: text("accueil").replace(/\s+/g, " ").slice(0, 200),
      suggestions: text("suggestions").split("\n").map((line) => line.replace(/\|/g, " ").trim())
        .filter(Boolean).slice(0, 4).join("|"),
      contact: text("contact"),
      tutoiement: text("tutoiement"),
      decalage: lift ? String(lift) : "",
      fiche: text("fiche"),
    };
    return Object.entries(options).filter(([, value]) => value);
  }

  /** @param {string} value */
  const quoted = (value) =>
    `"${value.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;")}"`;

  function draw() {
    const options = chosen();
    const data = options.map(([name, value]) => `\n  data-${name}=${quoted(value)}`).join("");
    need("script", HTMLElement).textContent = `<script src=${quoted(`${home}widget.js`)} defer${data}></script>`;
    const query = new URLSearchParams(options.filter(([name]) => name !== "position" && name !== "decalage"));
    const address = `${home}widget${query.size ? `?${query}` : ""}`;
    need("iframe", HTMLElement).textContent =
      `<iframe src=${quoted(address)} title="Assistant métiers du e-commerce"\n` +
      '  loading="lazy" width="100%" height="680" allow="clipboard-write" style="border:0"></iframe>';
    need("link", HTMLElement).textContent = `<a href=${quoted(home)}>Poser une question sur un métier</a>`;
    for (const name of Object.keys(preview.dataset)) if (name !== "ouvert") delete preview.dataset[name];
    Object.assign(preview.dataset, Object.fromEntries(options));
  }

  /** @param {HTMLButtonElement} button */
  async function copy(button) {
    const code = need(button.dataset.from || "", HTMLElement);
    const label = button.textContent;
    try {
      await navigator.clipboard.writeText(code.textContent || "");
      button.textContent = said.textContent = "Code copié";
    } catch {
      getSelection()?.selectAllChildren(code);
      button.textContent = said.textContent = "Code sélectionné : copiez-le avec Ctrl+C";
    }
    setTimeout(() => {
      button.textContent = label;
      said.textContent = "";
    }, 2500);
  }

  let timer = 0;
  form.addEventListener("input", (event) => {
    if (event.target === palette) hex.value = palette.value;
    draw();
    clearTimeout(timer);
    timer = setTimeout(() => preview.contentWindow?.location.reload(), SETTLE_MS);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  for (const button of document.querySelectorAll("button.copy")) {
    if (button instanceof HTMLButtonElement) button.addEventListener("click", () => copy(button));
  }
  const sizes = [need("wide", HTMLButtonElement), need("narrow", HTMLButtonElement)];
  for (const size of sizes) {
    size.addEventListener("click", () => {
      for (const other of sizes) other.setAttribute("aria-pressed", String(other === size));
      preview.classList.toggle("phone", size.id === "narrow");
    });
  }

  need("csp", HTMLElement).textContent = `script-src ${origin}\nframe-src ${origin}`;
  for (const node of document.querySelectorAll(".home")) node.textContent = home;
  const none = !document.querySelector("#sites li");
  need("sites", HTMLElement).hidden = none;
  need("no-sites", HTMLElement).hidden = !none;
  draw();
})();
