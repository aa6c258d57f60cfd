// A customer's questionnaire: counts the answers and keeps a draft on this device until it is sent.
// form[data-survey=key] with [data-question] groups; [data-answered] shows the count, [data-questions] of how many, [data-draft] says that
// a draft is kept, input[data-shared] keeps nothing ("shared device"); [data-survey-done=key] on the page after sending wipes the draft.
// [data-survey-state] names the server's copy that the page shows: what was kept beside another one is out of date.
// Questions that hang on an answer (data-when) are shown and hidden by asked.js; [data-shown] tells the server which were shown.
const prefix = "kaoping-draft:";
const store = {
  read(key) { try { return JSON.parse(localStorage.getItem(prefix + key)) ?? {}; } catch { return {}; } },
  write(key, value) { try { localStorage.setItem(prefix + key, JSON.stringify(value)); return true; } catch { return false; } },
  wipe(key) { try { localStorage.removeItem(prefix + key); } catch { /* storage is off: nothing was kept */ } },
};
// Tokens of the form are the server's, not answers: they must never come from an older visit.
const skipped = (input) => input.type === "hidden" || input.type === "file" || input.hasAttribute("data-shared") || !input.name;
const ticked = (input) => input.type === "radio" || input.type === "checkbox";

function answers(form) {
  const kept = {};
  for (const input of form.elements) {
    if (skipped(input)) continue;
    if (ticked(input)) { if (input.checked) (kept[input.name] ??= []).push(input.value); }
    else if (input.value && input.tagName !== "BUTTON") kept[input.name] = [input.value];
  }
  return kept;
}

// On a slow line somebody answers before this script is here: what they entered is newer than any draft.
function entered(form) {
  const changed = (input) => (ticked(input) ? input.checked !== input.defaultChecked : input.value !== input.defaultValue);
  return new Set([...form.querySelectorAll("input, textarea")].filter((one) => !skipped(one) && changed(one)).map((one) => one.name));
}

function restore(form, kept) {
  const newer = entered(form);
  for (const input of form.elements) {
    if (skipped(input) || newer.has(input.name)) continue;
    const said = kept[input.name] ?? [];
    if (ticked(input)) input.checked = said.includes(input.value);
    else if (input.tagName !== "BUTTON") input.value = said[0] ?? "";
  }
}

function start(form) {
  const key = form.dataset.survey;
  const beside = form.dataset.surveyState ?? "";
  const shared = form.querySelector("[data-shared]");
  const draft = document.querySelector("[data-draft]");
  const count = () => {
    const questions = [...form.querySelectorAll("[data-question]")].filter((one) => !one.closest("[hidden]"));
    const done = questions.filter((one) => [...one.querySelectorAll("input, select")].some((input) => (ticked(input) ? input.checked : input.value)));
    for (const place of document.querySelectorAll("[data-answered]")) place.textContent = String(done.length);
    for (const place of document.querySelectorAll("[data-questions]")) place.textContent = String(questions.length);
  };
  const keep = () => {
    if (shared?.checked) store.wipe(key);
    const kept = !shared?.checked && key && store.write(key, { beside, answers: answers(form) });
    if (draft) draft.hidden = !kept;
  };
  const kept = key && form.hasAttribute("data-survey-restore") ? store.read(key) : {};
  if (kept.answers && kept.beside === beside) {
    restore(form, kept.answers);
    form.dispatchEvent(new CustomEvent("restored", { bubbles: true }));
  }
  form.addEventListener("settled", count);
  form.addEventListener("change", () => { count(); keep(); });
  form.addEventListener("input", (event) => { if (!ticked(event.target)) keep(); });
  count();
  name(form);
}

// A page has a name of its own: the browser's Back shows it again, under the same name, and the server knows it for the page that
// kept the draft. Without a name it is told of a newer draft once, and asked.
function name(form) {
  const said = document.createElement("input");
  const letters = crypto.getRandomValues(new Uint32Array(3));
  Object.assign(said, { type: "hidden", name: "page", value: [...letters].map((one) => one.toString(36)).join("") });
  form.append(said);
}

for (const link of document.querySelectorAll("[data-survey-leave]")) link.addEventListener("click", () => store.wipe(link.dataset.surveyLeave));
for (const done of document.querySelectorAll("[data-survey-done]")) store.wipe(done.dataset.surveyDone);
for (const form of document.querySelectorAll("form[data-survey]")) start(form);
