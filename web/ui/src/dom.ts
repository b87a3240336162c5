// Small shorthands for building elements.

export function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, ...children: (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

/** A button; `action` is what tests and style sheets know it by. */
export function button(action: string, label: string, title: string, onClick: () => void): HTMLButtonElement {
  const made = element("button", "cq-button");
  made.type = "button";
  made.dataset["croquantAction"] = action;
  made.append(element("span", "cq-icon"), element("span", "cq-label", label));
  made.title = title;
  made.addEventListener("click", onClick);
  return made;
}
