// The calibration board: a card dropped on another column opens the move panel there; nothing moves before a reason is confirmed.
const KIND = "application/x-kaoping-card";
for (const board of document.querySelectorAll("[data-board]")) {
  for (const card of board.querySelectorAll("[data-card]")) {
    card.draggable = true;
    card.addEventListener("dragstart", (event) => {
      event.dataTransfer.clearData();
      event.dataTransfer.setData(KIND, card.dataset.card);
      event.dataTransfer.effectAllowed = "move";
    });
  }
  for (const column of board.querySelectorAll("[data-drop]")) {
    const over = (is) => column.classList.toggle("is-over", is);
    column.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes(KIND)) return;
      event.preventDefault();
      over(true);
    });
    column.addEventListener("dragleave", (event) => { if (!column.contains(event.relatedTarget)) over(false); });
    column.addEventListener("drop", (event) => {
      const card = event.dataTransfer.getData(KIND);
      over(false);
      if (!card || column.querySelector(`[data-card="${CSS.escape(card)}"]`)) return;
      event.preventDefault();
      const url = new URL(column.dataset.drop, location.href);
      url.searchParams.set("move", card);
      url.hash = "move";
      location.assign(url);
    });
  }
}
