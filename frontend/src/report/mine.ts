/** The receipts of reports sent from this device: the only thread back to them, as there is no account. */
export interface Mine {
  receipt: string;
  number: string;
  label: string;
  at: number; // ms
}

const storageKey = 'onemap.mine';
const most = 20;

export function mine(): Mine[] {
  try {
    const read: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '[]');
    return Array.isArray(read) ? (read as Mine[]) : [];
  } catch {
    return [];
  }
}

/** Puts one in front, once, and lets the oldest go. */
export function remember(one: Mine): void {
  const list = [one, ...mine().filter((other) => other.receipt !== one.receipt)].slice(0, most);
  try {
    localStorage.setItem(storageKey, JSON.stringify(list));
  } catch {
    // Without storage the receipt page itself is the thread.
  }
}
