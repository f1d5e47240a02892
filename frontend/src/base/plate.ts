/**
 * The code on a plate: seven random characters and a check character, shown as XXXX-XXXX. The alphabet leaves out
 * 0 O 1 I L, which people confuse. The check index is the sum of index times position weight 1..7, modulo 31.
 * 31 is prime and every weight differs, so each single wrong character and each swap of neighbours is noticed.
 */
export const alphabet = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const length = 8;

/** Upper case, without dashes, spaces and the full-width letters that Chinese keyboards type. */
export function normalise(typed: string): string {
  return typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[\s\-‐‑‒–—−·._]/g, '');
}

export function checkCharacter(seven: string): string {
  let sum = 0;
  for (let i = 0; i < length - 1; i++) sum += (i + 1) * alphabet.indexOf(seven.charAt(i));
  return alphabet.charAt(sum % alphabet.length);
}

export type Reading =
  | { ok: true; code: string }
  | { ok: false; why: 'empty' | 'short' | 'long' | 'character' | 'check'; character?: string };

/** Reads what somebody typed, and says what is wrong with it when it cannot be a code. */
export function readPlate(typed: string): Reading {
  const code = normalise(typed);
  if (code === '') return { ok: false, why: 'empty' };
  const odd = [...code].find((character) => !alphabet.includes(character));
  if (odd) return { ok: false, why: 'character', character: odd };
  if (code.length < length) return { ok: false, why: 'short' };
  if (code.length > length) return { ok: false, why: 'long' };
  if (checkCharacter(code) !== code.charAt(length - 1)) return { ok: false, why: 'check' };
  return { ok: true, code };
}

/** What another system may have painted on a plate: read as it stands, without a check character. */
export function foreignPlate(typed: string): string | null {
  const code = typed.normalize('NFKC').trim().toUpperCase();
  return /^[0-9A-Z][0-9A-Z._-]{0,31}$/.test(code) ? code : null;
}

/** As it is printed: ours as XXXX-XXXX, another system's as it is. */
export function showPlate(code: string): string {
  const reading = readPlate(code);
  return reading.ok && reading.code === code ? `${code.slice(0, 4)}-${code.slice(4)}` : code;
}
