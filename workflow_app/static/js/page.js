// The one script of every page: loads what the page's data-attributes ask for. Everything works without it.
const parts = [
  ["[data-scorecard]", "./score.js"],
  ["[data-autosave]", "./autosave.js"],
  ["[data-survey] [data-when], [data-asks] [data-when]", "./asked.js"],
  ["[data-survey], [data-survey-done]", "./survey.js"],
  ["[data-progress]", "./progress.js"],
  ["[data-picks]", "./picks.js"],
  ["[data-board]", "./board.js"],
  ["[data-scheme-editor]", "./scheme_editor.js"],
];
// As elements of the page, in this order: the page counts as loaded when they listen (an import() would come after that).
for (const [selector, module] of parts) {
  if (!document.querySelector(selector)) continue;
  const script = document.createElement("script");
  Object.assign(script, { type: "module", async: false, src: new URL(module, import.meta.url) });
  document.head.append(script);
}

// A refused form: the reader is taken to the list of what is wrong.
document.querySelector("[data-error-summary]")?.focus();

// Menus close on Escape and on a click elsewhere.
const menus = document.querySelectorAll("details[data-menu]");
document.addEventListener("click", (event) => {
  for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus) {
    if (!menu.open) continue;
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A second click on a sent form is dropped (the server is idempotent anyway).
const offline = document.querySelector("[data-offline]");
addEventListener("online", () => { if (offline) offline.hidden = true; });
document.addEventListener("submit", (event) => {
  const form = event.target;
  // Without a connection the browser would put its own page in place of what was typed.
  if (form.method === "post" && !navigator.onLine && offline) { offline.hidden = false; return event.preventDefault(); }
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-sent]")) delete form.dataset.sent;
});
// A page that is made for paper offers its button where it works.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
// Paper shows every opened-out entry.
addEventListener("beforeprint", () => {
  for (const entry of document.querySelectorAll(".why details")) entry.open = true;
});
