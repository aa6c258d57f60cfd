// The editor of a draft: checks as one types, fields and text in step, a fault leads to its line, sections keep what was typed.
// form[data-scheme-editor=URL] is posted half a second after a change; nothing is kept by it. Answer: JSON
// {"text", "faults", "beside"?, "fields"?, "counts"?, "saved"?, "held"?}; faults, beside and fields are HTML of the
// server's own templates, counts the faults by section.
// "held": the fields could not be brought into the text (it has a mistake of form); both stay as typed.
const PAUSE = 500;

const form = document.querySelector("[data-scheme-editor]");
const box = form.querySelector("[data-text]");
const fields = form.querySelector("[data-fields]");
const state = form.querySelector("[data-state]");
const publish = form.querySelector("[data-publish]");
const lines = form.querySelector("[data-lines]");
let seen = form.querySelector("[data-seen]");
let timer = null;
let asked = 0;
let byHand = false;
let dirty = Boolean(seen);

const say = (words, failed = false) => {
  state.textContent = words;
  state.classList.toggle("is-failed", failed);
};

// What the fields show, so that the server sees which of them was changed since.
function remember(text) {
  if (!seen) {
    seen = document.createElement("textarea");
    seen.name = "seen";
    seen.hidden = true;
    form.append(seen);
  }
  seen.value = text;
}

function number() {
  const count = box.value.split("\n").length;
  if (lines.dataset.drawn === String(count)) return;
  lines.dataset.drawn = String(count);
  lines.textContent = Array.from({ length: count }, (_, place) => place + 1).join("\n");
}

// The text box keeps its place while the server's text takes the place of what it showed.
function write(text) {
  if (box.value === text) return;
  const [start, end, top] = [box.selectionStart, box.selectionEnd, box.scrollTop];
  box.value = text;
  box.setSelectionRange(start, end);
  box.scrollTop = top;
  number();
}

// Ids of opened entries, so that a new drawing of the fields leaves them open.
const opened = () => [...fields.querySelectorAll("details[open]")].map((one) => one.closest("[id]")?.id);

function draw(html) {
  const kept = new Set(opened());
  fields.innerHTML = html;
  for (const one of fields.querySelectorAll("details")) if (kept.has(one.closest("[id]")?.id)) one.open = true;
}

// Marks of faults come from the newly drawn fields; the controls that a person is in stay untouched.
function mark(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const old of fields.querySelectorAll(".field-error")) old.remove();
  for (const one of fields.querySelectorAll(".has-error")) one.classList.remove("has-error");
  for (const one of fields.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  for (const wrong of fresh.querySelectorAll("[aria-invalid]")) {
    const here = wrong.id && document.getElementById(wrong.id);
    if (!here) continue;
    here.setAttribute("aria-invalid", "true");
    here.setAttribute("aria-describedby", wrong.getAttribute("aria-describedby") ?? "");
    here.closest(".field, .edit-cell")?.classList.add("has-error");
    for (const words of fresh.querySelectorAll(`[id="${CSS.escape(wrong.id)}-error"]`)) here.before(words);
  }
}

function follow(answer, place) {
  write(answer.text);
  remember(answer.text);
  if (answer.fields && fields) {
    if (byHand && !fields.contains(document.activeElement)) draw(answer.fields);
    else mark(answer.fields);
  }
  if (answer.beside !== undefined && !place.contains(document.activeElement)) place.innerHTML = answer.beside;
  const total = form.querySelector("[data-fault-count]");
  const sum = Object.values(answer.counts ?? {}).reduce((one, other) => one + other, 0);
  total.hidden = !sum;
  total.querySelector("[data-figure]").textContent = sum;
  for (const chip of document.querySelectorAll("[data-count]")) {
    const count = answer.counts?.[chip.dataset.count] ?? 0;
    chip.hidden = !count;
    chip.querySelector("[data-figure]").textContent = count;
  }
  byHand = false;
  dirty = !answer.saved;
  if (publish) publish.hidden = dirty;
  say(answer.saved ? state.dataset.kept : state.dataset.dirty);
}

async function check() {
  const mine = ++asked;
  say(state.dataset.checking);
  try {
    const body = new URLSearchParams(new FormData(form));
    const response = await fetch(form.dataset.schemeEditor, {
      method: "POST", body, headers: { Accept: "application/json" }, redirect: "error",
    });
    if (mine !== asked) return;
    if (!response.ok) throw new Error(String(response.status));
    const answer = await response.json();
    if (mine !== asked) return;  // typed on while the answer came in
    form.querySelector("[data-faults]").innerHTML = answer.faults;
    if (answer.held) return say(state.dataset.dirty);
    follow(answer, form.querySelector("[data-beside]"));
  } catch {
    if (mine === asked) say(state.dataset.failed, true);
  }
}

function changed(event) {
  if (event.target === box) {
    byHand = true;
    number();
  }
  asked += 1;  // an answer that is on its way is about something older
  dirty = true;
  if (publish) publish.hidden = true;
  say(state.dataset.dirty);
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}

function goToLine(count) {
  const before = box.value.split("\n").slice(0, count - 1).join("\n").length + (count > 1 ? 1 : 0);
  const end = box.value.indexOf("\n", before);
  box.focus();
  box.setSelectionRange(before, end < 0 ? box.value.length : end);
  const height = box.scrollHeight / Math.max(box.value.split("\n").length, 1);
  box.scrollTop = Math.max(0, (count - 6) * height);
}

form.addEventListener("input", changed);
form.addEventListener("change", changed);
form.addEventListener("click", (event) => {
  const link = event.target.closest("[data-line]");
  // Where the text is a tab of its own (on phones) the link leads to the field instead.
  if (!link || !box.offsetParent) return;
  event.preventDefault();
  goToLine(Number(link.dataset.line));
});

// Another section: what was typed is saved on the way.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-go], .faults a:not([data-line]), [data-fields] a");
  if (!link || !dirty || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  form.elements.namedItem("go").value = link.getAttribute("href");
  form.requestSubmit(form.querySelector("button[value=save]"));
});
let leaving = false;
form.addEventListener("submit", () => { leaving = true; });
addEventListener("pageshow", () => { leaving = false; form.elements.namedItem("go").value = ""; });
addEventListener("beforeunload", (event) => { if (dirty && !leaving) event.preventDefault(); });

document.querySelector(".edit-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
lines.hidden = false;
number();
box.addEventListener("scroll", () => { lines.scrollTop = box.scrollTop; });
// The text starts where the section does.
box.scrollTop = (Number(box.dataset.first) - 1) * (parseFloat(getComputedStyle(box).lineHeight) || 20);
