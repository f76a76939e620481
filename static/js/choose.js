// A fieldset with data-choose="name" gets a button that ticks all its boxes, or none; [data-chosen] says how many
// are ticked.
const told = document.querySelector("[data-chosen]");
const ticked = (boxes) => boxes.filter((box) => box.checked).length;

const count = () => {
  const number = ticked([...told.closest("form").querySelectorAll('input[type="checkbox"]')]);
  told.textContent = number === 0 ? "Ingen vald" : number === 1 ? "1 vald" : `${number} valda`;
};

const chooser = (group) => {
  const boxes = [...group.querySelectorAll('input[type="checkbox"]')];
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "button button--quiet",
  });
  const word = () => {
    button.textContent = ticked(boxes) === boxes.length ? "Välj ingen" : "Välj alla";
    button.setAttribute("aria-label", `${button.textContent}: ${group.dataset.choose}`);
  };
  button.addEventListener("click", () => {
    const all = ticked(boxes) < boxes.length;
    boxes.forEach((box) => {
      box.checked = all;
    });
    word();
    count();
  });
  group.addEventListener("change", word);
  word();
  group.querySelector("legend").after(button);
};

if (told) {
  document.querySelectorAll("[data-choose]").forEach(chooser);
  told.closest("form").addEventListener("change", count);
  count();
}
