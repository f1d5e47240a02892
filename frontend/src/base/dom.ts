/** The few DOM steps the residents' pages need; they carry no framework. Text is always set as text, never as HTML. */
type Child = Node | string | null | undefined | false;
type Props = Record<string, string | number | boolean | EventListener | undefined>;

/** Makes an element: `on…` props are listeners, booleans are bare attributes, the rest are attributes. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

export function byId<T extends HTMLElement = HTMLElement>(id: string): T | null {
  return document.getElementById(id) as T | null;
}

/** A drawing from our own constants, as a node. */
export function svg(markup: string): Node {
  const box = document.createElement('template');
  box.innerHTML = markup;
  return box.content;
}

/** Writes the words of the current language into every element that names its key in data-t. */
export function relabel(t: (key: never) => string, root: ParentNode = document): void {
  const say = t as (key: string) => string;
  for (const element of root.querySelectorAll<HTMLElement>('[data-t]')) {
    element.textContent = say(element.dataset.t as string);
  }
  for (const element of root.querySelectorAll<HTMLElement>('[data-t-placeholder]')) {
    element.setAttribute('placeholder', say(element.dataset.tPlaceholder as string));
  }
  for (const element of root.querySelectorAll<HTMLElement>('[data-t-label]')) {
    element.setAttribute('aria-label', say(element.dataset.tLabel as string));
  }
}

/** The JSON that the server put beside the page, or undefined when there is none or it cannot be read. */
export function facts<T>(id: string): T | undefined {
  try {
    const read: unknown = JSON.parse(byId(id)?.textContent ?? '');
    return (typeof read === 'string' ? JSON.parse(read) : read) as T;
  } catch {
    return undefined;
  }
}
