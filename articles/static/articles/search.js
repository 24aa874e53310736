// The search box: "/" goes to it, and names are suggested while typing. Without this file it is a plain form.
// The list is an ARIA combobox: https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
const boxes = document.querySelectorAll("form.search-box");

document.addEventListener("keydown", (event) => {
  const field = boxes[0]?.querySelector("input");
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing || !field) return;
  event.preventDefault();
  field.focus();
  field.select();
});

function make(name, properties, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

for (const box of boxes) {
  const field = box.querySelector("input");
  const list = make("ul", { id: `${field.id}-names`, role: "listbox", hidden: true, ariaLabel: box.dataset.label });
  let waiting;
  let chosen = -1;
  field.after(list);
  field.role = "combobox";
  field.ariaAutoComplete = "list";
  field.ariaExpanded = "false";
  field.setAttribute("aria-controls", list.id);

  const choose = (place) => {
    const options = [...list.children];
    chosen = options.length && place >= -1 ? ((place + 1 + options.length + 1) % (options.length + 1)) - 1 : -1;
    options.forEach((option, at) => (option.ariaSelected = String(at === chosen)));
    if (chosen < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", options[chosen].id);
    options[chosen]?.scrollIntoView({ block: "nearest" });
  };
  const show = (is_open) => {
    list.hidden = !is_open;
    field.ariaExpanded = String(is_open);
    choose(-1);
  };
  const go = (option) => window.location.assign(option.dataset.url);

  field.addEventListener("input", () => {
    clearTimeout(waiting);
    const typed = field.value.trim();
    if (!typed) return show(false);
    waiting = setTimeout(async () => {
      try {
        const answer = await fetch(`${box.dataset.suggestions}?${new URLSearchParams({ q: typed })}`);
        if (!answer.ok || field.value.trim() !== typed) return;
        const [, names, kinds, addresses] = await answer.json();
        list.replaceChildren(
          ...names.map((name, place) => {
            const option = make("li", { id: `${list.id}-${place}`, role: "option" }, name, " ", make("small", {}, kinds[place]));
            option.dataset.url = addresses[place];
            return option;
          }),
        );
        show(names.length > 0 && document.activeElement === field);
      } catch {
        // offline: the form works all the same
      }
    }, 200);
  });

  field.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return; // an input method has the arrow keys and Enter for itself
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? list.children.length - 1 : chosen - 1);
    else if (event.key === "Escape") show(false);
    else if (event.key === "Enter" && chosen >= 0) go(list.children[chosen]);
    else return;
    event.preventDefault();
  });

  field.addEventListener("blur", () => show(false));
  // not "click": by then the field has lost the focus and the list is gone
  list.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("li");
    if (!option || event.button !== 0) return;
    event.preventDefault();
    go(option);
  });
}
