// Drafts save themselves: form[data-autosave=URL] is posted a second after the last change.
// Answer: JSON {"saved_at": "12:03", "values": {"total": "87.00"}, "fields": {"version": "4"}}, every part optional;
// values fill [data-value=name], fields fill the form's inputs (an optimistic version, for example).
// 409 or 422 with {"message": "…"} is shown and saving stops until the page is reloaded (409) or something changes (422).
const PAUSE = 1000;
const RETRY = 10000;

// Files go with the button that sends them, not with every change.
function typed(form) {
  const data = new FormData(form);
  for (const input of form.querySelectorAll("input[type=file]")) data.delete(input.name);
  return data;
}

function start(form) {
  const place = form.querySelector("[data-saved]") ?? document.querySelector("[data-saved]");
  let timer = null;
  let running = false;
  let dirty = false;
  let stopped = false;

  const say = (text, failed = false) => {
    if (!place) return;
    place.textContent = text;
    place.classList.toggle("is-failed", failed);
  };
  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(save, pause);
  };
  const fill = (answer) => {
    for (const [name, text] of Object.entries(answer.values ?? {})) {
      for (const at of document.querySelectorAll(`[data-value="${CSS.escape(name)}"]`)) at.textContent = text ?? "—";
    }
    for (const [name, text] of Object.entries(answer.fields ?? {})) {
      const input = form.elements.namedItem(name);
      if (input) input.value = text;
    }
  };

  async function save() {
    if (running || stopped || !dirty) return;
    running = true;
    dirty = false;
    say(place?.dataset.saving ?? "");
    try {
      const response = await fetch(form.dataset.autosave, {
        method: "POST", body: typed(form), headers: { Accept: "application/json" }, redirect: "error",
      });
      const answer = await response.json().catch(() => ({}));
      if (response.ok) {
        fill(answer);
        say((place?.dataset.savedWords ?? "{time}").replace("{time}", answer.saved_at ?? ""));
      } else if (response.status < 500) {
        stopped = response.status === 409 || response.status === 403;
        say(answer.message ?? answer.errors?.join(" ") ?? place?.dataset.failed ?? "", true);
      } else {
        throw new Error(String(response.status));
      }
    } catch {
      dirty = true;
      say(place?.dataset.failed ?? "", true);
      later(RETRY);
    } finally {
      running = false;
    }
    if (dirty) later(PAUSE);
  }

  form.addEventListener("input", () => { dirty = true; later(PAUSE); });
  form.addEventListener("change", () => { dirty = true; later(PAUSE); });
  // A draft on its way would raise the version under the feet of the submission: it goes first.
  form.addEventListener("submit", (event) => {
    dirty = false;
    clearTimeout(timer);
    if (!running) return void (stopped = true);
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    const again = () => (running ? setTimeout(again, 50) : form.requestSubmit(button));
    again();
  }, true);
  addEventListener("online", () => later(0));
  addEventListener("beforeunload", (event) => { if (dirty && !stopped) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
}

for (const form of document.querySelectorAll("form[data-autosave]")) start(form);
