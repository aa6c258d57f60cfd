// Live sums of a scorecard by deduction. Counts in hundredths, so no sum is off by a binary fraction.
// [data-item data-of data-area] holds [data-deduct] and [data-figure]; sums: [data-area-left=key], [data-area-bar=key], [data-total].
const cents = (text) => {
  const value = Number(String(text).replace(",", ".").replace("−", "-").trim() || 0);
  return Number.isFinite(value) ? Math.round(value * 100) : 0;
};
const words = (value) => String(value / 100).replace("-", "−");

// A clause chosen without a figure takes off what it names, for every time that is entered.
function taken(item) {
  const typed = item.querySelector("[data-deduct]")?.value.trim() ?? "";
  const clause = item.querySelector("[data-clause]")?.value ?? "";
  if (typed) return cents(typed);
  const times = Math.max(cents(item.querySelector("[data-times]")?.value ?? "") / 100, 1);
  return cents(JSON.parse(item.dataset.costs ?? "{}")[clause] || "0") * times;
}

function itemLeft(item) {
  const of = cents(item.dataset.of);
  const off = Math.min(Math.max(taken(item), 0), of);
  item.querySelector("[data-figure]").textContent = words(of - off);
  item.querySelector("[data-item-left]").classList.toggle("is-cut", off > 0 || "entered" in item.dataset);
  return of - off;
}

function sum(card) {
  const areas = {};
  let total = 0;
  for (const item of card.querySelectorAll("[data-item]")) {
    const left = itemLeft(item);
    areas[item.dataset.area] = (areas[item.dataset.area] ?? 0) + left;
    total += left;
  }
  for (const [key, left] of Object.entries(areas)) {
    for (const place of card.querySelectorAll(`[data-area-left="${CSS.escape(key)}"]`)) place.textContent = words(left);
    for (const bar of card.querySelectorAll(`[data-area-bar="${CSS.escape(key)}"]`)) bar.value = left / 100;
  }
  for (const place of card.querySelectorAll("[data-total]")) place.textContent = words(total);
}

for (const card of document.querySelectorAll("[data-scorecard]")) {
  if (!card.querySelector("[data-item]")) continue;
  card.addEventListener("input", () => sum(card));
  sum(card);
}
