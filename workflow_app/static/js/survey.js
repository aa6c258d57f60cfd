// A customer's questionnaire: counts the answers and keeps a draft on this device until it is sent.
// form[data-survey=key] with [data-question] groups; [data-answered] shows the count, [data-draft] says that a draft is kept,
// input[data-shared] ("shared device: keep nothing"; what hides it is shown); [data-survey-done=key] on the page after sending wipes the draft.
const prefix = "kaoping-draft:";
const store = {
  read(key) { try { return JSON.parse(localStorage.getItem(prefix + key)) ?? {}; } catch { return {}; } },
  write(key, value) { try { localStorage.setItem(prefix + key, JSON.stringify(value)); return true; } catch { return false; } },
  wipe(key) { try { localStorage.removeItem(prefix + key); } catch { /* storage is off: nothing was kept */ } },
};
// Tokens of the form are the server's, not answers: they must never come from an older visit.
const skipped = (input) => input.type === "hidden" || input.type === "file" || input.hasAttribute("data-shared") || !input.name;

function answers(form) {
  const kept = {};
  for (const input of form.elements) {
    if (skipped(input)) continue;
    if (input.type === "radio" || input.type === "checkbox") { if (input.checked) (kept[input.name] ??= []).push(input.value); }
    else if (input.value && input.tagName !== "BUTTON") kept[input.name] = [input.value];
  }
  return kept;
}

function restore(form, kept) {
  for (const input of form.elements) {
    if (skipped(input) || !(input.name in kept)) continue;
    if (input.type === "radio" || input.type === "checkbox") input.checked = kept[input.name].includes(input.value);
    else if (input.tagName !== "BUTTON" && !input.value) input.value = kept[input.name][0];
  }
}

function start(form) {
  const key = form.dataset.survey;
  const shared = form.querySelector("[data-shared]");
  shared?.closest("[hidden]")?.removeAttribute("hidden");
  const draft = document.querySelector("[data-draft]");
  const count = () => {
    const questions = [...form.querySelectorAll("[data-question]")];
    const done = questions.filter((one) => one.querySelector("input:checked")).length;
    for (const place of document.querySelectorAll("[data-answered]")) place.textContent = String(done);
  };
  const keep = () => {
    if (shared?.checked) store.wipe(key);
    const kept = !shared?.checked && key && store.write(key, answers(form));
    if (draft) draft.hidden = !kept;
  };
  const hasAnswers = form.querySelector("input:checked");
  if (key && !hasAnswers) restore(form, store.read(key));
  form.addEventListener("change", () => { count(); keep(); });
  form.addEventListener("input", (event) => { if (event.target.tagName === "TEXTAREA") keep(); });
  count();
}

for (const done of document.querySelectorAll("[data-survey-done]")) store.wipe(done.dataset.surveyDone);
for (const form of document.querySelectorAll("form[data-survey]")) start(form);
