// Tables with a column of checkboxes: select all, and how many are selected in [data-picked].
for (const table of document.querySelectorAll("[data-picks]")) {
  const all = table.querySelector("[data-pick-all]");
  const picks = [...table.querySelectorAll("[data-pick]")];
  if (!picks.length) continue;
  const places = (table.closest("form") ?? table.closest(".card") ?? document).querySelectorAll("[data-picked]");
  const count = () => {
    const picked = picks.filter((one) => one.checked).length;
    for (const place of places) place.textContent = String(picked);
    for (const one of picks) one.closest("tr")?.classList.toggle("is-selected", one.checked);
    if (!all) return;
    all.checked = picked === picks.length;
    all.indeterminate = picked > 0 && picked < picks.length;
  };
  all?.addEventListener("change", () => {
    for (const one of picks) one.checked = all.checked;
    count();
  });
  table.addEventListener("change", (event) => { if (event.target !== all) count(); });
  count();
}
