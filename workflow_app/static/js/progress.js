// Long work: asks [data-progress=URL] every two seconds until it is over, then goes on to "next" if there is one.
const PAUSE = 2000;

function start(box) {
  const bar = box.querySelector("progress");
  const text = box.querySelector("[data-progress-text]");
  async function look() {
    let state = null;
    try {
      const response = await fetch(box.dataset.progress, { headers: { Accept: "application/json" } });
      if (response.status === 403 || response.status === 404) return;
      if (response.ok) state = await response.json();
    } catch { /* offline for a moment: look again */ }
    if (state) {
      bar.max = state.total || 1;
      bar.value = state.done + (state.failed ?? 0);
      box.classList.toggle("is-failing", Boolean(state.failed));
      const words = state.text ?? box.dataset.words
        .replace("{done}", state.done).replace("{total}", state.total).replace("{failed}", state.failed ?? 0);
      if (text.textContent !== words) text.textContent = words;
      if (state.over) {
        if (state.next) location.assign(state.next);
        return;
      }
    }
    setTimeout(look, PAUSE);
  }
  setTimeout(look, PAUSE);
}

for (const box of document.querySelectorAll("[data-progress]")) start(box);
