// The installer's preview: a sample page with the launcher, as options of the frame say.
// Alone in a tab it does nothing, so that no link can choose the words of a page of this service.
(() => {
  const chosen = /** @type {HTMLElement | null} */ (window.frameElement);
  if (!chosen) return;
  const script = document.createElement("script");
  Object.assign(script.dataset, chosen.dataset);
  script.src = "../widget.js";
  document.head.append(script);
})();
