// Rows of a table marked data-sortable can be dragged to another place; the row's own data-move form is what is sent.
// A text marked data-announce is said again once the page has settled, because a reload does not announce by itself.
const table = document.querySelector("[data-sortable]");
let held = null;

const rowOf = (event) => event.target.closest("[data-sortable] tr[data-place]");

const mark = (row) => {
  table.querySelectorAll("[data-drop]").forEach((other) => delete other.dataset.drop);
  if (row && row !== held)
    row.dataset.drop = Number(row.dataset.place) < Number(held.dataset.place) ? "before" : "after";
};

const send = (row, place) => {
  const form = row.querySelector("[data-move]");
  const field = Object.assign(document.createElement("input"), { type: "hidden", name: "to", value: place });
  form.append(field);
  form.submit();
};

table?.querySelectorAll("tr[data-place]").forEach((row) => {
  row.draggable = true;
});
table?.addEventListener("dragstart", (event) => {
  held = rowOf(event);
  held.dataset.held = "yes";
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", held.id);
});
table?.addEventListener("dragover", (event) => {
  if (!held || !rowOf(event)) return;
  event.preventDefault();
  mark(rowOf(event));
});
table?.addEventListener("drop", (event) => {
  const target = rowOf(event);
  if (!held || !target) return;
  event.preventDefault();
  if (target !== held) send(held, target.dataset.place);
});
table?.addEventListener("dragend", () => {
  mark(null);
  delete held?.dataset.held;
  held = null;
});

document.querySelectorAll("[data-announce]").forEach((message) => {
  const region = Object.assign(document.createElement("p"), { className: "visually-hidden" });
  region.setAttribute("aria-live", "polite");
  document.body.append(region);
  setTimeout(() => {
    region.textContent = message.querySelector("p").textContent;
  }, 150);
});
