// Questions that are asked only after another answer: [data-when=field] with data-is="a b" or data-at-least, data-at-most.
// The server decides by itself; this only spares a page. input[data-shown] tells it which questions were on the page.
function said(form, name) {
  const controls = [...form.elements].filter((one) => one.name === name && !one.closest("[data-when][hidden]"));
  return controls.filter((one) => (one.type === "radio" || one.type === "checkbox" ? one.checked : one.value)).map((one) => one.value);
}

function holds(form, { when, is, atLeast, atMost }) {
  const found = said(form, when);
  if (is) return found.some((value) => is.split(" ").includes(value));
  const figure = found.length && found[0].trim() !== "" ? Number(found[0]) : NaN;
  return !Number.isNaN(figure) && (atLeast === undefined || figure >= Number(atLeast)) && (atMost === undefined || figure <= Number(atMost));
}

function settle(form) {
  const shown = [];
  // In the order of the page: what hangs on a hidden question is hidden.
  for (const one of form.querySelectorAll("[data-when]")) {
    one.hidden = !holds(form, one.dataset);
    if (!one.hidden) shown.push(one.dataset.code);
  }
  for (const field of form.querySelectorAll("[data-shown]")) field.value = shown.join(" ");
  form.dispatchEvent(new CustomEvent("settled"));
}

for (const form of document.querySelectorAll("form[data-survey], form[data-asks]")) {
  // Before survey.js counts: it listens on the form as well, and was loaded with this one.
  form.addEventListener("change", () => settle(form), true);
  form.addEventListener("input", () => settle(form), true);
  form.addEventListener("restored", () => settle(form));
  settle(form);
}
